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
from live.hub import hub
from live.protocol import EXTENSION
from live.threads import in_thread
from live.watchers import Direct, Queued, Watcher
from live.wire import Burst, Frame

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

POLL = 25.0  # seconds that a long-poll waits for something to say
FRAMES_A_MINUTE = 120
GOODBYE = 1.0  # seconds that a page which does not read is given to be told why it is cut off
FAREWELL = 5.0  # seconds that a page is given to answer our goodbye


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """The WebSocket way in."""
    hub.start()
    await receive()
    headers = sessions.headers_of(scope)
    if not sessions.same_origin(headers):
        await send({"type": "websocket.close", "code": Close.REVOKED})
        return
    sign_in = await in_thread(sessions.sign_in_of, sessions.session_key_of(headers))
    await send({"type": "websocket.accept"})
    if sign_in is None:
        await send({"type": "websocket.close", "code": Close.SESSION_GONE})
        return
    transport = scope.get("extensions", {}).get(EXTENSION, {}).get("transport")
    watcher = Direct(sign_in, transport) if transport else Queued(sign_in)
    if not hub.admit(watcher):
        await send({"type": "websocket.close", "code": Close.FLOOD})
        return

    async def write(burst: Burst) -> None:
        for frame in burst.frames:
            await send({"type": "websocket.send", "text": frame.text})

    if not await _serve(watcher, write, _listen(watcher, receive)):
        await _end(send, {"type": "websocket.close", "code": watcher.code})
        if transport:
            asyncio.get_running_loop().call_later(FAREWELL, transport.abort)  # it may never answer


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """A socket at an address that we do not have."""
    await receive()
    await send({"type": "websocket.close"})


async def _serve(watcher: Watcher, write: Callable[[Burst], Awaitable[None]], listen: Awaitable[None]) -> bool:
    """Let a page hear and speak until one of us leaves. Was it the page?"""

    async def flow(watcher: Queued) -> None:
        while True:
            await watcher.stirred.wait()
            if (burst := watcher.take()).frames:
                await write(burst)
            if watcher.code and not watcher.stirred.is_set():
                return

    tasks = [asyncio.ensure_future(listen)]
    if isinstance(watcher, Queued):
        tasks.append(asyncio.ensure_future(flow(watcher)))
    try:
        await asyncio.wait({*tasks, watcher.over}, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done() and watcher.code and not watcher.over.done():
            await asyncio.wait(tasks, timeout=GOODBYE)
        return not watcher.code
    finally:
        hub.dismiss(watcher)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
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

        async def write(burst: Burst) -> None:
            await send({"type": "http.response.body", "body": burst.stream, "more_body": True})

        await hub.watch(watcher, wanted.topics)
        if not await _serve(watcher, write, _left(receive)):
            await _end(send, {"type": "http.response.body", "body": b""})


async def poll(scope: Scope, receive: Receive, send: Send) -> None:
    """The way in for everyone else: an answer as soon as there is something to say, or after a while.

    With `now` in the query, at once: a page that has just come wants to know whether this way is open.
    """
    hurried = b"now=" in scope["query_string"]
    # A page that has just come wants its welcome, which one that listens on has had.
    async with _door(scope, send, comes_back=not hurried) as guest:
        if guest is None:
            return
        watcher, wanted = guest
        if not watcher.topics:
            heads = await hub.watch(watcher, wanted.topics)
            hurried |= len(heads) < len(wanted.topics)
            hurried |= any(head[1] > wanted.topics[topic][1] for topic, head in heads.items())
        hub.told(watcher)
        said = watcher.take().frames
        if not hurried and all(_is_welcome(frame) for frame in said):
            await _until_stirred(watcher, receive)
        read = hub.told(watcher)
        said += watcher.take().frames
        body = '{"frames":[' + ",".join([frame.text for frame in said]) + "]}"
        await send(_start(200, b"application/json"))
        await send({"type": "http.response.body", "body": body.encode()})
        if watcher.topics and not watcher.code:
            hub.lingering.keep(watcher, read)


def _is_welcome(frame: Frame) -> bool:
    return frame.text.startswith('{"t":"welcome"')


async def _until_stirred(watcher: Queued, receive: Receive) -> None:
    """Wait until there is something to say, the page has left or waited long enough."""
    left = asyncio.ensure_future(_left(receive))
    stirred = asyncio.ensure_future(watcher.stirred.wait())
    ends: set[asyncio.Future[Any]] = {stirred, left, watcher.over}
    try:
        await asyncio.wait(ends, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
        stirred.cancel()


@asynccontextmanager
async def _door(scope: Scope, send: Send, *, comes_back: bool = False) -> AsyncIterator[tuple[Queued, Watch] | None]:
    """Let in a page that comes over HTTP, or comes back; answer it otherwise."""
    hub.start()
    headers = sessions.headers_of(scope)
    wanted: Watch | None = None
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        wanted = frames.parse_topics(query.get("topics", [""])[0])
    except BadFrame:
        pass  # answered below
    watcher = None
    if scope["method"] != "GET":
        status = 405
    elif wanted is None or not sessions.host_is_ours(headers):
        status = 400
    elif hub.draining:
        status = 503
    elif (watcher := await _guest(sessions.session_key_of(headers), wanted, comes_back)) is None:
        status = 401
    elif not hub.admit(watcher):
        status = 429
    else:
        try:
            yield watcher, wanted
        finally:
            if not watcher.lingers:
                hub.dismiss(watcher)
        return
    await send(_start(status, b"text/plain"))
    await send({"type": "http.response.body", "body": b""})
    yield None


async def _guest(session_key: str, wanted: Watch, comes_back: bool) -> Queued | None:
    if comes_back and (known := hub.lingering.take(session_key, wanted.topics)):
        return known
    sign_in = await in_thread(sessions.sign_in_of, session_key)
    return Queued(sign_in) if sign_in else None


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
