"""Writers who wait in the same process are written together by the first of them, whatever their channels.

A transaction costs the same disk write for one message as for thirty, and nearly the same statements; and a writer who
holds locks would give its turn to threads that only prepare theirs. So each leaves her message in the line and takes
its lock: either somebody has written hers meanwhile, or she writes all that wait.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

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


class Line(Generic[T, R]):
    """Those of this process who wait to write."""

    def __init__(self, write: Write[T, R]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._waiting: deque[_Turn[T, R]] = deque()

    def pass_through(self, work: T) -> R:
        """What came of `work`, written alone or with what others wait to write."""
        if connection.in_atomic_block:  # others' messages would wait for this transaction, and share its fate
            outcome = self._write([work])[0]
        else:
            turn: _Turn[T, R] = _Turn(work)
            self._waiting.append(turn)
            with self._lock:
                while turn.outcome is None:
                    self._write_all()
            outcome = turn.outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _write_all(self) -> None:
        turns = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        outcomes: Sequence[R | Exception] = [Interrupted()] * len(turns)
        try:
            outcomes = self._write([turn.work for turn in turns])
        except Exception as failure:
            outcomes = [failure] * len(turns)
        finally:
            for turn, outcome in zip(turns, outcomes, strict=True):
                turn.outcome = outcome
