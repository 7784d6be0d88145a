"""Questions about who may do what in a space."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.db.models import Exists, Q

from spaces.models import FACILITATING, TAKING_PART, Membership, Role, Space, Visibility

if TYPE_CHECKING:
    from accounts.requests import Anyone


def holds(user: "Anyone", roles: Iterable[str], space: Space) -> bool:
    """Does `user` hold one of `roles` in `space` now?"""
    return (
        user.is_authenticated
        and Membership.objects.current().filter(space=space, person=user, role__in=list(roles)).exists()
    )


def takes_part(user: "Anyone", space: Space) -> bool:
    """Is `user` one of those who meet and talk in `space`?"""
    return holds(user, TAKING_PART, space)


def facilitates(user: "Anyone", space: Space) -> bool:
    """Does `user` hold the frame of `space`?"""
    return holds(user, FACILITATING, space)


def sponsors(user: "Anyone", space: Space) -> bool:
    return holds(user, (Role.SPONSOR,), space)


def on_the_ladder(user: "Anyone", *, space: str, author: str = "", visibility: str = "visibility") -> Q:
    """The condition under which `user` may see a row that stands on the ladder.

    `space`, `author` and `visibility` are lookup paths of the row: to the space it was written in, to its author or
    authors (none when it belongs to a group). The cohort rung of a row written in a peer group shows it to the
    group's cohort as well. With a many-to-many `author`, ask `.distinct()` or filter by `pk__in`.
    """
    everyone = Q(**{visibility: Visibility.PUBLIC})
    if not user.is_authenticated:
        return everyone
    held = Membership.objects.current().filter(person=user)
    mine = held.filter(role__in=TAKING_PART).values("space")
    return (
        everyone
        | (Q(**{author: user}) if author else Q())
        | Q(**{f"{visibility}__in": [Visibility.PEER_GROUP, Visibility.COHORT], f"{space}__in": mine})
        | Q(**{visibility: Visibility.COHORT, f"{space}__parent__in": mine})
        | (Q(**{visibility: Visibility.NETWORK}) & Q(Exists(held)))
    )


def can_manage_members(user: "Anyone", space: Space) -> bool:
    """May `user` invite into `space`, and change or end the roles held there?

    Its facilitators, those of the cohort a peer group belongs to, and administrators (domain.md 8.1 "Users, roles").
    """
    return user.is_authenticated and (
        user.is_superuser
        or Membership.objects.current()
        .filter(Q(space=space) | Q(space=space.parent_id), person=user, role=Role.FACILITATOR)
        .exists()
    )


def has_proved(user: "Anyone", email: str) -> bool:
    """Is `email` an address of `user`: her own, or another that she has verified?"""
    return user.is_authenticated and (
        user.email == email.lower()
        or EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists()
    )


def must_sign_in(email: str) -> bool:
    """Does the address belong to an account that lives, so that only its owner's sign-in may open it?

    It lives once its address is verified, once anybody has signed in, and whenever it holds a role, a second factor
    or a staff right. What remains was prepared by somebody who never proved to own the address.
    """
    lives = (
        Q(last_login__isnull=False)
        | Q(is_staff=True)
        | Q(is_superuser=True)
        | Q(is_active=False)
        | Q(pk__in=Membership.objects.values("person"))
        | Q(pk__in=Authenticator.objects.values("user"))
    )
    return (
        EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
        or get_user_model().objects.filter(lives, email=email.lower()).exists()
    )
