"""Django behind ASGI, over threads that stay: a new thread for each request would mean a new connection too."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Requests that this process answers at once, each in a thread with a connection of its own. The others wait their
#: turn: more would wait for the same two processors, and PostgreSQL would refuse their connections.
AT_ONCE = 16


class Hand(Executor):
    """The one thread of a request, from those that are idle when it first needs one, or the next to be given back.

    Asked for and given back in the event loop only, so that none of it needs a lock.
    """

    idle: list[ThreadPoolExecutor] = []
    busy = 0
    waiting: deque["Hand"] = deque()

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._put_off: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._thread is None and not self._put_off and Hand.busy < AT_ONCE:
            Hand.busy += 1
            self._thread = self.idle.pop() if self.idle else ThreadPoolExecutor(1, thread_name_prefix="page")
        if self._thread is not None:
            return self._thread.submit(work, *args, **kwargs)
        if not self._put_off:
            self.waiting.append(self)
        outcome: Future[Any] = Future()
        self._put_off.append((outcome, partial(work, *args, **kwargs)))
        return outcome

    def release(self) -> None:
        """Give the thread to whoever has waited longest, or keep it for the next."""
        thread, self._thread = self._thread, None
        if thread is None:
            if self._put_off:  # its sender has gone
                self.waiting.remove(self)
        elif self.waiting:
            self.waiting.popleft()._begin(thread)
        else:
            Hand.busy -= 1
            self.idle.append(thread)

    def _begin(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        for outcome, work in self._put_off:
            thread.submit(_settle, outcome, work)
        self._put_off.clear()


def _settle(outcome: Future[Any], work: Callable[[], Any]) -> None:
    if outcome.set_running_or_notify_cancel():
        try:
            outcome.set_result(work())
        except BaseException as failure:  # whoever waits is told, as an executor does
            outcome.set_exception(failure)


class Body:
    """A request's body, which ends as if its sender had gone once it is known to be larger than it may be."""

    def __init__(self, scope: Any, receive: Any) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"")
        self.too_large = announced.isdigit() and int(announced) > settings.LARGEST_BODY
        self._came, self._receive = 0, receive

    async def receive(self) -> Any:
        if not self.too_large:
            part = await self._receive()
            self._came += len(part.get("body", b""))
            self.too_large = self._came > settings.LARGEST_BODY
        return {"type": "http.disconnect"} if self.too_large else part


class Pages(ASGIHandler):
    """Django's handler, with the same thread-sensitivity but threads that are used again.

    It keeps no request above LARGEST_BODY: Django would write all of it to the disk before any view may refuse it.
    What answers is synchronous from the first middleware to the view, so it runs in that thread in one go: Django
    would go back to the loop and forth again wherever one of the middlewares can do without a thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = Body(scope, receive)
        await self._answer(scope, body.receive, send)
        if body.too_large:
            words = "Cet envoi dépasse 32 Mo. Revenez à la page précédente : vos mots y sont encore."
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": words.encode()})

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        hand = Hand()
        async with ThreadSensitiveContext() as context:
            SyncToAsync.context_to_thread_executor[context] = hand
            try:
                await self.handle(scope, receive, send)
            finally:
                SyncToAsync.context_to_thread_executor.pop(context, None)
                hand.release()
