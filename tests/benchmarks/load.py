"""People without browsers, many of them: sockets, streams, polls and posts, in a process of their own.

`Crowd` starts the process and asks it to act; what follows it is that process. It does as little as possible for each
frame (it counts, reads the number, looks at the clock), so that the server is what is measured. Both sides of a
delivery are timed here, with one clock.
"""

import array
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

CSRF = "c" * 32
WORDS = "Merci pour ton retour : la visite de mardi a changé notre regard sur l’accueil. "
BODY = (WORDS * 5)[:400]
ROOM = 10**9  # events of one room: keys of an event are room * ROOM + number


# --- the side of the benchmark -----------------------------------------------------------------------------


@dataclass
class Place:
    """A channel, and the sessions of the people of its space."""

    channel: UUID
    sessions: list[str]

    @property
    def topic(self) -> str:
        return f"channel:{self.channel}"


@contextmanager
def servers(folder: Path, count: int = 1) -> Iterator[list[Any]]:
    """Real servers as the repository starts them, on a database of their own; no limit on what one person sends."""
    from tests.servers import Server

    made: list[Any] = []
    settings = {"SENDS_A_MINUTE": "1000000", "LOG_LEVEL": "ERROR"}
    try:
        for number in range(count):
            own = folder / f"server-{number}"
            own.mkdir()
            if made:
                first = made[0].environment
                settings |= {name: first[name] for name in ("DATABASE_URL", "STATIC_ROOT")}
            made.append(Server(own, **settings))
        made[0].manage("migrate", "--verbosity", "0")
        made[0].manage("collectstatic", "--noinput", "--verbosity", "0")
        for server in made:
            server.start()
        yield made
    finally:
        for server in reversed(made):
            server.drop()


def furnish(server: Any, rooms: int, people: int) -> list[Place]:
    """New channels of `people` members each, all of them signed in."""
    with server.rows(SimpleNamespace(unblock=nullcontext)):
        return [_place(people) for _ in range(rooms)]


def _place(count: int) -> Place:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from accounts.models import User
    from discussions.models import Channel
    from spaces.models import Membership, Role
    from tests.factories import OrganisationFactory, SpaceFactory

    space = SpaceFactory()
    channel = Channel.objects.create(space=space, name="Général")
    organisation = OrganisationFactory()
    people = User.objects.bulk_create(
        User(email=f"{uuid4()}@exemple.fr", display_name=f"Camille {n}", organisation=organisation, password="!")
        for n in range(count)
    )
    Membership.objects.bulk_create(Membership(space=space, person=one, role=Role.PARTICIPANT) for one in people)
    store, until = SessionStore(), timezone.now() + timedelta(days=1)
    sessions = Session.objects.bulk_create(
        Session(
            session_key=store._get_new_session_key(),
            expire_date=until,
            session_data=store.encode(
                {
                    SESSION_KEY: str(one.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: one.get_session_auth_hash(),
                }
            ),
        )
        for one in people
    )
    return Place(channel.pk, [session.session_key for session in sessions])


class Process:
    """What the kernel knows of a process."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    @property
    def seconds(self) -> float:
        """Processor time used so far."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def kib(self) -> int:
        """Memory it holds."""
        line = next(line for line in (self._folder / "status").read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1])


class Crowd:
    """The other process: `crowd.ask("open", …)` returns what came of it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, act: str, **given: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"act": act} | given, default=str), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["told"]


def listeners(places: list[Place], ports: list[int], each: int, way: str = "ws") -> list[dict[str, Any]]:
    """`each` pages for each place, shared out between the servers."""
    return [
        {
            "way": way,
            "port": ports[(room + n) % len(ports)],
            "session": place.sessions[n % len(place.sessions)],
            "topic": place.topic,
            "room": room,
        }
        for room, place in enumerate(places)
        for n in range(each)
    ]


def writers(places: list[Place], ports: list[int], each: int) -> list[dict[str, Any]]:
    return [
        {
            "port": ports[(room + n) % len(ports)],
            "session": place.sessions[n % len(place.sessions)],
            "path": f"/fils/{place.channel}/messages/",
            "room": room,
        }
        for n in range(each)
        for room, place in enumerate(places)
    ]


def report(name: str, figures: dict[str, Any], goals: dict[str, tuple[float | None, str, float]]) -> None:
    """The last line of a benchmark: figures, goals as `{name: (figure, "<=" or ">=", goal)}`, and which are met."""
    met = {
        goal: figure is not None and (figure <= bound if sense == "<=" else figure >= bound)
        for goal, (figure, sense, bound) in goals.items()
    }
    told = {goal: f"{figure} {sense} {bound}" for goal, (figure, sense, bound) in goals.items()}
    print(json.dumps({"name": name, "figures": figures, "goals": told, "met": met}, ensure_ascii=False))


# --- the side of the people --------------------------------------------------------------------------------

now = time.monotonic


class Heard:
    """Every delivery: which event, when. Kept flat, sorted out at the end."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.keys = array.array("q")
        self.times = array.array("d")
        self.bytes = 0
        self.odd = 0  # not the number that follows


