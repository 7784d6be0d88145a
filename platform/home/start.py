"""Where a signed-in person lands: the one cohort she follows, or a short list of hers."""

from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from cohorts.models import Cohort
from workshops.models import Event

if TYPE_CHECKING:
    from accounts.models import User

#: An administrator sees that cohorts exist, not what is in them (domain.md 8.1: metadata); the newest are enough here.
SHOWN_TO_ADMINISTRATORS = 50


def cohorts_of(user: "User") -> list[Cohort]:
    """Cohorts where `user` holds a role, running ones first, each with the next event she may know of. Two queries."""
    ahead = (
        Event.objects.visible_to(user)
        .ahead()
        .filter(Q(space=OuterRef("pk")) | Q(space__parent=OuterRef("pk")))
        .values("pk")
    )
    cohorts = list(
        Cohort.objects.visible_to(user)
        .select_related("space")
        .annotate(next_event_id=Subquery(ahead[:1]))
        .order_by("-starts_on", "pk")
    )
    events = Event.objects.in_bulk([cohort.next_event_id for cohort in cohorts if cohort.next_event_id])
    for cohort in cohorts:
        cohort.next_event = events.get(cohort.next_event_id)  # type: ignore[attr-defined]
    return sorted(cohorts, key=lambda cohort: cohort.state == Cohort.State.FINISHED)


def current(cohorts: list[Cohort]) -> list[Cohort]:
    """Those that are not finished."""
    return [cohort for cohort in cohorts if cohort.state != Cohort.State.FINISHED]


def known_to_administrators() -> QuerySet[Cohort]:
    """Every cohort as metadata: name, dates, state, how many organisations."""
    return (
        Cohort.objects.select_related("space")
        .annotate(organisations=Count("enrolments"))
        .order_by("-starts_on", "pk")[:SHOWN_TO_ADMINISTRATORS]
    )
