"""Who may do what with paths and cohorts (domain.md 8.1)."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from spaces.actions import invite
from spaces.models import Role
from tests.factories import OrganisationFactory
from tests.factories.cohorts import (
    ApplicationFactory,
    CharterAcceptanceFactory,
    CohortFactory,
    EnrolmentFactory,
    MilestoneFactory,
)
from tests.house.world import Row, World
from workshops.models import Event


def furnish(world: World) -> None:
    world.cohort = CohortFactory(space=world.cohort_space)
    world.other_cohort = CohortFactory(space=world.other_space)
    world.open_cohort = CohortFactory(state="open", questions=["Pourquoi ?"])
    for person in (world.participant, world.mate, world.facilitator, world.co_facilitator):
        CharterAcceptanceFactory(space=world.cohort_space, person=person)
    CharterAcceptanceFactory(space=world.other_space, person=world.other)
    world.organisation = OrganisationFactory(name="Commune de Vallombre")
    EnrolmentFactory(cohort=world.cohort, organisation=world.organisation)
    world.milestone = MilestoneFactory(cohort=world.cohort)
    world.application = ApplicationFactory(cohort=world.cohort)
    tomorrow = timezone.now() + timedelta(days=1)
    world.coming_event = Event.objects.create(
        space=world.cohort_space,
        kind=Event.Kind.WORKSHOP,
        title="Session 2",
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=3),
    )
    world.pending_invitation = invite(
        space=world.cohort_space, email="attendu@exemple.fr", role=Role.WITNESS, by=world.facilitator
    )


def _cohort(world: World) -> dict[str, object]:
    return {"pk": world.cohort_space.pk}


def _open(world: World) -> dict[str, object]:
    return {"pk": world.open_cohort.pk}


def _application(world: World) -> dict[str, object]:
    return {
        "name": "Nadia Kessler",
        "email": "nadia@exemple.fr",
        "function": "Cheffe de projet",
        "organisation_name": "Commune de Vallombre",
        "organisation_kind": "public_authority",
        "question_1": "Parce que.",
        "client_id": uuid4(),
    }


def _new_cohort(world: World) -> dict[str, object]:
    return {
        "template": world.cohort.template_id,
        "name": "Centres-bourgs",
        "starts_on": timezone.localdate() + timedelta(days=30),
        "capacity": 12,
        "summary": "Un parcours.",
        "client_id": uuid4(),
    }


def _decision(world: World) -> dict[str, object]:
    return {f"{world.application.pk.hex}-to": "accepted", f"{world.application.pk.hex}-reply": "Bienvenue."}


OUT = {"visitor": 302, "outsider": 404, "other": 404, "former": 404, "admin": 404}
MEMBERS = OUT | {"participant": 200, "facilitator": 200, "co_facilitator": 200, "sponsor": 200}
GATHERING = OUT | {"participant": 200, "facilitator": 200, "co_facilitator": 200, "sponsor": 302}
RUNNING = OUT | {"participant": 403, "facilitator": 200, "co_facilitator": 403, "sponsor": 403}
RUNNING_POST = RUNNING | {"facilitator": 302}

ROWS = [
    Row("cohorts:open", get={"rest": 200}),
    Row("cohorts:public", _open, get={"rest": 200}),
    Row("cohorts:apply", _open, get={"rest": 200}, post={"rest": 302}, data=_application),
    Row("cohorts:apply", _cohort, get={"rest": 409}, post={"rest": (409, 422)}, data=_application, label="not open"),
    Row(
        "cohorts:create",
        get={"visitor": 302, "facilitator": 200, "admin": 200, "rest": 403},
        post={"visitor": 302, "facilitator": 302, "admin": 302, "rest": 403},
        data=_new_cohort,
    ),
    Row(
        "cohorts:charter",
        _cohort,
        get=GATHERING,
        post=OUT | {"participant": 302, "facilitator": 302, "co_facilitator": 302, "sponsor": 302},
    ),
    Row("cohorts:members", _cohort, get=MEMBERS),
    Row("cohorts:calendar", _cohort, get=MEMBERS),
    Row(
        "cohorts:presence",
        lambda w: {"pk": w.cohort_space.pk, "event": w.coming_event.pk},
        post=OUT | {"participant": 302, "facilitator": 302, "co_facilitator": 302, "sponsor": 403},
        data=lambda w: {"coming": "no"},
    ),
    Row("cohorts:applications", _cohort, get=RUNNING | {"co_facilitator": 200}),
    Row(
        "cohorts:decide",
        lambda w: {"pk": w.cohort_space.pk, "application": w.application.pk},
        post=RUNNING_POST,
        data=_decision,
    ),
    Row("cohorts:move", _cohort, post=RUNNING_POST, data=lambda w: {"to": "open"}),
    Row(
        "cohorts:invite",
        _cohort,
        get=RUNNING,
        post=RUNNING_POST,
        data=lambda w: {"email": "nadia@exemple.fr", "role": "participant", "organisation": w.organisation.pk},
    ),
    Row(
        "cohorts:revoke",
        lambda w: {"pk": w.cohort_space.pk, "invitation": w.pending_invitation.pk},
        post=RUNNING_POST,
    ),
]
