"""The power goes in the middle of a session: what a page had acknowledged is there again, and pages go on alone."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel
from workshops import actions
from workshops.methods import StepId
from workshops.models import CodevSession, Event

REQUEST = "J’aimerais que vous m’aidiez à ouvrir la halle sans attendre les travaux."
#: What a browser says while nobody answers it.
CUT = [r"ERR_CONNECTION_\w+", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING", "WebSocket connection to"]


@pytest.fixture
def session(rows, person) -> CodevSession:
    """« Les Lanternes » in the middle of their session, at its consultation."""
    solene, odile = person("solene"), person("odile")
    consultants = [person(key) for key in ("erwan", "denis", "marie")]
    with rows():
        groups = Event.objects.filter(space__parent=main_cohort().pk, space__name="Les Lanternes")
        event = groups.filter(kind=Event.Kind.CODEV, codev=None, starts_at__gt=timezone.now()).earliest("starts_at")
        session = actions.make_session(event=event, by=solene, client=odile, facilitator=solene, people=consultants)
        actions.open_room(session=session, by=solene)
        for one in (odile, *consultants):
            actions.arrive(session=session, by=one)
        session = actions.start_session(session=session, by=solene, seen_seq=session.step_seq)
        while session.step != StepId.CONSULTATION:
            if session.step == StepId.CONTRACT:
                contract = actions.write_contract(
                    session=session, by=odile, text=REQUEST, forms_of_help=["ideas"], confirmed=True
                )
                for one in consultants:
                    actions.answer_contract(session=session, by=one, version=contract.version, yes=True)
            session = actions.advance_session(session=session, by=solene, seen_seq=session.step_seq)
        return session


def give(page: Page, words: str, *, to_group: bool) -> None:
    page.get_by_label("En une ou deux phrases").fill(words)
    page.get_by_label("Montrer aussi au groupe").set_checked(to_group)
    page.get_by_role("button", name="Transmettre").click()


def write(page: Page, words: str) -> None:
    page.get_by_label("Votre message").fill(words)
    page.get_by_role("button", name="Envoyer").click()


def deadline(page: Page) -> datetime:
    return datetime.fromtimestamp(int(page.locator("[data-clock]").get_attribute("data-deadline")) / 1000)


def test_a_power_cut_takes_nothing_that_a_page_had_acknowledged(server, session, rows, visit, person, provoked, shot):
    provoked += CUT
    with rows():
        thread = Channel.objects.get(space=main_cohort().pk, kind=Channel.Kind.GENERAL).get_absolute_url()
    room = f"/seances/{session.pk}/"
    solene = visit(person("solene"), path=room)
    odile = visit(person("odile"), path=room, width=360, height=740)
    erwan = visit(person("erwan"), path=room, width=360, height=740)
    wall = visit(person("tomas"), path=f"{room}ecran/", width=1366, height=768)
    marie, paul = visit(person("marie"), path=thread), visit(person("paul"), path=thread)
    everybody = (solene, odile, erwan, wall, marie, paul)

    # The last things said before the cut, each seen by its author as done.
    give(erwan, "On a ouvert chez nous avec trois tables et un préau.", to_group=True)
    expect(erwan.locator("#room").get_by_text("Votre apport est transmis.")).to_be_visible()
    expect(wall.get_by_text("trois tables et un préau")).to_be_visible()
    half = "Et une chose encore, que je n’ai pas fini d’écr"
    erwan.get_by_label("En une ou deux phrases").fill(half)
    solene.get_by_role("button", name="5 min", exact=True).click()
    expect(odile.locator("[data-clock]")).to_have_attribute("data-allowed", str(session.allowed_seconds + 300))
    until = deadline(solene)
    last = f"Le compte rendu est sur la table {uuid4().hex[:8]}"
    write(marie, last)
    expect(paul.get_by_text(last)).to_be_visible()
    for page in everybody:
        page.evaluate("window.sameVisit = true")

    server.kill()
    for page in (odile, solene, marie):
        expect(page.get_by_text("Hors ligne : ce que vous écrivez est gardé.")).to_be_visible()
    expect(odile.get_by_text("Hors ligne : ce que vous écrivez est gardé.")).to_be_in_viewport()
    shot(odile, "cut-1-offline-360")
    # During the cut: a message is kept, and a command says that it has not left.
    during = f"Écrit pendant la panne {uuid4().hex[:8]}"
    write(paul, during)
    expect(paul.get_by_role("listitem").filter(has_text=during)).to_contain_text("en attente")
    odile.get_by_role("button", name="Garder l’apport 1, de Erwan").click()
    expect(odile.get_by_text("Pas envoyé : la connexion est coupée.")).to_be_visible()
    shot(paul, "cut-2-waiting-1440")
    server.start()

    # Pages come back by themselves and go on.
    for page in everybody:
        expect(page.get_by_text("Hors ligne : ce que vous écrivez est gardé.")).to_be_hidden()
    expect(marie.get_by_text(during)).to_be_visible()
    expect(paul.get_by_text(during)).to_have_count(1)
    give(erwan, f"{half}ire.", to_group=False)
    expect(odile.get_by_text(f"{half}ire.")).to_be_visible()
    assert deadline(solene) == until
    assert all(page.evaluate("window.sameVisit === true") for page in everybody)

    # And to somebody who opens the room now, all of it is there.
    denis = visit(person("denis"), path=room)
    expect(denis.get_by_role("heading", level=1)).to_have_text("Consultation")
    assert deadline(denis) == until
    expect(denis.get_by_text(REQUEST)).to_be_visible()
    expect(denis.get_by_text("On a ouvert chez nous avec trois tables et un préau.")).to_be_visible()
    marie.reload()
    for words in (last, during):
        expect(marie.get_by_text(words)).to_have_count(1)

    solene.get_by_role("button", name="Passer à : Synthèse et plan d’action").click()
    for page in (solene, odile, erwan, wall, denis):
        expect(page.get_by_role("heading", level=1)).to_have_text("Synthèse et plan d’action")
    with rows():
        now = CodevSession.objects.get(pk=session.pk)
        assert (now.step, now.step_seq) == (StepId.SYNTHESIS, session.step_seq + 1)
