"""Writers of one channel wait for each other; those who wait in this process are written together by the first.

A transaction costs the same disk write for one message as for thirty, and whoever holds the lock of a channel would
give its turn to threads that only prepare theirs. So a writer leaves her message in the line of its channel and takes
its lock: either somebody has written hers meanwhile, or she writes all that wait.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from django.db import connection

T = TypeVar("T")
R = TypeVar("R")

MOST = 32  # written in one transaction

#: Writes all of them in one transaction: what it made of each, or why it refuses it.
Write = Callable[[Sequence[T]], Sequence[R | Exception]]


class Interrupted(Exception):
    """The process is being stopped: nothing was written."""


class _Turn(Generic[T, R]):
    def __init__(self, work: T) -> None:
        self.work = work
        self.outcome: R | Exception | None = None


class _Line(Generic[T, R]):
    """Those who wait to write in one channel."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[_Turn[T, R]] = deque()

    def write_all(self, write: Write[T, R]) -> None:
        turns = [self.waiting.popleft() for _ in range(min(len(self.waiting), MOST))]
        outcomes: Sequence[R | Exception] = [Interrupted()] * len(turns)
        try:
            outcomes = write([turn.work for turn in turns])
        except Exception as failure:
            outcomes = [failure] * len(turns)
        finally:
            for turn, outcome in zip(turns, outcomes, strict=True):
                turn.outcome = outcome


_lines: WeakValueDictionary[UUID, _Line] = WeakValueDictionary()
_opening = threading.Lock()


def in_turn(channel: UUID, work: T, write: Write[T, R]) -> R:
    """What `write` makes of `work`, alone or with what others wait to write in the same channel."""
    if connection.in_atomic_block:  # others' messages would wait for this transaction, and share its fate
        outcome = write([work])[0]
    else:
        with _opening:
            line = _lines.setdefault(channel, _Line())
        turn: _Turn[T, R] = _Turn(work)
        line.waiting.append(turn)
        with line.lock:
            while turn.outcome is None:
                line.write_all(write)
        outcome = turn.outcome
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
