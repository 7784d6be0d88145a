"""Whatever is said to the stream, it answers with a code of its protocol and goes on serving everybody else."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from live.frames import Close
from tests.reliability.client import Client, World
from tests.reliability.cluster import Cluster
from tests.reliability.runs import listening

#: Those of frames.Close, and what the WebSocket library says of bytes that are no WebSocket message.
DOCUMENTED = {code for name, code in vars(Close).items() if name.isupper()} | {1002, 1003, 1007}
HUGE = 16 * 1024 * 1024


@pytest.fixture(scope="module")
def made(cluster: Cluster) -> dict[str, Any]:
    return cluster.rows("make", "3")


@pytest.fixture
def page(cluster: Cluster, made: dict[str, Any]) -> Iterator[Client]:
    """Someone's page, on a server that is alive and has complained of nothing when the test is over."""
    before = cluster.troubles()
    yield Client(World.of([server.url for server in cluster.servers], made), made["people"][0])
    for server in cluster.servers:
        assert server.process
        assert server.process.poll() is None
        assert httpx.get(f"{server.url}/healthz", timeout=5).status_code in {200, 503}  # 503: late, but alive
    assert cluster.troubles() == before


def socket_of(page: Client) -> ClientConnection:
    url = page.world.urls[0]
    headers = {"Cookie": page.headers["Cookie"], "Origin": url}
    address = f"{url.replace('http', 'ws', 1)}/live/ws/"
    return connect(address, additional_headers=headers, compression=None, proxy=None, max_size=None, close_timeout=2)


def watch(page: Client) -> str:
    return json.dumps({"t": "watch", "proto": 1, "topics": {page.world.topic: [0, 0]}})


def outcome(page: Client, *said: str | bytes) -> int:
    """Say that, then ask properly: 0 when one is answered, else the code with which the server closed."""
    with socket_of(page) as opened:
        try:
            for one in said:
                opened.send(one)
            opened.send(watch(page))
            while json.loads(opened.recv(timeout=10))["t"] != "welcome":
                pass
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    return 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ceci n’est pas du JSON", Close.INVALID),
        (b"\x00\xff\xfe", Close.INVALID),
        (b"", Close.INVALID),
        ("9" * 4000, Close.INVALID),
        ("9" * 60_000, Close.TOO_BIG),
        ("[" * 60_000, Close.TOO_BIG),
        ('{"t":' * 700, Close.INVALID),
        ("x" * HUGE, Close.TOO_BIG),
        ('{"t":"watch","proto":1,"topics":{"channel:x":[1e999,0]}}', Close.INVALID),
        ('{"t":"watch","proto":1,"topics":{"channel:x":[NaN,0]}}', Close.INVALID),
        ('{"t":"watch","proto":1,"topics":{"channel:../../etc":[0,0]}}', Close.INVALID),
        ('{"t":"watch","proto":1,"topics":{"channel:not-an-id":[0,0]}}', 0),
        ('{"t":"watch","proto":1,"topics":{"nothing:of-ours":[0,9007199254740991]}}', 0),
        ('{"t":"unwatch","topics":["channel:not-an-id"]}', 0),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str | bytes) else None,
)
def test_a_frame_that_is_not_the_protocol_is_refused_by_its_code(page, said, code):
    found = outcome(page, said)
    # A frame of 16 MiB is not even read to its end: the closing may be lost with the rest.
    assert found == code or (len(said) == HUGE and found == 1006)


def insist(opened: ClientConnection, text: str, times: int) -> None:
    for _ in range(times):
        opened.send(text)
    while True:
        opened.recv(timeout=10)


def test_ten_thousand_requests_to_watch_end_the_one_page_that_makes_them(page):
    with socket_of(page) as opened:
        text = watch(page)
        with pytest.raises(ConnectionClosed) as closed:
            insist(opened, text, times=10_000)
    assert closed.value.rcvd is None or closed.value.rcvd.code == Close.FLOOD
    assert outcome(page) == 0


NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=5))
JSON = st.recursive(
    st.one_of(NUMBERS, st.text(max_size=40)),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)
TOPICS = st.one_of(
    st.text(max_size=80), st.from_regex(r"[a-z_]{1,20}:[A-Za-z0-9-]{1,50}", fullmatch=True), st.just("channel:")
)
ALMOST = st.fixed_dictionaries(
    {"t": st.sampled_from(["watch", "unwatch", "ev", "bye", ""]) | JSON, "proto": st.just(1) | NUMBERS},
    optional={
        "topics": st.dictionaries(TOPICS, st.lists(NUMBERS, max_size=3), max_size=25) | st.lists(TOPICS) | JSON,
        "more": JSON,
    },
)
FRAMES = st.one_of(st.text(), st.binary(max_size=200), JSON.map(json.dumps), ALMOST.map(json.dumps))


def test_no_frame_makes_the_server_fail(page):
    """B1: anything at all, and what is almost right."""

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.lists(FRAMES, min_size=1, max_size=3))
    def say(frames: list[str | bytes]) -> None:
        assert outcome(page, *frames) in DOCUMENTED | {0}

    say()


QUERIES = [
    "",
    "topics=",
    "topics=%00",
    "topics=" + "x" * 8000,
    "topics=" + "channel:x," * 5000,
    "topics=channel:x@9.9.9",
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:24])
@pytest.mark.parametrize("way", ["sse", "poll"])
def test_a_question_that_makes_no_sense_is_refused(page, way, query):
    answer = httpx.get(f"{page.world.urls[0]}/live/{way}/?{query}", headers=page.headers, timeout=10)
    assert answer.status_code in {400, 414, 431}


@pytest.mark.parametrize("after", ["-1", "9" * 60_000, "NaN", "1e9", "½", "0x10", ""])
def test_a_number_that_no_log_has_is_refused(page, after):
    query = {"topic": page.world.topic, "epoch": "0", "after": after}
    answer = httpx.get(f"{page.world.urls[0]}/live/events/", params=query, headers=page.headers, timeout=10)
    assert answer.status_code in {400, 414, 431}


@pytest.mark.asyncio
async def test_requests_that_never_end_and_pages_without_number_hold_nobody_up(page, made):
    host, port = page.world.urls[0].removeprefix("http://").split(":")
    half = f"GET /live/poll/?topics={page.world.topic} HTTP/1.1\r\nHost: {host}:{port}\r\nX-Slow: "
    slow = [socket.create_connection((host, int(port))) for _ in range(100)]
    try:
        for one in slow:
            one.sendall(half.encode())
        polls = [asyncio.create_task(_poll(page)) for _ in range(20)]
        await asyncio.sleep(0.5)
        world = World.of(page.world.urls[:1], made)
        writer, reader = (Client(world, someone) for someone in made["people"][1:])
        async with listening(reader):
            for one in slow:
                one.sendall(random.choice("abc").encode())
            since = time.monotonic()
            ack = await writer.send("Je passe")
            while reader.seq < ack.seq:
                await asyncio.sleep(0.02)
            assert time.monotonic() - since < 5
        answers = [poll.result() for poll in polls if poll.done()]
        assert answers.count(429) >= 12  # eight pages of one person listen, the others are told to wait
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
        for one in (world, page.world):
            await one.http.aclose()
    finally:
        for one in slow:
            one.close()


async def _poll(page: Client) -> int:
    url = f"{page.world.urls[0]}/live/poll/"
    query = {"topics": f"{page.world.topic}@1.0"}
    return (await page.world.http.get(url, params=query, headers=page.headers, timeout=30)).status_code
