"""SQLite with one writer at a time in the process.

SQLite's own way of waiting for a lock is to sleep and try again: under load some writers wait for seconds while
others pass them (reliability.md, finding 10). Threads of one process had better wait for each other here.
"""

import threading
from collections import defaultdict
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


_Parent: Any = base.DatabaseWrapper  # its stubs leave out the methods that are overridden here


class DatabaseWrapper(_Parent):
    """Takes the process's lock before a transaction that will write begins, and gives it back at its end."""

    _holds_lock = False

    def _start_transaction_under_autocommit(self) -> None:
        if not self._holds_lock:
            timeout = float(self.settings_dict["OPTIONS"].get("timeout", 5))
            if not self._lock.acquire(timeout=timeout):
                raise OperationalError("database is locked")
            self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._release()
            raise

    def _commit(self) -> Any:
        result = super()._commit()
        self._release()  # only now: a commit that fails is rolled back, still alone
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._release()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._release()

    @property
    def _lock(self) -> threading.Lock:
        return _locks[str(self.settings_dict["NAME"])]

    def _release(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            self._lock.release()