class Socket(asyncio.Protocol):
    """A page over WebSocket."""

    def __init__(self, spec: dict[str, Any], heard: Heard) -> None:
        self.spec, self.heard = spec, heard
        self.base = spec.get("room", 0) * ROOM
        self.last = 0
        self.code = 0
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._open = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        port = self.spec["port"]
        transport.write(
            f"GET {self.spec.get('path', '/live/ws/')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n"
            f"Cookie: sessionid={self.spec['session']}\r\n\r\n".encode()
        )

    def say(self, payload: bytes, opcode: int = 1) -> None:
        size = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self.transport.write(bytes((0x80 | opcode,)) + size + b"\0\0\0\0" + payload)

    def data_received(self, data: bytes) -> None:
        moment = now()
        if self._rest:
            data = self._rest + data
        if not self._open:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._open = True
            topic = {self.spec["topic"]: [0, self.last]}
            self.say(json.dumps({"t": "watch", "proto": 1, "topics": topic}, separators=(",", ":")).encode())
        at, end, heard = 0, len(data), self.heard
        heard.bytes += end
        while end - at > 1:
            size, start = data[at + 1], at + 2
            if size > 125:
                start += 2 if size == 126 else 8
                if end < start:
                    break
                size = int.from_bytes(data[at + 2 : start], "big")
            if end < start + size:
                break
            opcode = data[at] & 15
            if opcode == 1:
                if data[start + 6] == 101:  # {"t":"ev"
                    found = data.find(b'"seq":', start, start + 160) + 6
                    seq = int(data[found : data.find(b",", found)])
                    if seq != self.last + 1:
                        heard.odd += 1
                    self.last = seq
                    heard.keys.append(self.base + seq)
                    heard.times.append(moment)
                elif data[start + 6] == 119 and not self.welcome.done():  # {"t":"welcome"
                    self.welcome.set_result(None)
            elif opcode == 9:
                self.say(data[start : start + size], 10)
            elif opcode == 8:
                self.code = int.from_bytes(data[start : start + 2], "big")
            at = start + size
        self._rest = data[at:]

    def leave(self) -> None:
        self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError(f"closed with {self.code}"))


class Stream(Socket):
    """A page over server-sent events."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        query = f"topics={self.spec['topic']}@0.{self.last}"
        transport.write(_request("GET", f"/live/sse/?{query}", self.spec))

    def data_received(self, data: bytes) -> None:
        moment = now()
        *blocks, self._rest = (self._rest + data).split(b"\n\n")
        for block in blocks:
            if b'data: {"t":"ev"' in block:
                found = block.find(b'"seq":') + 6
                self.last = int(block[found : block.find(b",", found)])
                self.heard.keys.append(self.base + self.last)
                self.heard.times.append(moment)
            elif b'"t":"welcome"' in block and not self.welcome.done():
                self.welcome.set_result(None)


def _request(method: str, path: str, spec: dict[str, Any], body: bytes = b"") -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{spec['port']}\r\nAccept: application/json\r\n"
        f"Cookie: sessionid={spec['session']}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Asking(asyncio.Protocol):
    """One connection that asks and waits for its answer."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        while True:
            if self.transport.is_closing():  # a server closes a connection that has said nothing for five seconds
                await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self.spec["port"])
            self._answer = asyncio.get_running_loop().create_future()
            self._rest = b""
            self.transport.write(_request(method, path, self.spec, body))
            with suppress(ConnectionResetError):
                return await self._answer

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._rest += data
        head, found, body = self._rest.partition(b"\r\n\r\n")
        if not found or self._answer is None:
            return
        if b"chunked" in head:
            if not body.endswith(b"0\r\n\r\n"):
                return
            body = b"".join(body.split(b"\r\n")[1:-3:2])
        else:
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if len(body) < size:
                return
        answer, self._answer = self._answer, None
        answer.set_result((int(head.split()[1]), body))


