"""Who may do what with the pages made of several features, and those about the platform."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tests.factories.workshops import EventFactory
from tests.house.world import Row, World


def furnish(world: World) -> None:
    """An event that has been held, in the cohort that `tests/cohorts/rights.py` has made."""
    world.held_event = EventFactory(space=world.cohort_space, starts_at=timezone.now() - timedelta(days=9))


def _cohort(world: World) -> dict[str, object]:
    return {"pk": world.cohort_space.pk}


OUT = {"visitor": 302, "outsider": 404, "other": 404, "former": 404, "admin": 404}
IN = OUT | {"participant": 200, "facilitator": 200, "co_facilitator": 200, "sponsor": 200}
TALKERS = IN | {"sponsor": 404}
FACILITATORS = IN | {"participant": 403, "sponsor": 403}
NOTING = FACILITATORS | {"facilitator": 302, "co_facilitator": 302}

ROWS = [
    Row(
        "home:start",
        get={"visitor": 200, "outsider": 200, "former": 200, "admin": 200, "rest": 302},
    ),
    Row("home:cohort", _cohort, get=IN),
    # tracking (cohorts/tracking): its pages are made of several features as well
    Row("cohorts:board", _cohort, get=FACILITATORS),
    Row("cohorts:mine", _cohort, get=IN | {"sponsor": 403}),
    Row("cohorts:sponsor", _cohort, get=IN | {"participant": 403}),
    Row(
        "cohorts:attendance",
        lambda w: {"pk": w.cohort_space.pk, "event": w.held_event.pk},
        get=FACILITATORS,
        post=NOTING,
        data=lambda w: {f"person-{w.participant.pk}": "present"},
    ),
    Row(
        "cohorts:milestone",
        lambda w: {"pk": w.cohort_space.pk, "milestone": w.milestone.pk},
        get=FACILITATORS,
        post=NOTING,
        data=lambda w: {"organisations": [w.organisation.pk]},
    ),
    Row(
        "home:talk_about_note",
        lambda w: {"pk": w.cohort_note.pk},
        post={"visitor": 302, "participant": 302, "facilitator": 302, "co_facilitator": 302, "rest": 404},
    ),
    Row(
        "home:talk_about_note",
        lambda w: {"pk": w.public_note.pk},
        post={"visitor": 302, "participant": 302, "facilitator": 302, "co_facilitator": 302, "rest": 403},
        label="public",
    ),
    Row("home:talk_about_note", lambda w: {"pk": w.draft_note.pk}, post={"visitor": 302, "rest": 404}, label="private"),
    Row("home:search", get={"rest": 200}, query=lambda world: {"q": "cantine de:pascale"}),
    Row(
        "home:capitalise",
        get=TALKERS,
        post=TALKERS | {"participant": 302, "facilitator": 302, "co_facilitator": 302},
        query=lambda world: {"messages": world.message.pk},
        data=lambda world: {"messages": world.message.pk, "title": "Ouvrir une cantine", "client_id": uuid4()},
    ),
    Row("home:about", get={"rest": 200}),
    Row("home:legal", get={"rest": 200}),
    Row("home:privacy", get={"rest": 200}),
    Row("home:accessibility", get={"rest": 200}),
    Row("home:theme", post={"rest": 302}, data=lambda world: {"theme": "dark", "next": "/a-propos/"}),
]
