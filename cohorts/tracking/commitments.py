"""What became of what people said they would try (E1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort
from cohorts.tracking.words import alphabetical
from spaces.models import Membership, Role
from workshops.models import Commitment


@dataclass(frozen=True)
class FollowUp:
    """E1: of the commitments that are due, how many have any reported outcome, « renoncé » included."""

    reported: int
    due: int

    @classmethod
    def of(cls, commitments: Iterable[Commitment], today: date) -> "FollowUp":
        due = [commitment for commitment in commitments if commitment.due <= today]
        return cls(reported=sum(1 for commitment in due if commitment.outcome), due=len(due))

    def __str__(self) -> str:
        return _("%(reported)d sur %(due)d") % vars(self)


def shared_commitments(cohort: Cohort) -> list[Commitment]:
    """What those who follow the path told their group or their facilitator. What is private is not even counted."""
    return sorted(
        Commitment.objects.filter(
            Q(space=cohort.pk) | Q(space__parent=cohort.pk),
            person__in=Membership.objects.current().filter(space=cohort.pk, role=Role.PARTICIPANT).values("person"),
        )
        .exclude(visibility=Commitment.Visibility.PRIVATE)
        .select_related("person"),
        key=lambda commitment: (alphabetical(commitment.person.name), commitment.due, str(commitment.pk)),
    )


def own_commitments(person: User, cohort: Cohort) -> list[Commitment]:
    """All of one's own in this cohort, private ones included, by date."""
    return list(
        Commitment.objects.filter(Q(space=cohort.pk) | Q(space__parent=cohort.pk), person=person).order_by("due", "id")
    )
