"""The whole, with real servers: what is acknowledged survives, and reaches whoever was away."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from discussions.models import Channel
from live.frames import Close
from spaces.actions import remove_member
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory
from tests.servers import Server, free_port

BROWSER = httpx.Client(verify=False, limits=httpx.Limits(max_keepalive_connections=0))
REDIS_URL = os.environ.get("REDIS_URL", "")
#: No files to collect, and people who write more than a person does.
ENVIRONMENT = {"DEBUG": "1", "SENDS_A_MINUTE": "100000"}
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


@dataclass
class Person:
    """Someone with a browser: posts over HTTP, hears over a socket, both on `server` unless told otherwise."""

    user: User
    session: str
    server: Server
    channel: Channel

    def _cookie(self) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={'c' * 32}"

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self._cookie(), "Accept": "application/json", "X-CSRFToken": "c" * 32}

    def post(self, body: str, once: UUID | None = None, server: Server | None = None) -> httpx.Response:
        url = (server or self.server).url
        data = {"body": body, "client_id": str(once or uuid4())}
        return BROWSER.post(f"{url}/fils/{self.channel.pk}/messages/", data=data, headers=self._headers(), timeout=30)

    def catch_up(self, after: int) -> list[dict[str, Any]]:
        query = {"topic": self.channel.topic, "epoch": 1, "after": after}
        answer = BROWSER.get(f"{self.server.url}/live/events/", params=query, headers=self._headers(), timeout=30)
        assert answer.status_code == 200
        return answer.json()["events"]

    def socket(self, server: Server | None = None) -> connect:
        url = (server or self.server).url
        headers = {"Cookie": self._cookie(), "Origin": url}
        return connect(f"{url.replace('http', 'ws')}/live/ws/", additional_headers=headers, compression=None)

    async def watch(self, socket: ClientConnection, seen: int = 0) -> dict[str, Any]:
        await socket.send(json.dumps({"t": "watch", "proto": 1, "topics": {self.channel.topic: [0, seen]}}))
        return await hear(socket)


async def hear(socket: ClientConnection) -> dict[str, Any]:
    while True:
        said = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if said["t"] != "hb":
            return said


def signed_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("live"), **ENVIRONMENT)
    try:
        server.manage("migrate", "--verbosity", "0")
        yield server.start()
    finally:
        server.drop()


@pytest.fixture
def people(server: Server, django_db_blocker: Any) -> Callable[[int], list[Person]]:
    """`people(3)`: three people of a new cohort, signed in, with its channel."""

    def make(count: int) -> list[Person]:
        with server.rows(django_db_blocker):
            space = SpaceFactory()
            channel = ChannelFactory(space=space)
            users = [UserFactory(email=f"{uuid4()}@exemple.fr") for _ in range(count)]
            for user in users:
                MembershipFactory(space=space, person=user)
            return [Person(user, signed_in(user), server, channel) for user in users]

    return make


@pytest.fixture
def running(server: Server) -> Iterator[Server]:
    """The server, started again afterwards by a test that has ended it."""
    yield server
    if server.process is None:
        server.start()


@pytest.mark.asyncio
async def test_a_message_is_seen_live_by_a_second_person(people):
    writer, reader = people(2)
    async with reader.socket() as socket:
        welcome = await reader.watch(socket)
        assert welcome["heads"] == {reader.channel.topic: [1, 0]}
        told = (await asyncio.to_thread(writer.post, "Bonjour à tous")).json()
        event = await hear(socket)
    assert (event["kind"], event["seq"], event["facts"]) == (
        "message.posted",
        told["seq"],
        {"message": told["message"]},
    )
    assert "Bonjour à tous" in event["html"]
    assert "client_id" not in event


@pytest.mark.asyncio
async def test_what_was_missed_during_a_cut_is_caught_up_by_its_number(people):
    writer, reader = people(2)
    async with reader.socket() as socket:
        await reader.watch(socket)
        await asyncio.to_thread(writer.post, "un")
        seen = (await hear(socket))["seq"]
    for words in ("deux", "trois"):
        await asyncio.to_thread(writer.post, words)
    async with reader.socket() as socket:
        missed = [await reader.watch(socket, seen), await hear(socket)]
        assert [event["seq"] for event in missed] == [2, 3]
        assert (await hear(socket))["heads"] == {reader.channel.topic: [1, 3]}
        assert await asyncio.to_thread(reader.catch_up, seen) == missed
        await asyncio.to_thread(writer.post, "quatre")
        assert (await hear(socket))["seq"] == 4


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(people, running):
    writers = people(4)
    acknowledged: dict[str, tuple[int, str]] = {}

    def write(writer: Person, number: int) -> None:
        """What the page does: the same id again until it is acknowledged."""
        once, words = uuid4(), f"{writer.user.pk} {number}"
        for _ in range(300):
            try:
                answer = writer.post(words, once)
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            assert answer.status_code == 200, answer.text
            acknowledged[str(once)] = (answer.json()["seq"], words)
            return
        raise AssertionError("never acknowledged")

    with ThreadPoolExecutor(len(writers)) as hands:
        work = [hands.submit(lambda w=writer: [write(w, n) for n in range(15)]) for writer in writers]
        for _ in range(2):
            time.sleep(0.4)
            running.kill()
            running.start()
        for done in work:
            done.result(60)

    events = writers[0].catch_up(0)
    assert [event["seq"] for event in events] == list(range(1, 61))
    for seq, words in acknowledged.values():
        assert words in events[seq - 1]["html"]
    assert len({event["facts"]["message"] for event in events}) == len(acknowledged) == 60


@pytest.mark.asyncio
async def test_a_server_that_ends_says_goodbye_and_does_not_linger(people, running):
    (reader,) = people(1)
    async with reader.socket() as socket, httpx.AsyncClient(headers=reader._headers()) as browser:
        await reader.watch(socket)
        stream = browser.stream("GET", f"{running.url}/live/sse/?topics={reader.channel.topic}", timeout=20)
        async with stream as events:
            lines = events.aiter_lines()
            while "welcome" not in await anext(lines):
                pass
            since = time.monotonic()
            assert running.process
            running.process.send_signal(signal.SIGTERM)
            bye = await hear(socket)
            assert bye["t"] == "bye"
            with pytest.raises(ConnectionClosed) as closed:
                await hear(socket)
            assert closed.value.rcvd
            assert closed.value.rcvd.code == Close.RESTART
            assert '"bye"' in "".join([line async for line in lines])
    await asyncio.to_thread(running.stop)
    assert time.monotonic() - since < 5


def test_simultaneous_posts_from_eight_threads_never_fail(people):
    writers = people(8)
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda n: writers[n % 8].post(f"message {n}").status_code, range(160)))
    assert answers == [200] * 160
    assert [event["seq"] for event in writers[0].catch_up(0)] == list(range(1, 161))


def test_one_message_sent_many_times_at_once_is_one_message(people):
    (writer,) = people(1)
    once = uuid4()
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda _: writer.post("Bonjour", once).json(), range(24)))
    assert {(answer["seq"], answer["message"]) for answer in answers} == {(1, answers[0]["message"])}
    assert len(writer.catch_up(0)) == 1


@pytest.mark.asyncio
async def test_who_leaves_a_space_stops_hearing_it_within_five_seconds(people, server, django_db_blocker):
    """Also when the leaving is written by another process, which has no hub."""
    writer, leaver = people(2)
    async with leaver.socket() as socket:
        await leaver.watch(socket)

        def leave() -> None:
            with server.rows(django_db_blocker):
                remove_member(space=leaver.channel.space, person=leaver.user, by=leaver.user)

        await asyncio.to_thread(leave)
        since = time.monotonic()
        assert (await hear(socket))["t"] == "revoke"
        # Without Redis only the lease of ten seconds can notice what another process wrote.
        assert time.monotonic() - since < (5 if REDIS_URL else 12)
        await asyncio.to_thread(writer.post, "entre nous")
        with pytest.raises(ConnectionClosed):
            await hear(socket)


@pytest.fixture
def neighbour(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A second process on the same database."""
    folder = tmp_path_factory.mktemp("neighbour")
    neighbour = Server(folder, **ENVIRONMENT, DATABASE_URL=server.database_url)
    try:
        yield neighbour.start()
    finally:
        neighbour.drop()


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[None]:
    arguments = ["redis-server", "--port", str(port), "--dir", str(folder), "--save", "", "--logfile", "redis.log"]
    process = subprocess.Popen(arguments)
    try:
        yield
    finally:
        process.kill()
        process.wait()


