"""The reference client: what a page does, without a browser, so that two hundred of them are cheap.

It makes the id of a message when the person presses « send » and sends it again under that id until it is
acknowledged; it shows an event only when it is the next one, holds later ones, and asks for what is missing; it
reconnects with a growing, random delay; it hears through any of the three ways in.
"""

import asyncio
import json
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.reliability.checker import Ack, Attempt, History, Read, Shown, View

PATIENCE = 4.0  # seconds after which a message that nobody has acknowledged is sent again
HELD = 0.5  # seconds that an event may wait for the one before it
SILENCE = 35.0  # seconds without a word after which the stream counts as dead
GONE = (OSError, httpx.HTTPError, ConnectionClosed, InvalidStatus, TimeoutError)


class Refused(Exception):
    """The server answered that it will not take a message as it is."""


@dataclass(frozen=True)
class World:
    """What all the clients of one run share."""

    urls: Sequence[str]
    channel: str
    cookies: dict[str, str]
    http: httpx.AsyncClient
    history: History = field(default_factory=History)

    @property
    def topic(self) -> str:
        return f"channel:{self.channel}"

    @classmethod
    def of(cls, urls: Sequence[str], made: dict[str, Any], channel: int = 0) -> "World":
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
        http = httpx.AsyncClient(verify=False, limits=limits, timeout=httpx.Timeout(PATIENCE), trust_env=False)
        return cls(urls, made["channels"][channel], made["cookies"], http)


