"""Database work asked for by coroutines, in a few threads of its own.

`sync_to_async` would send all of it through one thread that every other coroutine of the process waits for
(reliability.md, finding 8).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
R = TypeVar("R")

SIZE = 4

_pool: ThreadPoolExecutor | None = None
_opened: set[BaseDatabaseWrapper] = set()


def _in_order(work: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return work()
    finally:
        _opened.update(connections.all(initialized_only=True))
        close_old_connections()


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in one of our threads, with a connection that is neither stale nor left broken."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(SIZE, thread_name_prefix="live")
    return await asyncio.get_running_loop().run_in_executor(_pool, _in_order, lambda: work(*args, **kwargs))


def close() -> None:
    """Wait for what runs, then close the threads and their connections."""
    global _pool
    if _pool is not None:
        _pool.shutdown(wait=True)
        _pool = None
    while _opened:
        connection = _opened.pop()
        connection.inc_thread_sharing()
        connection.close()
        connection.dec_thread_sharing()
