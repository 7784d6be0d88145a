"""Questions about who may do what in a cohort (domain.md 8.1)."""

from typing import TYPE_CHECKING

from cohorts import charter
from cohorts.models import CharterAcceptance, Cohort
from spaces.models import TAKING_PART, Membership, Role
from spaces.permissions import facilitates, holds

if TYPE_CHECKING:
    from accounts.requests import Anyone


def can_create_cohorts(user: "Anyone") -> bool:
    """Whoever facilitates any space, and administrators."""
    return user.is_authenticated and (
        user.is_superuser or Membership.objects.current().filter(person=user, role=Role.FACILITATOR).exists()
    )


def can_run(user: "Anyone", cohort: Cohort) -> bool:
    """May `user` invite, answer applications, open and close the cohort? Its facilitator alone."""
    return holds(user, (Role.FACILITATOR,), cohort.space)


def can_read_applications(user: "Anyone", cohort: Cohort) -> bool:
    """Facilitator and co-facilitator."""
    return facilitates(user, cohort.space)


def can_see_directory(user: "Anyone", cohort: Cohort) -> bool:
    """May `user` see who is there: names, functions, territories? The sponsor sees organisations only."""
    return holds(user, [role for role in Role if role not in (Role.SPONSOR, Role.WITNESS)], cohort.space)


def charter_accepted(user: "Anyone", cohort: Cohort) -> bool:
    """Is there nothing left for `user` to accept before entering the cohort's pages?

    True once she has accepted the ground rules as they stand, and for those who do not meet with the group (sponsor,
    witness…). A finished path asks nobody any more. One query.
    """
    if cohort.state == Cohort.State.FINISHED:
        return True
    accepted = CharterAcceptance.objects.filter(space=cohort.pk, version=charter.VERSION)
    return not (
        Membership.objects.current()
        .filter(space=cohort.pk, person=user.pk, role__in=TAKING_PART)
        .exclude(person__in=accepted.values("person"))
        .exists()
    )
