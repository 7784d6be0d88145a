"""Rows for tests: each factory makes the smallest row its model accepts."""

import factory

from accounts.models import ActorKind, Organisation, User
from spaces.models import Membership, Role, Space


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = ActorKind.ASSOCIATION


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"personne{n}@exemple.fr")
    display_name = factory.Sequence(lambda n: f"Camille Exemple{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    password = "!"  # none: people sign in with a mailed code


class SpaceFactory(factory.django.DjangoModelFactory[Space]):
    """A cohort's space."""

    class Meta:
        model = Space

    kind = Space.Kind.COHORT
    name = factory.Sequence(lambda n: f"Cohorte {n}")


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    space = factory.SubFactory(SpaceFactory)
    person = factory.SubFactory(UserFactory)
    role = Role.PARTICIPANT