async def connected(spec: dict[str, Any]) -> Asking:
    _, asking = await asyncio.get_running_loop().create_connection(lambda: Asking(spec), "127.0.0.1", spec["port"])
    return asking


class Polling:
    """A page over long-poll, at the pace of `live.ts`."""

    PAUSE = 0.15

    def __init__(self, spec: dict[str, Any], heard: Heard) -> None:
        self.spec, self.heard, self.last = spec, heard, 0
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.work = asyncio.ensure_future(self._poll())

    def leave(self) -> None:
        self.work.cancel()
        self.asking.transport.abort()

    async def _poll(self) -> None:
        self.asking = await connected(self.spec)
        first = "&now=1"
        while True:
            status, body = await self.asking.ask("GET", f"/live/poll/?topics={self.spec['topic']}@0.{self.last}{first}")
            assert status == 200, (status, body)
            # As in live.ts: an event that comes before one it follows waits for it.
            for seq in sorted(frame["seq"] for frame in json.loads(body)["frames"] if frame["t"] == "ev"):
                if seq == self.last + 1:
                    self.last = seq
                    self.heard.keys.append(self.spec["room"] * ROOM + self.last)
                    self.heard.times.append(now())
            if first:
                self.welcome.set_result(None)
                first = ""
            await asyncio.sleep(self.PAUSE)


