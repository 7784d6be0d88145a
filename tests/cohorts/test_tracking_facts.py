"""Facts are counted as domain.md 6.1 says, whatever the order, and add up."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.models import Milestone, MilestoneDone
from cohorts.tracking import FollowUp, Presence, Standing, mean_presence
from cohorts.tracking.sponsor import out_of
from workshops.models import Attendance, Commitment

State = Attendance.State
HAPPENED = [State.PRESENT, State.PARTIAL, State.EXCUSED, State.ABSENT]
states = st.lists(st.sampled_from([*State.values, "unnoted", "not_concerned"]))


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ([], "rien de noté"),
        ([State.PRESENT] * 4 + [State.ABSENT], "4 sur 5"),
        ([State.PRESENT] * 3 + [State.PARTIAL, State.EXCUSED], "3 sur 5, et 1 en partie"),
        ([State.EXCUSED], "0 sur 1"),
        ([State.EXPECTED, State.CONFIRMED, "unnoted", "not_concerned"], "rien de noté"),
    ],
)
def test_attendance_is_a_fraction_in_words(seen, words):
    assert str(Presence.of(seen)) == words


def test_half_a_session_counts_for_a_half():
    assert Presence.of([State.PRESENT, State.PARTIAL, State.ABSENT]).value == Fraction(3, 2)


@given(states)
def test_nobody_attends_more_than_what_was_noted(seen):
    presence = Presence.of(seen)
    assert 0 <= presence.value <= presence.noted <= len(seen)
    assert presence.whole + presence.partly <= presence.noted


@given(states, states)
def test_presences_add_up(some, others):
    assert Presence.of(some) + Presence.of(others) == Presence.of(some + others)


@given(st.permutations([State.PRESENT, State.PARTIAL, State.ABSENT, State.EXPECTED, "unnoted"]))
def test_order_does_not_matter(seen):
    assert Presence.of(seen) == Presence(whole=1, partly=1, noted=3)


@given(st.lists(st.sampled_from(HAPPENED), min_size=1), st.integers(0, 300))
def test_a_mean_is_a_number_of_people_of_the_cohort(seen, people):
    mean = mean_presence(Presence.of(seen), people)
    assert 0 <= mean <= people
    assert abs(mean - Presence.of(seen).value * people / len(seen)) <= Fraction(1, 2)


def commitment(due: date, outcome: str = "") -> Commitment:
    return Commitment(due=due, outcome=outcome)


TODAY = date(2027, 2, 11)


@pytest.mark.parametrize("outcome", Commitment.Outcome.values)
def test_any_outcome_counts_as_a_follow_up(outcome):
    assert FollowUp.of([commitment(TODAY, outcome), commitment(TODAY)], TODAY) == FollowUp(reported=1, due=2)


def test_what_is_not_due_yet_is_not_counted():
    tomorrow = TODAY + timedelta(days=1)
    assert FollowUp.of([commitment(tomorrow, "done"), commitment(tomorrow)], TODAY) == FollowUp(reported=0, due=0)


@given(
    st.lists(
        st.builds(
            commitment,
            st.dates(TODAY - timedelta(days=9), TODAY + timedelta(days=9)),
            st.sampled_from(["", *Commitment.Outcome.values]),
        )
    )
)
def test_follow_ups_never_exceed_what_is_due(commitments):
    ratio = FollowUp.of(commitments, TODAY)
    assert 0 <= ratio.reported <= ratio.due <= len(commitments)


@dataclass
class Case:
    due: date
    required: bool
    state: str
    words: str


@pytest.mark.parametrize(
    "case",
    [
        Case(TODAY, True, "expected", "attendu pour le 11 février"),
        Case(TODAY - timedelta(days=1), True, "late", "en retard : attendu pour le 10 février"),
        Case(TODAY - timedelta(days=1), False, "open", "pas encore, sans obligation"),
        Case(TODAY - timedelta(days=10), True, "late", "en retard : attendu pour le 1er février"),
    ],
    ids=lambda case: case.words,
)
def test_only_a_dated_and_required_deliverable_is_late(case):
    standing = Standing.of(Milestone(title="Feuille de route", due=case.due, required=case.required), None, TODAY)
    assert (standing.state, standing.words) == (case.state, case.words)


def test_what_is_done_is_never_late():
    milestone = Milestone(title="Feuille de route", due=TODAY - timedelta(days=30), required=True)
    mark = MilestoneDone(milestone=milestone, organisation_id=uuid.uuid4())
    assert Standing.of(milestone, mark, TODAY).state == "done"


@pytest.mark.parametrize(
    ("part", "whole", "unanimous", "words"),
    [
        (14, 18, False, "14 sur 18"),
        (18, 18, True, "au moins 9 sur 10"),
        (0, 18, True, "moins de 1 sur 10"),
    ],
)
def test_unanimity_is_told_as_a_band(part, whole, unanimous, words):
    assert out_of(part, whole, unanimous=unanimous) == words
