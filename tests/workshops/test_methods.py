"""The timetable and the words of the method, as domain.md 2.3, 2.4 and 2.8 give them."""

import pytest

from workshops.methods import STEPS, SeatRole, StepId, Variant, plan, prompt

COLUMNS = (
    "check_in",
    "follow_up",
    "expose",
    "clarification",
    "contract",
    "consultation",
    "synthesis",
    "learning",
    "closing",
)


@pytest.mark.parametrize(
    ("n", "minutes", "total", "with_choice", "with_break", "with_both"),
    [
        (4, (6, 5, 8, 14, 5, 18, 12, 9, 3), 80, 88, 80, 88),
        (5, (8, 5, 8, 16, 5, 22, 12, 11, 3), 90, 100, 90, 105),
        (6, (9, 5, 8, 18, 5, 26, 12, 12, 3), 98, 110, 103, 115),
        (7, (11, 5, 8, 20, 5, 30, 12, 14, 3), 108, 122, 113, 127),
        (8, (12, 5, 8, 22, 5, 34, 12, 15, 3), 116, 132, 121, 137),
    ],
)
def test_the_computed_defaults_are_those_of_the_method(n, minutes, total, with_choice, with_break, with_both):
    assert plan(n).minutes == dict(zip(COLUMNS, minutes, strict=True))
    assert plan(n).total == total
    assert plan(n, live_choice=True).total == with_choice
    assert plan(n, remote=True).total == with_break
    assert plan(n, remote=True, live_choice=True).total == with_both


def test_the_express_form_lasts_one_hour():
    express = plan(5, Variant.EXPRESS_60)
    assert express.total == 60
    assert StepId.FOLLOW_UP not in express.minutes


@pytest.mark.parametrize(
    ("booked", "shrunk"),
    [
        (116, {}),
        (110, {"consultation": 28}),
        (94, {"consultation": 12}),
        (90, {"consultation": 12, "clarification": 18}),
        (80, {"consultation": 12, "clarification": 10, "check_in": 10}),
        (70, {"consultation": 12, "clarification": 10, "check_in": 3, "learning": 12}),
        (60, {"consultation": 12, "clarification": 10, "check_in": 3, "learning": 6, "follow_up": 1}),
    ],
)
def test_a_short_slot_shrinks_in_the_order_of_the_method(booked, shrunk):
    assert plan(8, booked_minutes=booked).minutes == plan(8).minutes | shrunk


def test_contract_and_synthesis_never_shrink_and_nothing_goes_under_its_bound():
    tight = plan(8, booked_minutes=20)
    assert (tight.minutes["contract"], tight.minutes["synthesis"]) == (5, 12)
    assert StepId.FOLLOW_UP not in tight.minutes  # its lower bound is nothing
    assert all(minutes >= STEPS[step].bounds[0] for step, minutes in tight.minutes.items())
    assert tight.total == 59  # longer than the slot: the facilitator is told, nobody is rushed


def test_a_session_that_fits_in_ninety_minutes_has_no_break():
    assert StepId.BREAK not in plan(6, remote=True, booked_minutes=90).minutes
    assert StepId.BREAK in plan(6, remote=True, booked_minutes=100).minutes
    assert plan(6, remote=True, booked_minutes=100).total == 100


@pytest.mark.parametrize("n", range(3, 9))
def test_defaults_are_within_their_bounds(n):
    for step, minutes in plan(n, live_choice=True, remote=True).minutes.items():
        lower, upper = STEPS[step].bounds
        assert lower <= minutes <= upper


def test_in_the_follow_up_the_client_of_last_time_speaks_and_the_one_of_today_listens():
    tell = "Qu’avez-vous essayé"
    assert tell in str(prompt("follow_up", SeatRole.CONSULTANT, reports_back=True))
    assert "Écoutez" in str(prompt("follow_up", SeatRole.CLIENT))
    assert "Remerciez" in str(prompt("follow_up", SeatRole.FACILITATOR))


def test_the_method_asks_nothing_of_the_observer_during_the_contract():
    assert prompt("contract", SeatRole.OBSERVER) == ""
    assert "fait bouger" in str(prompt("clarification", SeatRole.OBSERVER))


def test_every_step_speaks_to_the_facilitator():
    assert all(prompt(step, SeatRole.FACILITATOR) for step in STEPS)
