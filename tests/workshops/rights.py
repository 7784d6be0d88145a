"""Who may do what at events and in sessions (see tests/house/world.py)."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tests.factories import MembershipFactory, UserFactory
from tests.factories.workshops import CommitmentFactory, EventFactory
from tests.house.world import Row, World
from workshops import actions
from workshops.models import Contribution, CrossViewsWorkshop, Event

GROUP = ("participant", "facilitator", "co_facilitator")


def furnish(world: World) -> None:
    """A session of the peer group, in which the participant is the client, and a webinar of the cohort."""
    world.webinar = EventFactory(space=world.cohort_space)
    world.codev = EventFactory(
        space=world.peer_group, kind=Event.Kind.CODEV, starts_at=timezone.now() + timedelta(minutes=10)
    )
    world.unseated = EventFactory(space=world.peer_group, kind=Event.Kind.CODEV)
    consultants = [UserFactory(display_name=name) for name in ("Claude Consultant", "Dominique Consultant")]
    for person in consultants:
        MembershipFactory(space=world.peer_group, person=person)
    world.session = actions.make_session(
        event=world.codev,
        by=world.facilitator,
        client=world.participant,
        facilitator=world.facilitator,
        co_facilitators=[world.co_facilitator],
        people=consultants,
    )
    world.contribution = Contribution.objects.create(
        session=world.session, author=consultants[0], client_id=uuid4(), kind="idea", text="Essayer", to_group=True
    )
    world.commitment = CommitmentFactory(person=world.participant, space=world.peer_group, event=world.codev)
    world.cross_views = CrossViewsWorkshop.objects.create(
        event=EventFactory(space=world.cohort_space, kind=Event.Kind.CROSS_VIEWS_WORKSHOP), framing="Comment ?"
    )


def group(status: int, rest: int = 404) -> dict[str, int]:
    return dict.fromkeys(GROUP, status) | {"visitor": 302, "rest": rest}


def _mover(status: int) -> dict[str, int]:
    who = {"facilitator": status, "co_facilitator": status}
    return who | {"visitor": 302, "participant": 403, "sponsor": 403, "rest": 404}


def _room(name: str) -> Row:
    return Row(name, lambda w: {"pk": w.codev.pk}, get=group(200))


ROWS = [
    Row(
        "workshops:move",
        lambda w: {"pk": w.webinar.pk},
        get=_mover(200),
        post=_mover(302),
        data=lambda w: {"day": "2031-03-04", "begins": "14:00", "ends": "16:00", "place": "Blois"},
    ),
    Row("workshops:ateliers", get={"rest": 200}),
    Row(
        "workshops:atelier",
        lambda w: {"pk": w.cross_views.pk},
        get=dict.fromkeys(GROUP, 200) | {"rest": 404},
    ),
    Row("workshops:event", lambda w: {"pk": w.codev.pk}, get=group(200), label="session"),
    Row("workshops:event", lambda w: {"pk": w.unseated.pk}, get=group(200), label="without-roles"),
    Row("workshops:event", lambda w: {"pk": w.webinar.pk}, get=group(200) | {"sponsor": 200}, label="webinar"),
    Row(
        "workshops:presence",
        lambda w: {"pk": w.webinar.pk},
        post=group(302) | {"sponsor": 403},
        data=lambda w: {"coming": "1"},
    ),
    Row(
        "workshops:seats",
        lambda w: {"pk": w.codev.pk},
        post=group(422) | {"participant": 403},
        data=lambda w: {"variant": "standard"},
    ),
    Row("workshops:talk", lambda w: {"pk": w.codev.pk}, post=group(302)),
    _room("workshops:session"),
    _room("workshops:prepare"),
    _room("workshops:projector"),
    Row(
        "workshops:conduct",
        lambda w: {"pk": w.codev.pk, "command": "ouvrir"},
        post=group(302) | {"participant": 403},
    ),
    Row(
        "workshops:say",
        lambda w: {"pk": w.codev.pk, "what": "note"},
        post=group(302),
        data=lambda w: {"note-text": "Pour moi"},
        label="note",
    ),
    Row(
        "workshops:say",
        lambda w: {"pk": w.codev.pk, "what": "question"},
        post=group(403) | {"participant": 302},
        data=lambda w: {"question-text": "Comment ?"},
        label="question",
    ),
    Row(
        "workshops:keep",
        lambda w: {"pk": w.contribution.pk},
        post=group(403) | {"participant": 302},
        data=lambda w: {"kept": "1"},
    ),
    Row("workshops:withdraw", lambda w: {"pk": w.contribution.pk}, post=group(403)),
    Row(
        "workshops:commitment",
        lambda w: {"pk": w.commitment.pk},
        get=group(200),
        post=group(403) | {"participant": 302},
        data=lambda w: {"outcome": "done"},
    ),
    Row("workshops:drop", lambda w: {"pk": w.commitment.pk}, post=group(403) | {"participant": 409}),
]
