"""Who may do what with notes."""

import uuid
from typing import Any

from reservoir.actions import Quote, ask_consents, ask_quoted, publish
from reservoir.models import Note, NoteConsent
from spaces.models import Visibility
from tests.factories.reservoir import written_note
from tests.house.world import Row, World


def furnish(world: World) -> None:
    """Of the participant: a draft, one shared with the cohort, a public one, one withdrawn."""
    author = world.participant

    def shared(visibility: str) -> Note:
        note = written_note(author, space=world.cohort_space)
        author.organisation, organisation = None, author.organisation
        publish(note=note, by=author, visibility="cohort", seen_version=note.version, agree=True, people_agree=True)
        author.organisation = organisation
        if visibility != Visibility.COHORT:
            # What the organisation's agreement allows is tried in test_actions; here only who reads what.
            note.releases.update(visibility=visibility)
            Note.objects.filter(pk=note.pk).update(visibility=visibility)
        return note

    world.draft_note = written_note(author, space=world.cohort_space)
    world.cohort_note = shared(Visibility.COHORT)
    world.network_note = shared(Visibility.NETWORK)
    world.public_note = shared(Visibility.PUBLIC)
    world.withdrawn_note = shared(Visibility.COHORT)
    Note.objects.filter(pk=world.withdrawn_note.pk).update(
        state="withdrawn", visibility="private", withdrawn_from="public"
    )
    world.reviewed_note = written_note(author, space=world.cohort_space, state=Note.State.FACILITATOR_REVIEW)
    world.quoting_note = written_note(author, space=world.cohort_space)
    quote = Quote(world.facilitator, "Osez demander.", uuid.uuid4(), "/")
    world.quotation = ask_quoted(note=world.quoting_note, by=author, quotes=[quote])[0]
    world.co_written_note = written_note(world.mate, author, space=world.cohort_space)
    consents = ask_consents(note=world.co_written_note, up_to=Visibility.COHORT, by=world.mate)
    world.note_consent = next(each for each in consents if each.person == author)
    assert world.note_consent.state == NoteConsent.State.REQUESTED


def of(name: str) -> Any:
    return lambda world: {"pk": getattr(world, name).pk}


def in_space(world: World) -> dict[str, Any]:
    return {"space": world.cohort_space.pk}


EVERYONE = {"rest": 200}
MEMBERS = {"visitor": 302, "participant": 200, "facilitator": 200, "co_facilitator": 200, "sponsor": 403, "rest": 404}
AUTHOR = {"visitor": 302, "participant": 200, "rest": 404}
AUTHOR_POSTS = {"visitor": 302, "participant": 302, "rest": 404}
# Readers of a note shared with the cohort know of it, and may not change it.
AUTHOR_OF_SHARED = {"visitor": 302, "participant": 200, "facilitator": 403, "co_facilitator": 403, "rest": 404}
AUTHOR_OF_SHARED_POSTS = AUTHOR_OF_SHARED | {"participant": 302}


def words(world: World) -> dict[str, Any]:
    return {"words": "Nous avons essayé.", "markup": "text", "base_version": 1}


