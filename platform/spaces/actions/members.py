"""Who holds which role in a space."""

from functools import partial

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from live.publish import recheck
from spaces.actions.refusals import IncompatibleRoles, LastFacilitator
from spaces.models import FACILITATING, TAKING_PART, Invitation, Membership, Role, Space
from spaces.permissions import can_manage_members


def locked(space: Space) -> Space:
    """The space, its row locked: whoever else changes its members waits."""
    return Space.objects.select_for_update(of=("self",)).get(pk=space.pk)


def _family(space: Space) -> Q:
    """A cohort's space with its peer groups, from any of them."""
    root = space.parent_id or space.pk
    return Q(space=root) | Q(space__parent=root)


def _check_compatible(space: Space, person: User, role: str) -> None:
    if role in FACILITATING:
        apart: tuple[str, ...] = (Role.SPONSOR,)
    elif role == Role.SPONSOR:
        apart = FACILITATING
    else:
        return
    if Membership.objects.current().filter(_family(space), person=person, role__in=apart).exists():
        raise IncompatibleRoles(
            _("Une même personne ne peut pas être commanditaire et animer la même cohorte. Choisissez l’un des deux.")
        )


def _check_not_last(space: Space, person: User) -> None:
    facilitators = Membership.objects.current().filter(space=space, role=Role.FACILITATOR)
    if facilitators.filter(person=person).exists() and not facilitators.exclude(person=person).exists():
        raise LastFacilitator(
            _("Un espace garde toujours une personne qui l’anime : donnez d’abord ce rôle à quelqu’un d’autre.")
        )


def _tell(person: User) -> None:
    """Open pages of that person ask again what they may hear (domain.md 8.2.8)."""
    transaction.on_commit(partial(recheck, person.pk))


@transaction.atomic
def admit(*, space: Space, person: User, role: str) -> Membership:
    """Give `person` that role in `space` on the word of the caller: an accepted invitation, a loader, a new cohort.

    Idempotent. Whoever facilitates a cohort also facilitates its peer groups.
    Raises IncompatibleRoles.
    """
    space = locked(space)
    _check_compatible(space, person, role)
    membership, created = Membership.objects.get_or_create(space=space, person=person, role=role, left_at=None)
    if role in FACILITATING:
        for group in space.children.all():
            Membership.objects.get_or_create(space=group, person=person, role=role, left_at=None)
    if created:
        _tell(person)
    return membership


@transaction.atomic
def add_member(*, space: Space, person: User, role: str, by: User) -> Membership:
    """Give `person` a role in `space`; harmless when she holds it already. Raises IncompatibleRoles."""
    space = locked(space)
    if not can_manage_members(by, space):
        raise PermissionDenied
    return admit(space=space, person=person, role=role)


@transaction.atomic
def remove_member(*, space: Space, person: User, by: User) -> None:
    """End every role `person` holds in `space` and in its peer groups, and close the doors still open to her there.

    One may always leave by oneself. Raises LastFacilitator.
    """
    space = locked(space)
    if by != person and not can_manage_members(by, space):
        raise PermissionDenied
    _check_not_last(space, person)
    here, now = Q(space=space) | Q(space__parent=space), timezone.now()
    left = Membership.objects.current().filter(here, person=person).update(left_at=now)
    hers = EmailAddress.objects.filter(user=person).order_by("pk").values_list("email", flat=True)
    addresses = {person.email, *hers}
    Invitation.objects.open().filter(here, email__in=[each.lower() for each in addresses]).update(revoked_at=now)
    if left:
        _tell(person)


@transaction.atomic
def change_role(*, space: Space, person: User, role: str, by: User) -> Membership:
    """Make `role` the only role `person` holds in `space`. Raises IncompatibleRoles, LastFacilitator."""
    space = locked(space)
    if not can_manage_members(by, space):
        raise PermissionDenied
    held = Membership.objects.current().filter(space=space, person=person)
    if role != Role.FACILITATOR:
        _check_not_last(space, person)
    now = timezone.now()
    held.exclude(role=role).update(left_at=now)
    # Facilitating its peer groups came with facilitating the cohort, and goes with it. Whoever does not meet with
    # the cohort any more meets with none of its groups.
    ended = FACILITATING if role in TAKING_PART else TAKING_PART
    Membership.objects.current().filter(space__parent=space, person=person, role__in=ended).exclude(role=role).update(
        left_at=now
    )
    membership = admit(space=space, person=person, role=role)
    _tell(person)
    return membership
