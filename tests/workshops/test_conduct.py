"""Conducting a session: each command of domain.md 2.5, done and refused."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from live.models import LiveEvent
from spaces.models import Membership
from tests.factories.workshops import PeerGroupFactory, set_table
from workshops import actions
from workshops.methods import STEPS, StepId
from workshops.models import Attendance, CodevSession, PulseToken, StepRun

pytestmark = pytest.mark.django_db
State = CodevSession.State


def earlier(session: CodevSession, **fields: timedelta) -> None:
    """Make what happened in `session` lie further back."""
    CodevSession.objects.filter(pk=session.pk).update(
        **{name: getattr(session, name) - ago for name, ago in fields.items()}
    )


# --- the room opens ---------------------------------------------


def test_the_first_to_arrive_opens_the_room_and_accepts_the_frame():
    table = set_table()
    seat = actions.arrive(session=table.session, by=table.client)
    assert table.session.state == State.LOBBY
    assert seat.present
    assert seat.frame_accepted_at
    assert Attendance.objects.get(event=table.event, person=table.client).state == Attendance.State.PRESENT


def test_nobody_arrives_more_than_fifteen_minutes_before_unless_the_facilitator_opens():
    table = set_table(starts_at=timezone.now() + timedelta(hours=3), ends_at=timezone.now() + timedelta(hours=5))
    with pytest.raises(actions.NotNow, match="La salle ouvre à"):
        actions.arrive(session=table.session, by=table.client)
    actions.open_room(session=table.session, by=table.facilitator)
    assert actions.arrive(session=table.session, by=table.client).present


def test_arriving_twice_is_once():
    table = set_table()
    first = actions.arrive(session=table.session, by=table.client)
    again = actions.arrive(session=table.session, by=table.client)
    assert again.arrived_at == first.arrived_at


# --- start ---------------------------------------------


def test_the_session_starts_with_the_check_in_on_a_plan_for_those_who_are_here():
    table = set_table(consultants=3).start()
    session = table.session
    assert (session.state, session.step, session.step_seq) == (State.RUNNING, StepId.CHECK_IN, 1)
    assert session.plan["check_in"] == 8  # client, three consultants and the observer
    assert session.planned_seconds == 8 * 60
    assert session.hand == table.facilitator
    assert session.runs.get().step == StepId.CHECK_IN


@pytest.mark.parametrize(
    ("absent", "words"), [("client", "cliente n’est pas encore là"), ("consultants", "Il manque 1 consultant")]
)
def test_no_start_without_quorum(absent, words):
    table = set_table(consultants=2).fill()
    person = table.client if absent == "client" else table.consultants[0]
    actions.depart(session=table.session, by=person)
    with pytest.raises(actions.NotReady, match=words):
        actions.start_session(session=table.session, by=table.facilitator, seen_seq=0)
    assert table.session.state == State.LOBBY


def test_nine_or_more_are_offered_to_split():
    table = set_table(consultants=5)
    more = set_table(space=table.event.space, consultants=5)
    actions.make_session(
        event=table.event,
        by=table.facilitator,
        client=table.client,
        facilitator=table.facilitator,
        people=[*table.consultants, *more.consultants],
    )
    actions.open_room(session=table.session, by=table.facilitator)
    for seat in table.session.all_seats:
        if seat.person != table.facilitator:
            actions.arrive(session=table.session, by=seat.person)
    with pytest.raises(actions.NotReady, match="Partagez le groupe en deux"):
        actions.start_session(session=table.session, by=table.facilitator, seen_seq=0)


def test_someone_on_the_telephone_is_marked_present_by_the_facilitator():
    table = set_table(consultants=2)
    actions.open_room(session=table.session, by=table.facilitator)
    for person in [table.client, table.consultants[0]]:
        actions.arrive(session=table.session, by=person)
    seat = table.session.seats.get(person=table.consultants[1])
    actions.mark_present(session=table.session, by=table.facilitator, seat=seat, present=True)
    actions.start_session(session=table.session, by=table.facilitator, seen_seq=0)
    assert table.session.state == State.RUNNING


def test_a_session_starts_once():
    table = set_table().start()
    with pytest.raises(actions.AlreadyMoved):
        actions.start_session(session=table.session, by=table.facilitator, seen_seq=0)


def test_members_do_not_start():
    table = set_table().fill()
    for person in [table.client, table.consultants[0], table.observer]:
        with pytest.raises(PermissionDenied):
            actions.start_session(session=table.session, by=person, seen_seq=0)


# --- advance ---------------------------------------------


def test_the_steps_follow_the_plan_to_the_end():
    table = set_table().start()
    seen = [table.session.step]
    while table.session.next_step:
        table.go_to(table.session.next_step.id)
        seen.append(table.session.step)
    assert seen == [step for step in STEPS if step in table.session.plan]  # PostgreSQL keeps no order of keys
    assert [run.step for run in table.session.runs.all()] == seen
    assert all(run.ended_at for run in table.session.runs.all()[: len(seen) - 1])
    with pytest.raises(actions.NotNow, match="clôturer"):
        table.advance()


def test_a_second_click_finds_the_session_moved():
    table = set_table().start()
    seen = table.session.step_seq
    actions.advance_session(session=table.session, by=table.facilitator, seen_seq=seen)
    with pytest.raises(actions.AlreadyMoved):
        actions.advance_session(session=table.session, by=table.facilitator, seen_seq=seen)
    assert table.session.step_seq == seen + 1


def test_only_the_hand_advances():
    table = set_table().start()
    for person in [table.client, *table.consultants, table.observer]:
        with pytest.raises(PermissionDenied):
            actions.advance_session(session=table.session, by=person, seen_seq=1)
    with pytest.raises(actions.HandElsewhere):
        actions.advance_session(session=table.session, by=table.co_facilitator, seen_seq=1)
    assert table.session.step_seq == 1


def test_the_co_facilitator_takes_the_hand_and_advances():
    table = set_table().start()
    actions.take_hand(session=table.session, by=table.co_facilitator)
    actions.advance_session(session=table.session, by=table.co_facilitator, seen_seq=1)
    with pytest.raises(actions.HandElsewhere):
        actions.advance_session(session=table.session, by=table.facilitator, seen_seq=2)
    with pytest.raises(PermissionDenied):
        actions.take_hand(session=table.session, by=table.client)


def test_a_paused_session_does_not_advance():
    table = set_table().start()
    actions.pause_session(session=table.session, by=table.facilitator, reason="technical")
    with pytest.raises(actions.NotNow, match="reprenez-la"):
        table.advance()


def test_the_contract_needs_words_a_confirmation_and_more_than_half():
    table = set_table(consultants=4).go_to(StepId.CONTRACT)
    with pytest.raises(actions.NotReady, match="pas encore écrite"):
        table.advance()

    def write(confirmed):
        return actions.write_contract(
            session=table.session, by=table.client, text="M’aider à…", forms_of_help=[], confirmed=confirmed
        )

    contract = write(confirmed=False)
    for person in table.consultants[:2]:
        actions.answer_contract(session=table.session, by=person, version=contract.version, yes=True)
    with pytest.raises(actions.NotReady, match="confirmé"):
        table.advance()
    write(confirmed=True)
    with pytest.raises(actions.NotReady, match="2 oui sur 4"):
        table.advance()
    actions.answer_contract(session=table.session, by=table.consultants[2], version=contract.version, yes=True)
    table.advance()
    assert table.session.step == StepId.CONSULTATION


def test_absent_consultants_do_not_count_in_the_contract():
    table = set_table(consultants=4).go_to(StepId.CONTRACT)
    contract = actions.write_contract(
        session=table.session, by=table.client, text="M’aider à…", forms_of_help=[], confirmed=True
    )
    for person in table.consultants[:2]:
        actions.answer_contract(session=table.session, by=person, version=contract.version, yes=True)
    actions.depart(session=table.session, by=table.consultants[3])
    table.advance()
    assert table.session.step == StepId.CONSULTATION


def test_the_facilitator_may_go_on_without_the_contract_with_a_reason():
    table = set_table().go_to(StepId.CONTRACT)
    table.advance(override_reason="La cliente est au téléphone, accord donné de vive voix.")
    assert table.session.step == StepId.CONSULTATION
    entry = table.session.process_log.get(what="contract.overridden")
    assert entry.reason.startswith("La cliente est au téléphone")
    assert entry.who == table.facilitator


def test_the_synthesis_needs_an_action_or_an_insight():
    table = set_table().go_to(StepId.SYNTHESIS)
    with pytest.raises(actions.NotReady, match="prise de conscience"):
        table.advance()
    actions.choose_insight(session=table.session, by=table.client, chosen=True)
    table.advance()
    assert table.session.step == StepId.LEARNING


def test_an_action_of_the_client_passes_the_synthesis_and_one_of_a_consultant_does_not():
    table = set_table().go_to(StepId.SYNTHESIS)
    actions.commit_to(
        session=table.session,
        by=table.consultants[0],
        client_id=uuid4(),
        what="Essayer chez moi",
        due=timezone.localdate(),
    )
    with pytest.raises(actions.NotReady):
        table.advance()
    table.commit()
    table.advance()
    assert table.session.step == StepId.LEARNING


# --- back, extend, pause, skip ---------------------------------------------


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (StepId.CLARIFICATION, StepId.EXPOSE),
        (StepId.CONTRACT, StepId.CLARIFICATION),
        (StepId.CONSULTATION, StepId.CONTRACT),
        (StepId.SYNTHESIS, StepId.CONSULTATION),
    ],
)
def test_four_steps_can_be_taken_back(here, there):
    table = set_table().go_to(here)
    seq = table.session.step_seq
    actions.go_back(session=table.session, by=table.facilitator, seen_seq=seq)
    session = table.session
    assert (session.step, session.step_seq) == (there, seq + 1)
    run = session.runs.get(seq=seq + 1)
    assert run.direction == StepRun.Direction.BACK
    if here == StepId.CONSULTATION:
        assert session.contract.text  # artefacts are kept


@pytest.mark.parametrize("here", [StepId.CHECK_IN, StepId.EXPOSE, StepId.LEARNING, StepId.CLOSING])
def test_other_steps_cannot_be_taken_back(here):
    table = set_table().go_to(here)
    with pytest.raises(actions.NotNow):
        actions.go_back(session=table.session, by=table.facilitator, seen_seq=table.session.step_seq)
    assert table.session.step == here


def test_a_step_is_extended_within_one_and_a_half_times_its_bound():
    table = set_table().go_to(StepId.EXPOSE)  # 8 minutes, bound 12, so 18 at most

    def extend(minutes):
        session = table.session
        actions.extend_step(
            session=session,
            by=table.facilitator,
            minutes=minutes,
            seen_seq=session.step_seq,
            seen_extension=session.extended_seconds,
        )

    extend(10)
    assert table.session.allowed_seconds == 18 * 60
    with pytest.raises(actions.NotNow, match="18 minutes"):
        extend(2)
    assert table.session.runs.last().extended_seconds == 600


def test_an_extension_clicked_twice_counts_once():
    table = set_table().start()
    click = {"session": table.session, "by": table.facilitator, "minutes": 2, "seen_seq": 1, "seen_extension": 0}
    actions.extend_step(**click)
    with pytest.raises(actions.AlreadyMoved):
        actions.extend_step(**click)
    assert table.session.extended_seconds == 120


def test_an_odd_extension_is_refused():
    table = set_table().start()
    with pytest.raises(actions.NotNow):
        actions.extend_step(session=table.session, by=table.facilitator, minutes=7, seen_seq=1, seen_extension=0)


def test_a_pause_stops_the_clock():
    table = set_table().start()
    earlier(table.session, step_started_at=timedelta(minutes=3))
    actions.pause_session(session=table.session, by=table.facilitator, reason="break")
    left = table.session.seconds_left(timezone.now())
    earlier(table.session, step_started_at=timedelta(minutes=20), paused_at=timedelta(minutes=20))
    assert table.session.seconds_left(timezone.now()) == left
    actions.resume_session(session=table.session, by=table.facilitator)
    session = table.session
    assert session.state == State.RUNNING
    assert abs(session.seconds_left(timezone.now()) - left) <= 1


def test_a_pause_needs_a_known_reason_and_happens_once():
    table = set_table().start()
    with pytest.raises(actions.NotReady):
        actions.pause_session(session=table.session, by=table.facilitator, reason="ennui")
    actions.pause_session(session=table.session, by=table.facilitator, reason="other")
    with pytest.raises(actions.AlreadyMoved):
        actions.pause_session(session=table.session, by=table.facilitator, reason="other")
    actions.resume_session(session=table.session, by=table.facilitator)
    with pytest.raises(actions.AlreadyMoved):
        actions.resume_session(session=table.session, by=table.facilitator)


def test_the_break_is_skipped_with_a_reason_and_the_consultation_is_not():
    table = set_table(consultants=5, mode="remote", ends_at=timezone.now() + timedelta(hours=4)).go_to(StepId.BREAK)
    with pytest.raises(actions.NotReady, match="pourquoi"):
        actions.skip_step(session=table.session, by=table.facilitator, seen_seq=table.session.step_seq, reason="")
    actions.skip_step(session=table.session, by=table.facilitator, seen_seq=table.session.step_seq, reason="time")
    assert table.session.step == StepId.CONSULTATION
    assert table.session.runs.get(step=StepId.BREAK).skipped == "time"
    with pytest.raises(actions.NotNow, match="fait la méthode"):
        actions.skip_step(session=table.session, by=table.facilitator, seen_seq=table.session.step_seq, reason="time")


def test_the_follow_up_comes_first_when_the_client_of_last_time_is_here_and_ends_her_wait():
    space = PeerGroupFactory()
    first = set_table(
        space=space, starts_at=timezone.now() - timedelta(days=30), ends_at=timezone.now() - timedelta(days=29)
    ).close()
    second = set_table(space=space)
    assert first.session.state == State.FOLLOW_UP_DUE
    actions.make_session(
        event=second.event,
        by=second.facilitator,
        client=second.client,
        facilitator=second.facilitator,
        people=[*second.consultants, first.client],
    )
    second.consultants.append(first.client)
    actions.open_room(session=second.session, by=second.facilitator)
    for person in [second.client, *second.consultants]:
        actions.arrive(session=second.session, by=person)
    actions.start_session(session=second.session, by=second.facilitator, seen_seq=0)
    second.advance()
    assert second.session.step == StepId.FOLLOW_UP
    second.advance()
    assert first.session.state == State.FOLLOWED_UP
    assert first.session.followed_up_at


# --- close ---------------------------------------------


def test_closing_counts_attendance_by_duration():
    table = set_table(consultants=4).go_to(StepId.CLOSING)
    session, now = table.session, timezone.now()
    CodevSession.objects.filter(pk=session.pk).update(started_at=now - timedelta(minutes=100))
    session.seats.update(here_since=now - timedelta(minutes=100))
    stayed, half, glimpsed, _ = table.consultants
    session.seats.filter(person=half).update(here_since=now - timedelta(minutes=50))
    session.seats.filter(person=glimpsed).update(here_since=now - timedelta(minutes=10))
    session.seats.filter(person=table.observer).update(here_since=None, present=False)
    actions.close_session(session=table.session, by=table.facilitator, seen_seq=table.session.step_seq)

    states = dict(Attendance.objects.filter(event=table.event).values_list("person", "state"))
    assert states[stayed.pk] == "present"
    assert states[half.pk] == "partial"
    assert states[glimpsed.pk] == "absent"
    assert states[table.observer.pk] == "absent"
    assert table.session.state == State.CLOSED
    assert table.session.event.state == "held"
    assert not PulseToken.objects.exists()


def test_closing_before_the_end_needs_a_reason():
    table = set_table().go_to(StepId.EXPOSE)
    seq = table.session.step_seq
    with pytest.raises(actions.NotReady, match="raison"):
        actions.close_session(session=table.session, by=table.facilitator, seen_seq=seq)
    actions.close_session(session=table.session, by=table.facilitator, seen_seq=seq, reason="Panne de courant")
    assert table.session.state == State.CLOSED
    assert table.session.process_log.get(what="closed").reason == "Panne de courant"


def test_a_closed_session_moves_no_more():
    table = set_table().close()
    for act in [
        lambda s: actions.advance_session(session=s, by=table.facilitator, seen_seq=s.step_seq),
        lambda s: actions.pause_session(session=s, by=table.facilitator, reason="other"),
        lambda s: actions.close_session(session=s, by=table.facilitator, seen_seq=s.step_seq),
    ]:
        with pytest.raises(actions.AlreadyMoved):
            act(table.session)


# --- who may ---------------------------------------------


def test_a_facilitator_who_leaves_the_group_conducts_no_more():
    table = set_table().start()
    Membership.objects.filter(person=table.facilitator).update(left_at=timezone.now())
    with pytest.raises(PermissionDenied):
        table.advance()


def test_open_pages_hear_of_each_move_and_learn_nothing_but_where_it_stands():
    table = set_table().go_to(StepId.CLARIFICATION)
    events = LiveEvent.objects.filter(topic__name=table.session.topic)
    assert events.filter(kind="session.moved").count() == 2
    assert {frozenset(event.facts) for event in events} == {frozenset(["state", "step", "step_seq", "deadline"])}
    assert not any(event.html for event in events)


def test_time_alone_changes_nothing():
    """No automatic advance, ever (F14 too: nothing but the row says where the session is)."""
    table = set_table().start()
    earlier(table.session, step_started_at=timedelta(hours=3))
    session = table.session
    assert session.seconds_left(timezone.now()) < 0
    assert (session.step, session.step_seq, session.state) == (StepId.CHECK_IN, 1, State.RUNNING)