class Client:
    """One open page of one person. `run()` until cancelled; `send()`, `cut()`, `offline()` meanwhile."""

    def __init__(self, world: World, someone: dict[str, str], way: str = "ws") -> None:
        self.world = world
        self.person = someone["person"]
        self.way = way
        self.headers = {
            "Cookie": f"{world.cookies['session']}={someone['session']}; {world.cookies['csrf']}={'c' * 32}",
            "Accept": "application/json",
            "X-CSRFToken": "c" * 32,
        }
        self.view = View(self.person)
        world.history.views.append(self.view)
        self.epoch = 0
        self.seq = 0
        self.revoked = False
        self.welcomes = 0
        self.codes: list[int] = []
        self.online = asyncio.Event()
        self.online.set()
        self._held: dict[int, dict[str, Any]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._attempts = 0
        self._wait: float | None = None

    # --- hearing ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        while not self.revoked:
            await self.online.wait()
            self._listening = asyncio.create_task(self._listen(random.choice(self.world.urls)))
            try:
                await self._listening
            except GONE:
                pass
            except asyncio.CancelledError:
                if self.online.is_set():  # it is the run that ends, not the network
                    raise
            delay = random.random() * min(3.0 if self._attempts < 20 else 30.0, 0.5 * 2**self._attempts)
            self._attempts += 1
            await asyncio.sleep(self._wait if self._wait is not None else delay)
            self._wait = None

    async def offline(self, seconds: float) -> None:
        """Its network is away for a while; what is sent meanwhile waits."""
        self.online.clear()
        if self._listening:
            self._listening.cancel()
        await asyncio.sleep(seconds)
        self._attempts = 0
        self.online.set()

    async def _listen(self, url: str) -> None:
        frames = {"ws": self._socket, "sse": self._stream, "poll": self._poll}[self.way](url)
        try:
            while True:
                self._hear(await asyncio.wait_for(anext(frames), SILENCE))
        except StopAsyncIteration:
            return
        finally:
            with suppress(RuntimeError):
                await frames.aclose()

    async def _socket(self, url: str) -> AsyncIterator[dict[str, Any]]:
        headers = {"Cookie": self.headers["Cookie"], "Origin": url}
        address = f"{url.replace('http', 'ws', 1)}/live/ws/"
        async with connect(
            address, additional_headers=headers, compression=None, ping_interval=None, proxy=None, close_timeout=1
        ) as page:
            wanted = {self.world.topic: [self.epoch, self.seq]}
            await page.send(json.dumps({"t": "watch", "proto": 1, "topics": wanted}))
            try:
                while True:
                    yield json.loads(await page.recv())
            except ConnectionClosed as closed:
                self.codes.append(closed.rcvd.code if closed.rcvd else 1006)

    def _asked(self) -> str:
        return f"{self.world.topic}@{self.epoch}.{self.seq}"

    async def _stream(self, url: str) -> AsyncIterator[dict[str, Any]]:
        request = self.world.http.stream(
            "GET", f"{url}/live/sse/", params={"topics": self._asked()}, headers=self.headers, timeout=SILENCE
        )
        async with request as answer:
            if answer.status_code != 200:
                raise ConnectionResetError(answer.status_code)
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    async def _poll(self, url: str) -> AsyncIterator[dict[str, Any]]:
        for number in count():
            query = {"topics": self._asked()} | ({} if number else {"now": "1"})
            answer = await self.world.http.get(f"{url}/live/poll/", params=query, headers=self.headers, timeout=SILENCE)
            if answer.status_code != 200:
                raise ConnectionResetError(answer.status_code)
            for frame in answer.json()["frames"]:
                yield frame
            await asyncio.sleep(0.3)

    def _hear(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"t": "welcome" | "hb" as kind, "heads": heads}:
                if kind == "welcome":
                    self._attempts = 0
                    self.welcomes += 1
                if self.world.topic in heads:
                    self._settle(*heads[self.world.topic])
            case {"t": "ev"}:
                self._take(frame)
            case {"t": "revoke"}:
                self.revoked = True
            case {"t": "bye", "retry_ms": wait}:
                self._wait = wait / 1000

    def _settle(self, epoch: int, head: int) -> None:
        # In the same epoch, a lower head was only said earlier than what has been shown since.
        if epoch != self.epoch if self.epoch else head < self.seq:
            self._load_again(epoch, head)
        self.epoch = epoch
        if head > self.seq:
            self._ask_for_more()

    def _load_again(self, epoch: int, head: int) -> None:
        self.view.loads += 1
        self.epoch, self.seq = epoch, head
        self._held.clear()

    def _take(self, event: dict[str, Any]) -> None:
        if event["topic"] != self.world.topic or event["seq"] <= self.seq:
            return
        self.epoch = self.epoch or event["epoch"]
        self._held[event["seq"]] = event
        while following := self._held.pop(self.seq + 1, None):
            self.seq += 1
            shown = Shown(self.seq, following["facts"].get("message"), time.monotonic())
            self.view.shown.append(shown)
        if self._held:
            asyncio.get_running_loop().call_later(HELD, lambda: self._held and self._ask_for_more())

    def _ask_for_more(self) -> None:
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        while self.online.is_set() and not self.revoked:
            try:
                answer = await self.ask(random.choice(self.world.urls), self.seq)
                if answer.status_code == 404:
                    self.revoked = True
                    return
                told = answer.json()
            except (*GONE, ValueError):
                await asyncio.sleep(random.uniform(0.5, 1.5))
                continue
            if answer.status_code == 410:
                self._load_again(told["epoch"], told["head"])
                return
            if answer.status_code == 200:
                for event in told["events"]:
                    self._take(event)
                if self.seq >= told["head"]:
                    return
            else:
                await asyncio.sleep(random.uniform(0.5, 1.5))

    async def ask(self, url: str, after: int) -> httpx.Response:
        """What the log holds after a number."""
        query = {"topic": self.world.topic, "epoch": self.epoch, "after": after}
        return await self.world.http.get(f"{url}/live/events/", params=query, headers=self.headers)

    # --- speaking ---------------------------------------------------------------------------------------------

    async def send(self, body: str, *, copies: int = 1, again: bool = False) -> Ack:
        """Send until acknowledged: `copies` at once to several processes, `again` to see that it can be read."""
        attempt = Attempt(str(uuid4()), self.person, body, time.monotonic())
        self.world.history.attempts[attempt.client_id] = attempt
        for tries in count():
            await self.online.wait()
            answers = await asyncio.gather(*(self._post(attempt) for _ in range(copies)))
            if acks := [ack for ack in answers if ack]:
                self.world.history.acks += acks
                if again:
                    await self._read_back(acks[0])
                return acks[0]
            await asyncio.sleep(random.random() * min(4.0, 0.2 * 2**tries))
        raise AssertionError

    async def _post(self, attempt: Attempt) -> Ack | None:
        """One sending, to the next process when one takes no connection; None when it is to be tried again."""
        data = {"body": attempt.body, "client_id": attempt.client_id}
        for url in random.sample(self.world.urls, len(self.world.urls)):
            try:
                answer = await self.world.http.post(
                    f"{url}/fils/{self.world.channel}/messages/", data=data, headers=self.headers
                )
            except httpx.ConnectError:
                continue
            except GONE:
                return None
            if answer.is_success:
                told = answer.json()
                return Ack(attempt.client_id, told["seq"], str(told["message"]), time.monotonic())
            if answer.status_code != 429 and answer.status_code < 500:
                raise Refused(answer.status_code, answer.text[:500])
            return None
        return None

    async def _read_back(self, ack: Ack) -> None:
        for url in self.world.urls:
            try:
                answer = await self.ask(url, ack.seq - 1)
            except GONE:
                continue  # that process is away: nothing was read
            if answer.status_code == 200:
                found = any(event["facts"].get("message") == ack.message for event in answer.json()["events"])
                self.world.history.reads.append(Read(ack.client_id, found))


class Slow:
    """A page whose computer reads nothing for a while; then it comes back as any other."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def read_nothing(self, until: Callable[[], bool]) -> int:
        """Watch, and read nothing until `until()` holds; then how the server had ended the socket (0: it had not)."""
        url = self.client.world.urls[0]
        host, port = url.removeprefix("http://").split(":")
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
        headers = {"Cookie": self.client.headers["Cookie"], "Origin": url}
        open_socket = connect(
            f"{url.replace('http', 'ws', 1)}/live/ws/",
            sock=narrow,
            additional_headers=headers,
            compression=None,
            ping_interval=None,
            max_queue=1,
            proxy=None,
        )
        async with open_socket as page:
            wanted = {self.client.world.topic: [self.client.epoch, self.client.seq]}
            await page.send(json.dumps({"t": "watch", "proto": 1, "topics": wanted}))
            while not until():
                await asyncio.sleep(0.1)
            try:
                async with asyncio.timeout(5):
                    async for text in page:
                        self.client._hear(json.loads(text))
            except TimeoutError:
                return 0
            except ConnectionClosed:
                pass
            return page.close_code or 1006
