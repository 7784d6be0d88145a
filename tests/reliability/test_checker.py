"""The checker catches each kind of bad history, and says nothing of a good one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reliability.checker import Ack, Attempt, Event, History, Message, Read, Shown, View, check

NADIA, MEHDI, ODILE = "nadia", "mehdi", "odile"


@pytest.fixture
def history() -> History:
    """Three messages of two people, seen by both, and by a third who was elsewhere for the first."""
    told = History(members=dict.fromkeys((NADIA, MEHDI, ODILE), (0.0, None)))
    for seq, author in enumerate((NADIA, MEHDI, NADIA), 1):
        once, message, body = f"id-{seq}", f"message-{seq}", f"mots {seq}"
        told.attempts[once] = Attempt(once, author, body, float(seq))
        told.acks.append(Ack(once, seq, message, seq + 0.1))
        told.messages.append(Message(seq, message, once, author, body))
        told.events.append(Event(seq, "message.posted", message))
        told.reads.append(Read(once, found=True))
    shown = [Shown(seq, f"message-{seq}", seq + 0.2) for seq in (1, 2, 3)]
    told.views = [View(NADIA, 0, list(shown)), View(MEHDI, 0, list(shown)), View(ODILE, 1, shown[1:])]
    return told


def broken(history: History) -> set[str]:
    return {name.split()[0] for name, lines in check(history).items() if lines}


def test_a_good_history_is_clean(history):
    assert broken(history) == set()


def test_an_attempt_that_nobody_acknowledged_may_be_absent_or_whole(history):
    history.attempts["id-4"] = Attempt("id-4", MEHDI, "mots 4", 4.0)
    assert broken(history) == set()
    history.messages.append(Message(4, "message-4", "id-4", MEHDI, "mots 4"))
    history.events.append(Event(4, "message.posted", "message-4"))
    for view in history.views:
        view.shown.append(Shown(4, "message-4", 4.2))
    assert broken(history) == set()


def lost(told: History) -> None:
    told.messages.pop()
    told.events.pop()
    for view in told.views:
        view.shown.pop()


def altered(told: History) -> None:
    told.messages[1] = replace(told.messages[1], body="d’autres mots")


def twice_in_the_database(told: History) -> None:
    told.messages.append(Message(4, "message-4", "id-1", NADIA, "mots 1"))
    told.events.append(Event(4, "message.posted", "message-4"))
    for view in told.views:
        view.shown.append(Shown(4, "message-4", 4.2))


def acknowledged_under_two_numbers(told: History) -> None:
    told.acks.append(Ack("id-1", 4, "message-4", 4.0))


def shown_twice(told: History) -> None:
    told.views[1].shown.append(told.views[1].shown[-1])


def hole_in_the_log(told: History) -> None:
    told.events[2] = replace(told.events[2], seq=4)


def missed(told: History) -> None:
    del told.views[0].shown[1]


def swapped(told: History) -> None:
    shown = told.views[2].shown
    shown[0], shown[1] = shown[1], shown[0]


def loaded_again(told: History) -> None:
    told.views[0].loads = 1


def later_words_first(told: History) -> None:
    first, last = told.attempts["id-1"], told.attempts["id-3"]
    told.attempts["id-1"], told.attempts["id-3"] = replace(first, at=last.at), replace(last, at=first.at)


def not_readable(told: History) -> None:
    told.reads.append(Read("id-2", found=False))


def half_written(told: History) -> None:
    told.messages.append(Message(4, "message-4", "id-4", MEHDI, ""))
    told.attempts["id-4"] = Attempt("id-4", MEHDI, "mots 4", 4.0)


def of_nobody(told: History) -> None:
    told.messages.append(Message(4, "message-4", "id-4", MEHDI, "mots 4"))
    told.events.append(Event(4, "message.posted", "message-4"))
    for view in told.views:
        view.shown.append(Shown(4, "message-4", 4.2))


def event_without_its_message(told: History) -> None:
    told.events.append(Event(4, "message.posted", "message-4"))
    for view in told.views:
        view.shown.append(Shown(4, "message-4", 4.2))


def foreign_recipient(told: History) -> None:
    told.views.append(View("étranger", 0, list(told.views[0].shown)))


def heard_after_leaving(told: History) -> None:
    told.members[MEHDI] = (0.0, -4.0)  # five seconds are over at 1.0: the second and third came too late


@pytest.mark.parametrize(
    ("break_it", "names"),
    [
        (lost, {"I1"}),
        (altered, {"I1", "I7"}),
        (twice_in_the_database, {"I2", "I5"}),
        (acknowledged_under_two_numbers, {"I1", "I2"}),
        (shown_twice, {"I2", "I4"}),
        (hole_in_the_log, {"I3", "I4", "I7"}),
        (missed, {"I4"}),
        (swapped, {"I4"}),
        (loaded_again, {"I4"}),
        (later_words_first, {"I5"}),
        (not_readable, {"I6"}),
        (half_written, {"I7"}),
        (of_nobody, {"I7"}),
        (event_without_its_message, {"I7"}),
        (foreign_recipient, {"I8"}),
        (heard_after_leaving, {"I8"}),
    ],
)
def test_a_bad_history_is_caught_by_name(history, break_it: Callable[[History], None], names):
    break_it(history)

    assert broken(history) == names
