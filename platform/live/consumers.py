"""Three ways in, one stream: WebSocket, server-sent events, long-poll.

Plain ASGI applications: while a page only listens it holds neither a thread nor a database connection.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from live import frames, sessions
from live.frames import BadFrame, Close, Unwatch, Watch
from live.hub import Watcher, hub
from live.threads import in_thread

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

POLL = 25.0  # seconds that a long-poll waits for something to say
FRAMES_A_MINUTE = 120
GOODBYE = 1.0  # seconds that a page which does not read is given to be told why it is cut off


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """The WebSocket way in."""
    hub.start()
    await receive()
    headers = sessions.headers_of(scope)
    if not sessions.same_origin(headers):
        await send({"type": "websocket.close", "code": Close.REVOKED})
        return
    session_key = sessions.session_key_of(headers)
    person = await in_thread(sessions.person_of, session_key)
    await send({"type": "websocket.accept"})
    if person is None:
        await send({"type": "websocket.close", "code": Close.SESSION_GONE})
        return

    async def write(frame: str) -> None:
        await send({"type": "websocket.send", "text": frame})

    watcher = Watcher(person, session_key)
    if not hub.admit(watcher):
        await send({"type": "websocket.close", "code": Close.FLOOD})
        return
    gone = await _serve(watcher, write, _listen(watcher, receive))
    if not gone:
        await _end(send, {"type": "websocket.close", "code": watcher.code})


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """A socket at an address that we do not have."""
    await receive()
    await send({"type": "websocket.close"})


async def _serve(watcher: Watcher, write: Callable[[str], Awaitable[None]], listen: Awaitable[None]) -> bool:
    """Write a page what it should hear until one of us leaves. Was it the page?"""

    async def flow() -> None:
        while (frame := await watcher.queue.get()) is not None:
            await write(frame)

    writer, listener = asyncio.ensure_future(flow()), asyncio.ensure_future(listen)
    try:
        await asyncio.wait({writer, listener, watcher.over}, return_when=asyncio.FIRST_COMPLETED)
        if listener.done() and watcher.code and not watcher.over.done():
            await asyncio.wait({writer}, timeout=GOODBYE)
        return not watcher.code
    finally:
        hub.dismiss(watcher)
        for task in (writer, listener):
            task.cancel()
        for outcome in await asyncio.gather(writer, listener, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
                raise outcome


async def _listen(watcher: Watcher, receive: Receive) -> None:
    """Obey what a page says over its socket, until it leaves or says something it may not."""
    allowance, since = float(FRAMES_A_MINUTE), time.monotonic()
    while (message := await receive())["type"] == "websocket.receive":
        now = time.monotonic()
        allowance = min(FRAMES_A_MINUTE, allowance + (now - since) * FRAMES_A_MINUTE / 60) - 1
        since = now
        if allowance < 0:
            watcher.finish(Close.FLOOD)
            return
        text = message.get("text")
        if text is None:
            watcher.finish(Close.INVALID)
            return
        try:
            match frames.parse(text):
                case Watch(topics):
                    await hub.watch(watcher, topics)
                case Unwatch(names):
                    hub.unwatch(watcher, names)
        except BadFrame as bad:
            watcher.finish(bad.code)
            return


async def _end(send: Send, goodbye: dict[str, Any]) -> None:
    try:
        await asyncio.wait_for(send(goodbye), GOODBYE)
    except TimeoutError:
        # The page reads nothing, so it cannot be told either. uvicorn would wait for it with full buffers.
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
    except OSError:
        pass  # it has just left


async def events(scope: Scope, receive: Receive, send: Send) -> None:
    """The way in for networks that block sockets: server-sent events, one frame each."""
    async with _door(scope, send) as guest:
        if guest is None:
            return
        watcher, wanted = guest
        await send(_start(200, b"text/event-stream", (b"x-accel-buffering", b"no")))
        # Something at once, for proxies that hold back a response until it says something.
        await send({"type": "http.response.body", "body": b": bonjour\n\n", "more_body": True})

        async def write(frame: str) -> None:
            await send({"type": "http.response.body", "body": f"data: {frame}\n\n".encode(), "more_body": True})

        await hub.watch(watcher, wanted.topics)
        if not await _serve(watcher, write, _left(receive)):
            await _end(send, {"type": "http.response.body", "body": b""})


async def poll(scope: Scope, receive: Receive, send: Send) -> None:
    """The way in for everyone else: an answer as soon as there is something to say, or after a while.

    With `now` in the query, at once: a page that has just come wants to know whether this way is open.
    """
    async with _door(scope, send) as guest:
        if guest is None:
            return
        watcher, wanted = guest
        heads = await hub.watch(watcher, wanted.topics)
        said: list[str] = []
        behind = any(head[1] > wanted.topics[topic][1] for topic, head in heads.items())
        left = asyncio.ensure_future(_left(receive))
        try:
            said.extend(_waiting(watcher))
            now = b"now=" in scope["query_string"]
            if not now and not behind and len(heads) == len(wanted.topics) and len(said) < 2:
                first = asyncio.ensure_future(watcher.queue.get())
                ends: set[asyncio.Future[Any]] = {first, left, watcher.over}
                await asyncio.wait(ends, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
                if first.done() and (frame := first.result()) is not None:
                    said.append(frame)
                first.cancel()
                said.extend(_waiting(watcher))
        finally:
            left.cancel()
        body = '{"frames":[' + ",".join(said) + "]}"
        await send(_start(200, b"application/json"))
        await send({"type": "http.response.body", "body": body.encode()})


def _waiting(watcher: Watcher) -> list[str]:
    said = []
    while not watcher.queue.empty():
        if (frame := watcher.queue.get_nowait()) is not None:
            said.append(frame)
    return said


@asynccontextmanager
async def _door(scope: Scope, send: Send) -> AsyncIterator[tuple[Watcher, Watch] | None]:
    """Let in a page that comes over HTTP; answer it otherwise."""
    hub.start()
    headers = sessions.headers_of(scope)
    session_key = sessions.session_key_of(headers)
    wanted: Watch | None = None
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        wanted = frames.parse_topics(query.get("topics", [""])[0])
    except BadFrame:
        pass  # answered below
    person = await in_thread(sessions.person_of, session_key)
    watcher = Watcher(person, session_key) if person else None
    if scope["method"] != "GET":
        status = 405
    elif wanted is None or not sessions.host_is_ours(headers):
        status = 400
    elif watcher is None:
        status = 401
    elif hub.draining:
        status = 503
    elif not hub.admit(watcher):
        status = 429
    else:
        try:
            yield watcher, wanted
        finally:
            hub.dismiss(watcher)
        return
    await send(_start(status, b"text/plain"))
    await send({"type": "http.response.body", "body": b""})
    yield None


def _start(status: int, content_type: bytes, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    headers = [
        (b"content-type", content_type + b"; charset=utf-8"),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
