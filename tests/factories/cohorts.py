"""Cohorts and what hangs on them."""

import json
from datetime import date, timedelta
from pathlib import Path

import factory
from django.utils import timezone

from accounts.models import ActorKind
from cohorts import charter
from cohorts.models import (
    Application,
    CharterAcceptance,
    Cohort,
    Enrolment,
    Milestone,
    MilestoneDone,
    Partner,
    PathTemplate,
)
from tests.factories import OrganisationFactory, SpaceFactory, UserFactory

STANDARD = json.loads(
    (Path(__file__).resolve().parents[2] / "cohorts" / "data" / "path_template_9_months.json").read_text("utf-8")
)["PathTemplate"]


class PathTemplateFactory(factory.django.DjangoModelFactory[PathTemplate]):
    class Meta:
        model = PathTemplate
        django_get_or_create = ("slug", "version")

    slug = "path-9m-standard"
    version = 1
    name = "Parcours 9 mois, standard"
    data = factory.LazyFunction(lambda: json.loads(json.dumps(STANDARD)))


class CohortFactory(factory.django.DjangoModelFactory[Cohort]):
    """A running cohort whose first month was four months ago; `state="open"` for one that takes applications."""

    class Meta:
        model = Cohort

    space = factory.SubFactory(SpaceFactory)
    template = factory.SubFactory(PathTemplateFactory)
    starts_on = factory.LazyFunction(lambda: (timezone.localdate() - timedelta(days=120)).replace(day=1))
    state = Cohort.State.RUNNING
    summary = "Un parcours entre pairs."
    description = "Neuf mois pour apprendre de l’expérience des autres."


class EnrolmentFactory(factory.django.DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class PartnerFactory(factory.django.DjangoModelFactory[Partner]):
    class Meta:
        model = Partner

    cohort = factory.SubFactory(CohortFactory)
    name = factory.Sequence(lambda n: f"Partenaire {n}")


class CharterAcceptanceFactory(factory.django.DjangoModelFactory[CharterAcceptance]):
    class Meta:
        model = CharterAcceptance

    space = factory.SubFactory(SpaceFactory)
    person = factory.SubFactory(UserFactory)
    version = charter.VERSION


class ApplicationFactory(factory.django.DjangoModelFactory[Application]):
    class Meta:
        model = Application

    cohort = factory.SubFactory(CohortFactory, state=Cohort.State.OPEN)
    name = factory.Sequence(lambda n: f"Sacha Candidat{n}")
    email = factory.Sequence(lambda n: f"candidature{n}@exemple.fr")
    function = "Cheffe de projet"
    organisation_name = factory.Sequence(lambda n: f"Commune {n}")
    organisation_kind = ActorKind.PUBLIC_AUTHORITY


class MilestoneFactory(factory.django.DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    cohort = factory.SubFactory(CohortFactory)
    ref = factory.Sequence(lambda n: f"milestone-{n}")
    title = "Feuille de route"
    due = factory.LazyFunction(lambda: date.today() + timedelta(days=10))


class MilestoneDoneFactory(factory.django.DjangoModelFactory[MilestoneDone]):
    class Meta:
        model = MilestoneDone

    milestone = factory.SubFactory(MilestoneFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    marked_by = factory.SubFactory(UserFactory)