if shutil.which("redis-server"):

    @pytest.mark.asyncio
    async def test_redis_may_go_and_come_back_and_only_speed_suffers(people, running, tmp_path):
        writer, reader = people(2)
        running.stop()
        port = free_port()
        redis_url = f"redis://127.0.0.1:{port}/0"
        with redis_server(tmp_path, port):
            neighbour = Server(tmp_path, **ENVIRONMENT, DATABASE_URL=running.database_url, REDIS_URL=redis_url).start()
        try:
            async with reader.socket(neighbour) as socket:
                await reader.watch(socket)
                since = time.monotonic()
                for number in range(1, 6):  # Redis is dead
                    answer = await asyncio.to_thread(writer.post, f"sans Redis {number}", None, neighbour)
                    assert answer.status_code == 200
                    assert (await hear(socket))["seq"] == number
                assert time.monotonic() - since < 5
                await until_degraded(neighbour, ["redis"])
                with redis_server(tmp_path, port):
                    await until_degraded(neighbour, [])
                    await asyncio.to_thread(writer.post, "de retour", None, neighbour)
                    assert (await hear(socket))["seq"] == 6
        finally:
            neighbour.drop()


async def until_degraded(server: Server, by: list[str]) -> None:
    until = time.monotonic() + 15
    while (told := (await asyncio.to_thread(BROWSER.get, f"{server.url}/readyz")).json())["degraded"] != by:
        assert time.monotonic() < until, told
        await asyncio.sleep(0.2)


if REDIS_URL and POSTGRES:  # what two processes need: production has it, a laptop runs a single process

    @pytest.mark.asyncio
    async def test_two_processes_tell_each_other_through_redis(people, neighbour):
        writer, reader = people(2)
        async with reader.socket() as here, reader.socket(neighbour) as there:
            await reader.watch(here)
            await reader.watch(there)
            for number in range(20):
                server = neighbour if number % 2 else None
                since = time.monotonic()
                told = await asyncio.to_thread(writer.post, f"message {number}", None, server)
                assert told.json()["seq"] == number + 1
                heard = [await hear(socket) for socket in (here, there)]
                assert heard[0] == heard[1]
                assert heard[0]["seq"] == number + 1
                assert time.monotonic() - since < 2  # a knock, not the heartbeat


if not POSTGRES:

    def test_a_second_server_on_the_same_sqlite_file_refuses_to_start(running, tmp_path):
        second = Server(tmp_path, **ENVIRONMENT, DATABASE_URL=running.database_url)
        with pytest.raises(AssertionError, match=r"Another server already runs on .*server.sqlite3"):
            second.start()
        second.manage("prune_live_log")  # a command may run beside it
        running.kill()
        second.start()
        second.drop()
