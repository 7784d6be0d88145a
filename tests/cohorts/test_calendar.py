"""When things happen: months, holidays, third Thursdays, proposed dates."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts import calendar
from tests.factories.cohorts import STANDARD

PARIS = ZoneInfo("Europe/Paris")
THIRD_THURSDAY = "FREQ=MONTHLY;BYDAY=3TH"
STARTS = st.dates(date(2018, 1, 1), date(2060, 12, 31))


# --- public holidays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2018, (4, 1)),
        (2019, (4, 21)),
        (2024, (3, 31)),
        (2026, (4, 5)),
        (2027, (3, 28)),
        (2038, (4, 25)),
        (2285, (3, 22)),
    ],
)
def test_easter(year, day):
    assert calendar.easter(year) == date(year, *day)


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_between_the_22nd_of_march_and_the_25th_of_april(year):
    day = calendar.easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


@pytest.mark.parametrize(
    "day",
    [
        date(2019, 8, 15),
        date(2024, 8, 15),
        date(2020, 5, 21),  # Ascension
        date(2023, 5, 18),
        date(2034, 5, 18),
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 25),  # Whit Monday
        date(2026, 12, 25),
        date(2027, 1, 1),
    ],
)
def test_public_holidays(day):
    assert calendar.is_holiday(day)
    assert not calendar.is_holiday(day + timedelta(days=1))


def test_eleven_holidays_unless_two_fall_together():
    assert len(calendar.public_holidays(2026)) == 11
    assert len(calendar.public_holidays(2008)) == 10  # 1 May 2008 was Ascension


# --- third Thursday ------------------------------------------------------------------------------------------


def test_the_third_thursday_of_an_ordinary_month():
    assert calendar.monthly_date(THIRD_THURSDAY, 2019, 3) == date(2019, 3, 21)
    assert calendar.monthly_date(THIRD_THURSDAY, 2026, 10) == date(2026, 10, 15)


@pytest.mark.parametrize(
    ("holiday", "moved"),
    [
        (date(2019, 8, 15), date(2019, 8, 22)),
        (date(2024, 8, 15), date(2024, 8, 22)),
        (date(2020, 5, 21), date(2020, 5, 28)),
        (date(2023, 5, 18), date(2023, 5, 25)),
    ],
)
def test_a_third_thursday_that_is_a_holiday(holiday, moved):
    year, month = holiday.year, holiday.month
    assert calendar.monthly_date(THIRD_THURSDAY, year, month, "keep") == holiday
    assert calendar.monthly_date(THIRD_THURSDAY, year, month, "move_to_next_thursday") == moved
    assert calendar.monthly_date(THIRD_THURSDAY, year, month, "skip") is None


def test_another_weekday_moves_to_the_thursday_that_follows():
    assert calendar.monthly_date("FREQ=MONTHLY;BYDAY=1FR", 2026, 5, "move_to_next_thursday") == date(2026, 5, 7)


@given(st.integers(2018, 2060), st.integers(1, 12))
def test_a_moved_date_is_a_thursday_and_no_holiday(year, month):
    day = calendar.monthly_date(THIRD_THURSDAY, year, month, "move_to_next_thursday")
    assert day.weekday() == 3
    assert not calendar.is_holiday(day)
    assert 15 <= day.day <= 31
    assert day.month == month


def test_a_rule_that_is_not_understood_is_an_error():
    with pytest.raises(ValueError, match="DAILY"):
        calendar.monthly_date("FREQ=DAILY", 2026, 1)


# --- months --------------------------------------------------------------------------------------------------


def test_nine_months_may_span_ten():
    months = calendar.spans(STANDARD, date(2026, 3, 2))
    assert [months[number].first.month for number in range(1, 10)] == [3, 4, 5, 6, 7, 9, 10, 11, 12]
    assert months[9].last == date(2026, 12, 31)


def test_a_start_late_in_a_month_makes_the_next_one_the_first():
    assert calendar.spans(STANDARD, date(2026, 10, 15))[1].first == date(2026, 10, 15)
    months = calendar.spans(STANDARD, date(2026, 10, 16))
    assert months[1].first == date(2026, 11, 1)
    assert months[0] == calendar.Span(0, date(2026, 10, 1), date(2026, 10, 31))


def test_a_start_in_a_pause_waits():
    assert calendar.spans(STANDARD, date(2026, 8, 1))[1].first == date(2026, 9, 1)


@given(STARTS, st.sets(st.integers(1, 12), max_size=6))
def test_months_follow_each_other_and_never_fall_in_a_pause(starts_on, pauses):
    data = STANDARD | {"pause_months": sorted(pauses)}
    found = calendar.spans(data, starts_on)
    assert sorted(found) == list(range(10))
    for number in range(1, 10):
        assert found[number].first <= found[number].last
        assert found[number].first.month not in pauses
        assert found[number].first >= starts_on
        assert number == 1 or found[number - 1].last < found[number].first
    assert found[0].last >= starts_on


@given(STARTS, st.integers(-400, 800))
def test_we_are_in_one_place_at_most(starts_on, shift):
    today = starts_on + timedelta(days=shift)
    months = calendar.months(STANDARD, starts_on, events=[], milestones=[], today=today)
    states = [month.state for month in months]
    assert states.count("here") == (months[0].first_day <= today <= months[-1].last_day)
    assert states == sorted(states, key=["past", "here", "ahead"].index)


def test_a_pause_belongs_to_the_month_before_it():
    months = calendar.months(STANDARD, date(2026, 3, 2), events=[], milestones=[], today=date(2026, 8, 12))
    assert next(month.label for month in months if month.state == "here") == "juillet 2026"


# --- proposed dates ------------------------------------------------------------------------------------------


@given(STARTS)
def test_every_collective_line_has_a_date_that_people_can_come_on(starts_on):
    slots = calendar.propose(STANDARD, starts_on)
    months = calendar.spans(STANDARD, starts_on)
    lines = {line["id"]: line for line in STANDARD["events"]}
    assert sorted(slot.ref for slot in slots if slot.ref != "W") == sorted(
        ref for ref, line in lines.items() if line["kind"] != "interview" and ref != "W"
    )
    days = [slot.starts_at.astimezone(PARIS).date() for slot in slots]
    assert len(set(days)) == len(days)
    assert all(day.weekday() in (1, 3) and not calendar.is_holiday(day) and day >= starts_on for day in days)
    for slot, day in zip(slots, days, strict=True):
        if slot.ref != "W":
            month = months[lines[slot.ref]["month"]]
            assert month.first <= day <= month.last
            minutes = (slot.ends_at - slot.starts_at).total_seconds() / 60
            assert minutes == lines[slot.ref]["duration_min"]


def test_webinars_are_at_one_in_paris_in_winter_and_in_summer():
    webinars = [slot for slot in calendar.propose(STANDARD, date(2026, 10, 1)) if slot.ref == "W"]
    assert len(webinars) == 9
    assert {slot.starts_at.astimezone(PARIS).hour for slot in webinars} == {13}
    utc = {slot.starts_at.astimezone(ZoneInfo("UTC")).hour for slot in webinars}
    assert utc == {11, 12}  # daylight saving time


def test_the_codevelopment_sessions_belong_to_groups():
    slots = calendar.propose(STANDARD, date(2026, 10, 1))
    assert {slot.ref for slot in slots if slot.per_peer_group} == {"C1", "C2", "C3", "C4", "C5", "C6"}