ROWS = [
    Row("reservoir:search", get=EVERYONE),
    Row("reservoir:of_space", in_space, get=MEMBERS),
    Row(
        "reservoir:new",
        in_space,
        get=MEMBERS,
        post=MEMBERS | {"participant": 302, "facilitator": 302, "co_facilitator": 302},
        data=lambda world: words(world) | {"title": "Ouvrir une halle", "client_id": uuid.uuid4()},
    ),
    Row("reservoir:note", of("draft_note"), get={"participant": 200, "rest": 404}, label="draft"),
    Row(
        "reservoir:note",
        of("cohort_note"),
        get={"participant": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404},
        label="cohort",
    ),
    Row(
        "reservoir:note",
        of("network_note"),
        get={"visitor": 404, "outsider": 404, "former": 404, "admin": 404, "rest": 200},
        label="network",
    ),
    Row("reservoir:note", of("public_note"), get=EVERYONE, label="public"),
    Row("reservoir:note", of("withdrawn_note"), get={"rest": 410}, label="withdrawn"),
    Row(
        "reservoir:talk",
        of("public_note"),
        get={"visitor": 302, "participant": 403, "rest": 200},
        post={"visitor": 302, "participant": 403, "rest": 302},
        data=lambda world: {"body": "Bonjour, et le loyer ?", "client_id": uuid.uuid4()},
    ),
    Row(
        "reservoir:talk",
        of("cohort_note"),
        get={"visitor": 302, "participant": 403, "facilitator": 200, "co_facilitator": 200, "rest": 404},
        post={"visitor": 302, "participant": 403, "facilitator": 302, "co_facilitator": 302, "rest": 404},
        data=lambda world: {"body": "Bonjour, et le loyer ?", "client_id": uuid.uuid4()},
        label="cohort",
    ),
    Row("reservoir:write", of("draft_note"), get=AUTHOR),
    Row("reservoir:write", of("cohort_note"), get=AUTHOR_OF_SHARED, label="cohort"),
    Row(
        "reservoir:section",
        lambda world: {"pk": world.draft_note.pk, "section": "story"},
        get=AUTHOR,
        post=AUTHOR_POSTS,
        data=words,
    ),
    Row(
        "reservoir:section",
        lambda world: {"pk": world.cohort_note.pk, "section": "story"},
        get=AUTHOR_OF_SHARED,
        post=AUTHOR_OF_SHARED_POSTS,
        data=words,
        label="cohort",
    ),
    Row(
        "reservoir:facts",
        of("draft_note"),
        get=AUTHOR,
        post=AUTHOR_POSTS,
        data=lambda world: {
            "title": "Ouvrir une halle",
            "period": "2024",
            "phase": "modelling",
            "contact": "maire",
            "base_version": 1,
        },
    ),
    Row("reservoir:authors", of("draft_note"), post=AUTHOR_POSTS, data=lambda world: {"person": world.mate.pk}),
    Row("reservoir:my_name", of("draft_note"), post=AUTHOR_POSTS, data=lambda world: {"show": "1"}),
    Row(
        "reservoir:share",
        of("draft_note"),
        get=AUTHOR,
        post=AUTHOR_POSTS,
        data=lambda world: {
            "visibility": "cohort",
            "seen_version": world.draft_note.version,
            "agree": "on",
            "people_agree": "on",
        },
    ),
    Row("reservoir:ask", of("draft_note"), post=AUTHOR_POSTS, data=lambda world: {"visibility": "cohort"}),
    Row(
        "reservoir:organisation",
        of("draft_note"),
        post=AUTHOR_POSTS,
        data=lambda world: {
            "visibility": "network",
            "seen_version": world.draft_note.version,
            "organisation": world.participant.organisation_id,
            "given_by": "la directrice, le 3 mars",
        },
    ),
    Row(
        "reservoir:consent",
        lambda world: {"pk": world.co_written_note.pk, "consent": world.note_consent.pk},
        post=AUTHOR_POSTS,
        data=lambda world: {"answer": "agree"},
    ),
    Row("reservoir:lower", of("network_note"), post=AUTHOR_OF_SHARED_POSTS | {"other": 403, "sponsor": 403},
        data=lambda world: {"visibility": "cohort"}),
    Row("reservoir:ask_review", of("draft_note"), post=AUTHOR_POSTS),
    Row(
        "reservoir:review",
        of("reviewed_note"),
        post={"visitor": 302, "participant": 403, "facilitator": 302, "co_facilitator": 302, "rest": 404},
        data=lambda world: {"answer": "respected"},
    ),
    Row("reservoir:withdraw", of("cohort_note"), get=AUTHOR_OF_SHARED, post=AUTHOR_OF_SHARED_POSTS),
    Row("reservoir:quotations", of("quoting_note"), get=AUTHOR | {"facilitator": 200}),
    Row("reservoir:quotation", lambda world: {"pk": world.quoting_note.pk, "quotation": world.quotation.pk},
        post={"visitor": 302, "facilitator": 302, "rest": 404}, data=lambda world: {"answer": "agree"}),
    Row("reservoir:quotation", lambda world: {"pk": world.quoting_note.pk, "quotation": world.quotation.pk},
        post=AUTHOR_POSTS, data=lambda world: {"answer": "rephrased"}, label="rephrased"),
]  # fmt: skip
