"""Django behind ASGI, over threads that stay: a new thread for each request would mean a new connection too."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.db import connections

KEPT = 16  # idle threads, each with its connection


class Hand(Executor):
    """The one thread of a request, taken from those that are idle when the request first needs one."""

    idle: list[ThreadPoolExecutor] = []

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._thread is None:
            self._thread = self.idle.pop() if self.idle else ThreadPoolExecutor(1, thread_name_prefix="page")
        return self._thread.submit(work, *args, **kwargs)

    def release(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if len(self.idle) < KEPT:
            self.idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)


class Pages(ASGIHandler):
    """Django's handler, with the same thread-sensitivity but threads that are used again."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        hand = Hand()
        async with ThreadSensitiveContext() as context:
            SyncToAsync.context_to_thread_executor[context] = hand
            try:
                await self.handle(scope, receive, send)
            finally:
                SyncToAsync.context_to_thread_executor.pop(context, None)
                hand.release()
