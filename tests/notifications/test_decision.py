"""The decision, as a table: what leaves when, for whoever wishes what. Neither database nor clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from notifications.decision import Way, awake, group_of, mail_at, next_digest, way
from notifications.models import Wishes

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


def wishes(**chosen) -> Wishes:
    return Wishes(**chosen)


TUESDAY, FRIDAY, SATURDAY = "2026-11-24", "2026-11-27", "2026-11-28"


@pytest.mark.parametrize(
    ("kind", "told", "chosen", "leaves"),
    [
        ("mention", f"{TUESDAY} 10:00", {}, f"{TUESDAY} 10:15"),
        ("answer", f"{TUESDAY} 10:00", {}, f"{TUESDAY} 10:15"),
        ("direct_message", f"{TUESDAY} 10:00", {}, f"{TUESDAY} 10:15"),
        ("channel_message", f"{TUESDAY} 10:00", {}, f"{TUESDAY} 11:00"),
        ("note_consent", f"{TUESDAY} 10:00", {}, f"{TUESDAY} 10:15"),
        ("mention", f"{TUESDAY} 19:50", {}, "2026-11-25 08:00"),
        ("mention", f"{TUESDAY} 03:00", {}, f"{TUESDAY} 08:00"),
        ("mention", f"{FRIDAY} 19:50", {}, "2026-11-30 08:00"),
        ("mention", f"{SATURDAY} 10:00", {}, "2026-11-30 08:00"),
        ("mention", f"{SATURDAY} 10:00", {"quiet_weekend": False}, f"{SATURDAY} 10:15"),
        ("mention", f"{TUESDAY} 23:00", {"quiet_from": time(8), "quiet_until": time(8)}, f"{TUESDAY} 23:15"),
        ("mention", f"{TUESDAY} 12:00", {"quiet_from": time(12), "quiet_until": time(14)}, f"{TUESDAY} 14:00"),
        ("mention", f"{TUESDAY} 18:00", {"time_zone": "Indian/Reunion"}, "2026-11-25 05:00"),  # 21 h there
        ("mention", f"{TUESDAY} 22:00", {"time_zone": "America/Guadeloupe"}, f"{TUESDAY} 22:15"),  # 17 h there
        ("mention", f"{TUESDAY} 10:00", {"personal": Way.DIGEST}, None),
        ("mention", f"{TUESDAY} 10:00", {"personal": Way.PAGE}, None),
        ("channel_message", f"{TUESDAY} 10:00", {"personal": Way.PAGE}, f"{TUESDAY} 11:00"),
        ("mention", f"{TUESDAY} 10:00", {"mail": False}, None),
    ],
)
def test_when_something_unread_leaves_by_mail(kind, told, chosen, leaves):
    found = mail_at(kind, paris(told), wishes(**chosen))
    assert found == (paris(leaves) if leaves else None)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-28 23:30", "2026-03-29 08:00"),  # the night that loses an hour
        ("2026-10-24 23:30", "2026-10-25 08:00"),  # the night that gains one
    ],
)
def test_quiet_hours_end_at_eight_on_her_clock_when_the_clock_changes(moment, opens):
    opened = awake(paris(moment), wishes(quiet_weekend=False))
    assert opened == paris(opens)
    assert opened.astimezone(PARIS).hour == 8
    hours = (opened.astimezone(UTC) - paris(moment).astimezone(UTC)).total_seconds() / 3600
    assert hours == (7.5 if "03-" in moment else 9.5)


def test_a_quiet_end_that_the_clock_skips_lets_mail_out_after_it():
    opened = awake(paris("2026-03-29 01:00"), wishes(quiet_until=time(2, 30), quiet_weekend=False))
    assert opened.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "chosen", "due"),
    [
        (f"{TUESDAY} 10:00", {}, "2026-11-30 08:00"),
        ("2026-11-30 07:59", {}, "2026-11-30 08:00"),
        ("2026-11-30 08:00", {}, "2026-12-07 08:00"),
        (f"{TUESDAY} 10:00", {"digest_day": 3}, "2026-11-26 08:00"),
        (f"{TUESDAY} 10:00", {"digest": "daily"}, "2026-11-25 08:00"),
        (f"{FRIDAY} 10:00", {"digest": "daily"}, "2026-11-30 08:00"),
        (f"{FRIDAY} 10:00", {"digest": "daily", "quiet_weekend": False}, "2026-11-28 08:00"),
        (f"{TUESDAY} 10:00", {"quiet_until": time(9, 30)}, "2026-11-30 09:30"),
        (f"{TUESDAY} 10:00", {"digest": "never"}, None),
        (f"{TUESDAY} 10:00", {"mail": False}, None),
    ],
)
def test_when_the_next_digest_leaves(after, chosen, due):
    assert next_digest(paris(after), wishes(**chosen)) == (paris(due) if due else None)


def test_a_digest_is_weekly_unless_somebody_says_otherwise():
    assert wishes().digest == "weekly"


def test_a_kind_that_nobody_has_named_waits_for_the_person():
    assert group_of("something_new") == "waiting"


def test_the_one_switch_leaves_only_what_nobody_can_do_without():
    off = wishes(mail=False)
    assert {kind: way(kind, off) for kind in ("mention", "note_consent", "invitation")} == {
        "mention": Way.PAGE,
        "note_consent": Way.PAGE,
        "invitation": Way.MAIL,
    }
