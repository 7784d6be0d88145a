"""Questions about people and their accounts."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import User


def administers(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and (user.is_staff or user.is_superuser)


def lacks_second_factor(user: User | AnonymousUser) -> bool:
    """An administrator must hold a second factor (domain.md SEC-02); the demonstration's does not have to."""
    return administers(user) and not settings.DEMO and not is_mfa_enabled(user)


def can_see_portrait(viewer: User | AnonymousUser, person: User) -> bool:
    """Oneself, and whoever holds a role somewhere: a new account without any does not browse faces."""
    if not viewer.is_authenticated:
        return False
    return viewer == person or viewer.memberships.filter(left_at__isnull=True).exists()


def speaks_for_her_organisation(person: User) -> bool:
    """Is `person` a referent somewhere? Whoever invited her said of which organisation: she does not choose another."""
    return person.memberships.filter(left_at__isnull=True, role="organisation_lead").exists()
