"""What each role sees of a session, step by step, and what it must never see."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from live.models import LiveEvent
from spaces.models import Membership
from tests.factories.workshops import EventFactory, set_table
from workshops import actions
from workshops.methods import STEPS, SeatRole, StepId, prompt
from workshops.models import CodevSession, Contribution, Event
from workshops.permissions import may_watch_session

pytestmark = pytest.mark.django_db
RUN = [step for step in STEPS if step not in (StepId.TOPIC_CHOICE, StepId.FOLLOW_UP, StepId.BREAK)]


def url(table, name="session", *more):
    return reverse(f"workshops:{name}", args=[table.event.pk, *more])


def page(client, table, name="session", **query):
    return client.get(url(table, name), query)


@pytest.mark.parametrize("step", RUN)
def test_each_role_reads_who_speaks_and_what_is_asked_of_it(sign_in, step):
    table = set_table().go_to(step)
    for person, role in [
        (table.client, SeatRole.CLIENT),
        (table.consultants[0], SeatRole.CONSULTANT),
        (table.observer, SeatRole.OBSERVER),
        (table.facilitator, SeatRole.FACILITATOR),
    ]:
        html = page(sign_in(person), table).content.decode()
        assert str(STEPS[step].label) in html
        assert str(STEPS[step].speaks) in html
        assert str(prompt(step, role)) in html
    assert page(sign_in(table.client), table, "projector").status_code == 200


def test_before_and_after_the_session_every_face_is_there(sign_in):
    table = set_table()
    people = [table.client, table.consultants[0], table.observer, table.facilitator]
    for name in ("event", "prepare", "session", "projector"):
        for person in people:
            assert page(sign_in(person), table, name).status_code == 200
    table.fill()
    for person in people:
        assert page(sign_in(person), table).status_code == 200
    table.close()
    for person in people:
        assert "Séance terminée" in page(sign_in(person), table).content.decode()
        assert page(sign_in(person), table, "event").status_code == 200
    assert page(sign_in(table.client), table, "projector").status_code == 200


def test_the_knock_fetches_the_same_words_as_the_first_load(sign_in):
    table = set_table().go_to(StepId.CLARIFICATION)
    client = sign_in(table.client)
    whole, part = page(client, table).content.decode(), page(client, table, fragment=1).content.decode()
    assert "<html" not in part
    for words in (str(prompt("clarification", "client")), "Clarification", "Dans la salle"):
        assert words in whole
        assert words in part


def test_an_action_is_meant_for_the_next_session_of_the_group_unless_said_otherwise(sign_in):
    table = set_table().go_to(StepId.SYNTHESIS)
    answer = page(sign_in(table.client), table)
    assert answer.context["commitment_form"].initial == {}  # no other session is planned
    day = timezone.localdate() + timedelta(days=28)
    for days, more in ((35, {}), (28, {}), (21, {"state": Event.State.CANCELLED}), (-7, {})):
        at = timezone.now() + timedelta(days=days)
        EventFactory(space=table.event.space, kind=Event.Kind.CODEV, starts_at=at, **more)
    EventFactory(kind=Event.Kind.CODEV)  # of another group
    answer = page(sign_in(table.client), table)
    assert f'value="{day:%Y-%m-%d}"' in answer.content.decode()


# --- what must never be seen ---------------------------------------------


@pytest.fixture
def canaries(caplog):
    """A session in which each confidential text holds a word of its own."""
    caplog.set_level(logging.DEBUG)
    table = set_table(consultants=3)
    words = {}

    def word(name):
        words[name] = f"canari-{name}-{uuid4().hex[:8]}"
        return f"Comment {words[name]}"

    nadia, mehdi, _paul = table.consultants
    actions.write_question(session=table.session, by=table.client, text=word("question"))
    table.go_to(StepId.CONTRACT)
    contract = actions.write_contract(
        session=table.session, by=table.client, text=word("contract"), forms_of_help=[], confirmed=True
    )
    for person in table.consultants[:2]:
        actions.answer_contract(session=table.session, by=person, version=contract.version, yes=True)
    actions.answer_contract(
        session=table.session, by=table.consultants[2], version=contract.version, yes=False, missing=word("missing")
    )
    table.advance()
    for name, person, to_group in [("given", nadia, False), ("shared", mehdi, True)]:
        actions.contribute(
            session=table.session, by=person, client_id=uuid4(), kind="idea", text=word(name), to_group=to_group
        )
    for name, person in [
        ("client-note", table.client),
        ("consultant-note", nadia),
        ("facilitator-note", table.facilitator),
    ]:
        actions.write_private_note(session=table.session, by=person, text=word(name))
    table.go_to(StepId.LEARNING)
    actions.learn(session=table.session, by=nadia, text=word("own-learning"), scope="self")
    actions.learn(session=table.session, by=mehdi, text=word("group-learning"), scope="group")
    table.go_to(StepId.CLOSING)
    actions.answer_pulse(session=table.session, by=nadia, useful=4, spoke=4, pace="right", keep=word("pulse"))
    table.words = words
    table.logged = caplog
    return table


GROUP = {"question", "contract", "shared", "group-learning"}
MAY_READ = {
    "client": GROUP | {"given", "client-note"},
    "nadia": GROUP | {"given", "consultant-note", "own-learning"},
    "mehdi": GROUP,
    "observer": GROUP,
    "facilitator": GROUP | {"facilitator-note"},
    "co_facilitator": GROUP,
    "projector": {"question", "contract", "shared"},
}
MAY_READ_AFTER = MAY_READ | {
    "facilitator": {"facilitator-note", "group-learning"},
    "co_facilitator": {"group-learning"},
    "projector": {"question"},
}


def seen(table, sign_in):
    nadia, mehdi, _ = table.consultants
    who = {
        "client": table.client,
        "nadia": nadia,
        "mehdi": mehdi,
        "observer": table.observer,
        "facilitator": table.facilitator,
        "co_facilitator": table.co_facilitator,
    }
    pages = {name: page(sign_in(person), table).content.decode() for name, person in who.items()}
    pages["projector"] = page(sign_in(table.facilitator), table, "projector").content.decode()
    return {name: {key for key, word in table.words.items() if word in html} for name, html in pages.items()}


def test_each_text_is_on_the_pages_of_those_it_is_for_and_on_no_other(canaries, sign_in):
    for name, words in seen(canaries, sign_in).items():
        assert words <= MAY_READ[name], name
    assert seen(canaries, sign_in)["client"] == MAY_READ["client"]


def test_after_closing_the_facilitator_reads_neither_contract_nor_contributions(canaries, sign_in):
    actions.close_session(session=canaries.session, by=canaries.facilitator, seen_seq=canaries.session.step_seq)
    for name, words in seen(canaries, sign_in).items():
        assert words <= MAY_READ_AFTER[name], name
    assert seen(canaries, sign_in)["client"] == MAY_READ["client"]
    assert seen(canaries, sign_in)["nadia"] == MAY_READ["nadia"]


def test_no_confidential_word_travels_in_the_log_the_mail_or_the_journal(canaries):
    told = "".join(f"{event.facts} {event.html}" for event in LiveEvent.objects.all())
    written = "".join(f"{message.subject} {message.body}" for message in mail.outbox)
    # Parameters of queries are in Django's debug log only; the encrypted ones are tokens there too.
    journal = canaries.logged.text
    for word in canaries.words.values():
        assert word not in told
        assert word not in written
        assert word not in journal


def test_models_do_not_say_what_they_hold(canaries):
    for model in (CodevSession, Contribution):
        for row in model.objects.all():
            assert not any(word in f"{row} {row!r}" for word in canaries.words.values())


# --- doors ---------------------------------------------


def test_the_guard_of_the_live_topic_follows_the_membership():
    table = set_table()
    assert may_watch_session(table.client, table.event.pk)
    assert not may_watch_session(table.client, "pas-un-identifiant")
    Membership.objects.filter(person=table.client).update(left_at=timezone.now())
    assert not may_watch_session(table.client, table.event.pk)


def test_a_member_of_the_group_without_a_seat_knows_of_the_session_and_does_not_enter(sign_in, member_of):
    table = set_table()
    client = sign_in(member_of(table.event.space))
    assert page(client, table, "event").status_code == 200
    assert page(client, table).status_code == 403
    assert page(client, table, "projector").status_code == 403


def test_an_unknown_command_is_unknown(sign_in):
    table = set_table()
    assert sign_in(table.facilitator).post(url(table, "conduct", "exploser")).status_code == 404
    assert sign_in(table.client).post(url(table, "say", "exploser")).status_code == 404


# --- without JavaScript ---------------------------------------------


def test_a_stale_click_is_told_kindly_with_the_current_state(sign_in):
    table = set_table().start()
    table.advance()
    answer = sign_in(table.facilitator).post(url(table, "conduct", "avancer"), {"seen_seq": 1})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "La séance a déjà avancé" in html
    assert "Exposé" in html


def test_an_unmet_guard_is_told_and_passed_with_a_reason(sign_in):
    table = set_table().go_to(StepId.CONTRACT)
    client = sign_in(table.facilitator)
    answer = client.post(url(table, "conduct", "avancer"), {"seen_seq": table.session.step_seq})
    assert answer.status_code == 422
    assert "La demande n’est pas encore écrite." in answer.content.decode()
    answer = client.post(
        url(table, "conduct", "avancer"), {"seen_seq": table.session.step_seq, "reason": "Accord de vive voix"}
    )
    assert answer.status_code == 302
    assert table.session.step == StepId.CONSULTATION


def test_what_was_typed_is_still_there_when_a_contribution_is_refused(sign_in):
    table = set_table().go_to(StepId.CONSULTATION)
    client, once = sign_in(table.consultants[0]), str(uuid4())
    typed = {"contribution-kind": "idea", "contribution-text": "Un texte trop long " * 60, "client_id": once}
    answer = client.post(url(table, "say", "contribution"), typed)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Un texte trop long" in html
    assert once in html
    table.go_to(StepId.LEARNING)
    CodevSession.objects.get(pk=table.event.pk).runs.update(ended_at=timezone.now() - timedelta(minutes=5))
    typed["contribution-text"] = "Un samedi d’essai"
    answer = client.post(url(table, "say", "contribution"), typed)
    assert answer.status_code == 409
    assert "Un samedi d’essai" in answer.content.decode()
    assert not Contribution.objects.exists()


def test_words_whose_form_is_gone_are_given_back(sign_in):
    table = set_table().go_to(StepId.EXPOSE)
    answer = sign_in(table.client).post(
        url(table, "say", "contract"), {"contract-text": "M’aider à convaincre", "confirmed": "1"}
    )
    assert answer.status_code == 409
    assert "M’aider à convaincre" in answer.content.decode()


def test_a_contribution_posted_by_a_plain_form_returns_to_the_room(sign_in):
    table = set_table().go_to(StepId.CONSULTATION)
    answer = sign_in(table.consultants[0]).post(
        url(table, "say", "contribution"),
        {"contribution-kind": "idea", "contribution-text": "Un samedi d’essai", "client_id": str(uuid4())},
        follow=True,
    )
    assert answer.redirect_chain == [(url(table), 302)]
    assert "Votre apport est transmis." in answer.content.decode()


def test_notes_that_save_themselves_change_nothing_on_the_page(sign_in):
    table = set_table().start()
    answer = sign_in(table.observer).post(
        url(table, "say", "note"), {"note-text": "Le groupe écoute"}, headers={"X-Autosave": "1"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Le groupe écoute" in page(sign_in(table.observer), table).content.decode()


def test_a_whole_session_is_conducted_by_plain_forms(sign_in):
    table = set_table(consultants=2)
    facilitator = sign_in(table.facilitator)

    def conduct(command, **more):
        answer = facilitator.post(
            url(table, "conduct", command), {"seen_seq": table.session.step_seq, **more}, follow=True
        )
        assert answer.status_code == 200, answer.content.decode()

    conduct("ouvrir")
    for person in [table.client, *table.consultants]:
        assert sign_in(person).post(url(table, "say", "arriver")).status_code == 302
    conduct("demarrer")
    conduct("avancer")
    conduct("prolonger", minutes="2", seen_extension="0")
    conduct("pause", reason="break")
    conduct("reprendre")
    conduct("compteur", shown="1")
    conduct("avancer")
    conduct("revenir")
    conduct("avancer")
    conduct("avancer")
    sign_in(table.client).post(url(table, "say", "contract"), {"contract-text": "M’aider", "confirmed": "1"})
    for person in table.consultants:
        sign_in(person).post(url(table, "say", "answer"), {"answer-version": "1", "answer-yes": "1"})
    conduct("avancer")
    conduct("avancer")
    sign_in(table.client).post(url(table, "say", "insight"), {"chosen": "1"})
    conduct("avancer")
    sign_in(table.client).post(url(table, "say", "learning"), {"learning-text": "Ralentir", "learning-scope": "self"})
    conduct("avancer")
    sign_in(table.client).post(
        url(table, "say", "pulse"), {"pulse-useful": "4", "pulse-spoke": "3", "pulse-pace": "right"}
    )
    conduct("cloturer")
    session = table.session
    assert session.state == "closed"
    assert session.learnings.count() == session.pulses.count() == 1


def test_participants_see_no_countdown_unless_the_facilitator_shows_it(sign_in):
    table = set_table().start()
    client = sign_in(table.client)
    assert 'role="timer"' not in page(client, table).content.decode()
    assert 'role="timer"' in page(sign_in(table.facilitator), table).content.decode()
    actions.show_timer(session=table.session, by=table.facilitator, shown=True)
    assert 'role="timer"' in page(client, table).content.decode()
    assert 'role="timer"' in page(client, table, "projector").content.decode()


# --- weight ---------------------------------------------


@pytest.mark.parametrize("name", ["session", "projector", "event"])
def test_a_page_costs_as_many_queries_with_many_people_as_with_few(sign_in, name):
    costs = []
    for size in (2, 5):
        table = set_table(consultants=size).go_to(StepId.CONSULTATION)
        for person in table.consultants:
            actions.contribute(
                session=table.session, by=person, client_id=uuid4(), kind="idea", text="Essayer", to_group=True
            )
        for person in (table.client, table.facilitator):
            client = sign_in(person)
            page(client, table, name)
            with CaptureQueriesContext(connection) as queries:
                page(client, table, name)
            costs.append((person == table.client, len(queries)))
    assert len(set(costs)) == 2, costs
    assert max(cost for _who, cost in costs) <= 26