class People:
    """What the benchmark asks for, done."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.pages: list[Any] = []
        self.sent: dict[int, float] = {}
        self.acks: list[float] = []
        self.refused = 0

    async def open(self, pages: list[dict[str, Any]], at_once: int = 50) -> dict[str, Any]:
        """Open pages; each has been welcomed when this returns."""
        start = now()
        gate = asyncio.Semaphore(at_once)

        async def one(spec: dict[str, Any]) -> Any:
            async with gate:
                return await self._open(spec)

        self.pages += await asyncio.gather(*[one(spec) for spec in pages])
        return {"seconds": round(now() - start, 2), "pages": len(self.pages)}

    async def _open(self, spec: dict[str, Any], last: int = 0) -> Any:
        if spec["way"] == "poll":
            page: Any = Polling(spec, self.heard)
        else:
            page = (Socket if spec["way"] == "ws" else Stream)(spec, self.heard)
            page.last = last
            await asyncio.get_running_loop().create_connection(lambda: page, "127.0.0.1", spec["port"])
        await page.welcome
        return page

    async def run(
        self, writers: list[dict[str, Any]], seconds: float, rate: float = 0, burst: int = 0, slow: int = 0
    ) -> dict[str, Any]:
        """Post for a while, as fast as the answers come or `rate` times a second, and tell when everybody read it.

        `slow`: a port whose `/slow/` is asked once a second meanwhile. `burst`: everybody posts so often, then stops.
        """
        self.heard.clear()
        self.sent.clear()
        self.acks.clear()
        self.refused = 0
        connections = [await connected(spec) for spec in writers]
        start = now()
        nagging = asyncio.ensure_future(self._nag(slow)) if slow else None
        if rate:
            await self._at_rate(connections, rate, seconds)
        else:
            await asyncio.gather(*[self._in_a_row(one, start + seconds, burst) for one in connections])
        posting = now() - start
        rooms = {page.spec["room"]: 0 for page in self.pages}
        for page in self.pages:
            rooms[page.spec["room"]] += 1
        wanted = sum(rooms.get(key // ROOM, 0) for key in self.sent)
        await self._until(lambda: len(self.heard.keys) >= wanted, 15)
        if nagging:
            nagging.cancel()
        for one in connections:
            one.transport.close()
        return self._told(start, posting, wanted)

    async def _in_a_row(self, asking: Asking, until: float, burst: int) -> None:
        posted = 0
        while now() < until and (not burst or posted < burst):
            await self._post(asking, posted)
            posted += 1

    async def _at_rate(self, connections: list[Asking], rate: float, seconds: float) -> None:
        """At given moments, whether or not earlier answers have come."""
        free = list(connections)
        tasks = []

        async def one(number: int) -> None:
            asking = free.pop(0) if free else await connected(random.choice(connections).spec)
            await self._post(asking, number)
            free.append(asking)

        start = now()
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0, start + number / rate - now()))
            tasks.append(asyncio.ensure_future(one(number)))
        await asyncio.gather(*tasks)

    async def _post(self, asking: Asking, number: int) -> None:
        body = f"client_id={uuid4()}&body={number} {BODY}".encode()
        start = now()
        status, answer = await asking.ask("POST", asking.spec["path"], body)
        if status >= 500:  # it cannot now: refused, and not acknowledged
            self.refused += 1
            return
        assert status in (200, 201), (status, answer[:500])
        self.acks.append(now() - start)
        self.sent[asking.spec["room"] * ROOM + json.loads(answer)["seq"]] = start

    async def _nag(self, port: int) -> None:
        asking = await connected({"port": port, "session": ""})
        while True:
            await asking.ask("GET", "/slow/")
            await asyncio.sleep(1)

    async def shout(self, seconds: float, window: int) -> dict[str, Any]:
        """For servers without posts: a page says a message, all hear it; `window` of them at a time."""
        self.heard.clear()
        self.sent.clear()
        self.acks.clear()
        last, start, number = self.pages[-1], now(), 0
        for page in self.pages:
            page.last = 0
        while (moment := now()) < start + seconds:
            while number - last.last < window:
                number += 1
                self.sent[number] = now()
                self.pages[number % len(self.pages)].say(f'{{"t":"ev","seq":{number},"body":"{BODY}"}}'.encode())
            seen = last.last
            await self._until(lambda seen=seen: last.last > seen, 5)
            if last.last == seen:
                number, last.last = number, number  # lost on the way: the window goes on
            self.acks.append(now() - moment)
        posting = now() - start
        wanted = len(self.sent) * len(self.pages)
        await self._until(lambda: len(self.heard.keys) >= wanted, 5)
        return self._told(start, posting, wanted)

    async def storm(self, missed: int, writers: list[dict[str, Any]], jitter: float) -> dict[str, Any]:
        """Cut every page at once; how long until all are back and have what was said meanwhile?"""
        self.heard.clear()
        self.sent.clear()
        places = [(page.spec, page.last) for page in self.pages]
        for page in self.pages:
            page.transport.abort()
        asking = await connected(writers[0])
        for number in range(missed):
            await self._post(asking, number)
        head = max(key % ROOM for key in self.sent)
        start = now()

        async def back(spec: dict[str, Any], last: int) -> Any:
            await asyncio.sleep(random.random() * jitter)
            return await self._open(spec, last)

        self.pages = await asyncio.gather(*[back(spec, last) for spec, last in places])
        await self._until(lambda: all(page.last == head for page in self.pages), 30)
        caught_up = sum(page.last == head for page in self.pages)
        return {"pages": len(self.pages), "caught_up": caught_up, "seconds": round(now() - start, 2)}

    async def rest(self, seconds: float) -> dict[str, Any]:
        await asyncio.sleep(seconds)
        return {}

    async def leave(self) -> dict[str, Any]:
        for page in self.pages:
            page.leave()
        self.pages.clear()
        await asyncio.sleep(0.5)
        return {}

    async def _until(self, done: Callable[[], bool], seconds: float) -> None:
        end = now() + seconds
        while not done() and now() < end:
            await asyncio.sleep(0.002)

    def _told(self, start: float, posting: float, wanted: int) -> dict[str, Any]:
        heard = self.heard
        delays = [
            (moment - self.sent[key]) * 1000
            for key, moment in zip(heard.keys, heard.times, strict=True)
            if key in self.sent
        ]
        took = (max(heard.times) - start) if heard.times else posting
        return {
            "messages": len(self.sent),
            "messages_s": round(len(self.sent) / posting, 1),
            "deliveries": len(delays),
            "deliveries_s": round(len(delays) / took),
            "missing": wanted - len(delays),
            "refused": self.refused,
            "out_of_order": heard.odd,
            "frame_bytes": round(heard.bytes / max(1, len(delays))),
            "seen_ms": spread(delays),
            "acknowledged_ms": spread([ack * 1000 for ack in self.acks]),
        }


def spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}


async def obey() -> None:
    people = People()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        given = json.loads(line)
        act: Callable[..., Awaitable[Any]] = getattr(people, given.pop("act"))
        try:
            told = {"told": await act(**given)}
        except Exception as trouble:
            told = {"error": repr(trouble)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    import uvloop

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(obey())
