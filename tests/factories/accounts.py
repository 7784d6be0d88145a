"""People's second factors and territories."""

import factory
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.models import Territory, User
from accounts.territories import key
from tests.factories import UserFactory


def with_second_factor(user: User) -> User:
    """The same person, with an authentication application in service."""
    TOTP.activate(user, generate_totp_secret())
    return user


def administrator(**fields: object) -> User:
    """An administrator as there must be: with a second factor."""
    return with_second_factor(UserFactory(is_staff=True, is_superuser=True, **fields))


class TerritoryFactory(factory.django.DjangoModelFactory[Territory]):
    class Meta:
        model = Territory

    kind = Territory.Kind.COMMUNE
    code = factory.Sequence(lambda n: f"{1000 + n:05d}")
    name = factory.Sequence(lambda n: f"Commune {n}")
    search_key = factory.LazyAttribute(lambda row: key(row.name))
    postcodes = factory.LazyAttribute(lambda row: f" {row.postcode} " if row.postcode else "")
    postcode = "42000"
    population = 1000
    vintage = 2026
