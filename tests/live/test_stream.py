"""What open pages hear: in order, once, and only what they may."""

import asyncio
import json
from importlib import import_module
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from live import consumers, frames
from live import hub as hubs
from live.frames import Close, Event
from live.hub import hub
from live.models import LiveEvent, Topic
from live.publish import publish, recheck
from live.threads import in_thread
from tests.live.listening import HOST, OpenPage, application, headers_for

pytestmark = pytest.mark.asyncio


def _happens(topic: str = "test:a", kind: str = "moved", **facts: object) -> int:
    with transaction.atomic():
        return publish(topic, kind, **facts)  # type: ignore[arg-type]


async def happens(*args: str, **facts: object) -> int:
    return await in_thread(_happens, *args, **facts)


def _elsewhere(count: int, topic: str = "test:a") -> None:
    """Events written by another process, of which this one hears nothing."""
    row, _ = Topic.objects.get_or_create(name=topic)
    for _ in range(count):
        row.seq += 1
        LiveEvent.objects.create(topic=row, seq=row.seq, kind="moved", facts={})
    row.save()


# --- hearing -----------------------------------------------------------------------------------------------


async def test_two_pages_hear_the_same_events_in_the_same_order(page):
    one, two = await page(), await page()
    welcome = await one.watch("test:a")
    await two.watch("test:a")
    assert welcome["t"] == "welcome"
    assert welcome["user"] == str(one.person.pk)
    assert welcome["heads"] == {"test:a": [1, 0]}

    for step in (1, 2, 3):
        await happens(step=step, html=f"<p>{step}</p>")

    heard = [[await listener.hear() for _ in range(3)] for listener in (one, two)]
    assert heard[0] == heard[1]
    assert [(event["seq"], event["facts"]["step"], event["html"]) for event in heard[0]] == [
        (1, 1, "<p>1</p>"),
        (2, 2, "<p>2</p>"),
        (3, 3, "<p>3</p>"),
    ]


async def test_a_page_hears_its_own_topics_only(page):
    here, there = await page(), await page()
    await here.watch("test:a")
    await there.watch("test:b")
    await happens("test:a")
    await happens("test:b")
    assert (await here.hear())["topic"] == "test:a"
    assert (await there.hear())["topic"] == "test:b"
    assert await here.receive_nothing(0.1)


async def test_a_page_stops_hearing_what_it_no_longer_watches(page):
    listener = await page()
    await listener.watch("test:a", "test:b")
    await listener.say({"t": "unwatch", "topics": ["test:a"]})
    await asyncio.sleep(0.05)
    await happens("test:a")
    await happens("test:b")
    assert (await listener.hear())["topic"] == "test:b"


async def test_a_page_is_told_where_its_topic_stands_before_it_hears(page):
    await in_thread(_elsewhere, 4)
    listener = await page()
    assert (await listener.watch("test:a"))["heads"] == {"test:a": [1, 4]}
    await happens()
    assert (await listener.hear())["seq"] == 5


async def test_the_client_made_id_comes_back_to_its_author_alone(page):
    author, other = await page(), await page()
    await author.watch("test:a")
    await other.watch("test:a")
    once = uuid4()
    await happens(by=author.person.pk, client_id=once)
    assert (await author.hear())["client_id"] == str(once)
    assert "client_id" not in await other.hear()


async def test_an_action_that_fails_wakes_nobody(page):
    listener = await page()
    await listener.watch("test:a")

    def fails() -> None:
        with transaction.atomic():
            publish("test:a", "moved")
            transaction.set_rollback(True)

    await in_thread(fails)
    assert await listener.receive_nothing(0.3)
    await happens()
    assert (await listener.hear())["seq"] == 1


# --- order and holes ---------------------------------------------------------------------------------------


async def test_events_handed_over_in_another_order_are_heard_in_theirs(page):
    listener = await page()
    await listener.watch("test:a")
    for seq in (2, 3, 1):
        hub.tell(Event("test:a", 1, seq, "moved", {}))
    assert [(await listener.hear())["seq"] for _ in range(3)] == [1, 2, 3]


async def test_a_knock_from_another_process_is_read_from_the_log_once(page):
    listener = await page()
    await listener.watch("test:a")
    await in_thread(_elsewhere, 3)
    hub.heard("test:a", 2)
    hub.heard("test:a", 3)
    hub.heard("test:a", 1)
    assert [(await listener.hear())["seq"] for _ in range(3)] == [1, 2, 3]
    assert await listener.receive_nothing(0.3)


async def test_a_hole_is_filled_from_the_log(page):
    listener = await page()
    await listener.watch("test:a")
    await in_thread(_elsewhere, 2)
    await happens()
    assert [(await listener.hear())["seq"] for _ in range(3)] == [1, 2, 3]


async def test_a_lost_last_event_comes_with_the_heartbeat(page, monkeypatch):
    monkeypatch.setattr(frames, "HEARTBEAT", 0.3)
    listener = await page()
    await listener.watch("test:a")
    await in_thread(_elsewhere, 1)
    said = []
    while not said or said[-1]["t"] != "ev":
        said.append(await listener.hear())
    assert said[-1]["seq"] == 1
    beat = await listener.hear()
    assert beat["t"] == "hb"
    assert beat["heads"] == {"test:a": [1, 1]}


async def test_numbers_that_went_back_in_a_restore_are_told(page, monkeypatch):
    monkeypatch.setattr(frames, "HEARTBEAT", 0.3)
    await in_thread(_elsewhere, 5)
    listener = await page()
    await listener.watch("test:a")

    def restore() -> None:
        LiveEvent.objects.filter(seq__gt=2).delete()
        Topic.objects.update(epoch=2, seq=2)

    await in_thread(restore)
    while (beat := await listener.hear())["heads"] == {"test:a": [1, 5]}:
        pass
    assert beat["heads"] == {"test:a": [2, 2]}
    await happens()
    event = await listener.hear()
    while event["t"] == "hb":
        event = await listener.hear()
    assert (event["epoch"], event["seq"]) == (2, 3)


async def test_a_knock_that_makes_no_sense_changes_nothing(page):
    listener = await page()
    await listener.watch("test:a")
    hub.heard("person:not-an-id", 0)
    hub.heard("test:a", 10**9)
    await happens()
    assert (await listener.hear())["seq"] == 1


# --- rights ------------------------------------------------------------------------------------------------


async def test_a_page_does_not_hear_what_its_person_may_not(page, ears):
    allowed, refused = await page(), await page()
    ears.discard(refused.person.pk)
    assert (await allowed.watch("test:a"))["heads"] == {"test:a": [1, 0]}
    assert await refused.watch("test:a") == {"t": "revoke", "topic": "test:a"}
    assert (await refused.hear())["heads"] == {}
    await happens()
    assert (await allowed.hear())["t"] == "ev"
    assert await refused.receive_nothing(0.2)


async def test_a_kind_of_topic_without_a_guard_is_heard_by_nobody(page):
    listener = await page()
    assert await listener.watch("unguarded:a") == {"t": "revoke", "topic": "unguarded:a"}


async def test_who_loses_a_right_stops_hearing_at_once(page, ears):
    leaving, staying = await page(), await page()
    await leaving.watch("test:a")
    await staying.watch("test:a")

    def leaves() -> None:
        with transaction.atomic():
            ears.discard(leaving.person.pk)
            recheck(leaving.person.pk)

    await in_thread(leaves)
    assert await leaving.hear() == {"t": "revoke", "topic": "test:a"}
    assert await leaving.closed() == Close.REVOKED
    await happens()
    assert (await staying.hear())["seq"] == 1


async def test_a_right_lost_without_a_word_is_noticed_by_the_lease(page, ears, monkeypatch):
    monkeypatch.setattr(hubs, "LEASE", 0.2)
    leaving = await page()
    await leaving.watch("test:a")
    ears.clear()
    assert await leaving.closed() == Close.REVOKED


async def test_a_page_whose_session_ended_is_sent_away(page, monkeypatch):
    monkeypatch.setattr(hubs, "LEASE", 0.2)
    leaving = await page()
    await leaving.watch("test:a")
    key = leaving.client.cookies[settings.SESSION_COOKIE_NAME].value
    await in_thread(import_module(settings.SESSION_ENGINE).SessionStore(key).delete)
    assert await leaving.closed() == Close.SESSION_GONE


@pytest.mark.usefixtures("page")
async def test_a_visitor_is_sent_to_sign_in():
    visitor = OpenPage(Client())
    assert await visitor.knock()
    assert await visitor.closed() == Close.SESSION_GONE


@pytest.mark.parametrize(
    "origin", [None, "", "null", "https://ailleurs.exemple", f"http://{HOST}.ailleurs.exemple", f"http://{HOST}:1"]
)
async def test_a_socket_opened_by_a_page_of_someone_else_is_refused(page, origin):
    ours = await page()
    foreign = OpenPage(ours.client, origin=origin)
    assert not await foreign.knock()


async def test_a_socket_at_another_address_is_refused(page):
    listener = OpenPage((await page()).client)
    listener.scope["path"] = "/live/other/"
    assert not await listener.knock()


async def test_one_person_has_eight_open_pages_at_most(page):
    first = await page()
    for _ in range(7):
        await page(first.person)
    ninth = await page(first.person)
    assert await ninth.closed() == Close.FLOOD
    await first.leave()
    again = await page(first.person)
    assert (await again.watch("test:a"))["t"] == "welcome"


# --- what a page may say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("x" * 4097, Close.TOO_BIG),
        ("é" * 2049, Close.TOO_BIG),
        ("", Close.INVALID),
        ("[" * 4000, Close.INVALID),
        ("9" * 4000, Close.INVALID),
        ('"watch"', Close.INVALID),
        ({"t": "watch", "topics": {"test:a": [0, 0]}}, Close.INVALID),
        ({"t": "watch", "proto": 2, "topics": {"test:a": [0, 0]}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {"test:a": [0, 0]}, "more": 1}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {f"test:{n}": [0, 0] for n in range(21)}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {"test:a": [0, -1]}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {"test:a": [True, 0]}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {"test:a": [0]}}, Close.INVALID),
        ({"t": "watch", "proto": 1, "topics": {"nonsense": [0, 0]}}, Close.INVALID),
        ({"t": "unwatch", "topics": [1]}, Close.INVALID),
        ({"t": "message", "body": "bonjour"}, Close.INVALID),
    ],
)
async def test_whatever_is_not_the_protocol_closes_the_socket(page, said, code):
    speaker = await page()
    await speaker.say(said)
    assert await speaker.closed() == code


async def test_bytes_are_not_the_protocol(page):
    speaker = await page()
    await speaker.send_input({"type": "websocket.receive", "bytes": b"\x00"})
    assert await speaker.closed() == Close.INVALID


async def test_topics_watched_little_by_little_are_counted(page):
    speaker = await page()
    await speaker.watch(*[f"test:{n}" for n in range(20)])
    await speaker.say({"t": "watch", "proto": 1, "topics": {"test:more": [0, 0]}})
    assert await speaker.closed() == Close.INVALID


async def test_a_page_that_talks_without_end_is_cut_off(page, monkeypatch):
    monkeypatch.setattr(consumers, "FRAMES_A_MINUTE", 3)
    speaker = await page()
    for _ in range(5):
        await speaker.say({"t": "unwatch", "topics": ["test:a"]})
    assert await speaker.closed() == Close.FLOOD


# --- slow pages and ends -----------------------------------------------------------------------------------


async def test_a_page_that_reads_nothing_is_cut_off_and_delays_nobody(page):
    quick = await page()
    await quick.watch("test:a")
    slow_client = (await page()).client
    sent: list[dict[str, object]] = []
    said: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    said.put_nowait({"type": "websocket.connect"})
    text = json.dumps({"t": "watch", "proto": 1, "topics": {"test:a": [0, 0]}})
    said.put_nowait({"type": "websocket.receive", "text": text})

    async def send(message: dict[str, object]) -> None:
        """A connection whose buffers are full after the welcome."""
        sent.append(message)
        if "welcome" in str(message.get("text")):
            await asyncio.Event().wait()

    scope = {"type": "websocket", "path": "/live/ws/", "headers": headers_for(slow_client)}
    slow = asyncio.create_task(application(scope, said.get, send))
    while len(sent) < 2:
        await asyncio.sleep(0.01)

    for seq in range(1, 400):
        hub.tell(Event("test:a", 1, seq, "moved", {}))
        assert (await quick.hear())["seq"] == seq

    await asyncio.wait_for(slow, 5)
    assert sent[-1] == {"type": "websocket.close", "code": Close.TOO_SLOW}


async def test_pages_are_told_goodbye_and_when_to_come_back(page):
    leaving = await page()
    await leaving.watch("test:a")
    hub.drain()
    bye = await leaving.hear()
    assert bye["t"] == "bye"
    assert 0 <= bye["retry_ms"] <= 5000
    assert await leaving.closed() == Close.RESTART
    late = await page()
    assert await late.closed() == Close.RESTART


async def test_a_page_that_left_is_forgotten(page):
    leaving = await page()
    await leaving.watch("test:a")
    await leaving.leave()
    assert hub._watchers == set()
    assert hub._rooms == {}


# --- the other two ways in ---------------------------------------------------------------------------------


def ask(client: Client, path: str, topics: str, method: str = "GET") -> "OverHTTP":
    return OverHTTP(client, path, topics, method)


class OverHTTP(OpenPage):
    def __init__(self, client: Client, path: str, topics: str, method: str) -> None:
        super().__init__(client)
        query = f"topics={topics}".encode()
        self.scope |= {"type": "http", "path": path, "query_string": query, "method": method}

    async def start(self) -> dict[str, object]:
        await self.send_input({"type": "http.request", "body": b"", "more_body": False})
        return await self.receive_output(5)

    async def status(self) -> int:
        return (await self.start())["status"]

    async def said(self) -> str:
        return (await self.receive_output(5)).get("body", b"").decode()

    async def quit(self) -> None:
        await self.send_input({"type": "http.disconnect"})
        await self.wait(5)


async def test_server_sent_events_carry_the_same_frames(page):
    over_socket = await page()
    await over_socket.watch("test:a")
    over_http = ask(over_socket.client, "/live/sse/", "test:a@0.0")
    start = await over_http.start()
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert (await over_http.said()).startswith(":")
    assert json.loads((await over_http.said()).removeprefix("data: "))["t"] == "welcome"

    await happens(html="<p>Bonjour\n\nà tous</p>")

    event = await over_http.said()
    assert event.endswith("\n\n")
    assert event.count("\n") == 2
    assert json.loads(event.removeprefix("data: ")) == await over_socket.hear()
    await over_http.quit()
    assert len(hub._watchers) == 1


async def test_a_stream_ends_with_the_process(page):
    client = (await page()).client
    stream = ask(client, "/live/sse/", "test:a")
    await stream.start()
    await stream.said()
    await stream.said()
    hub.drain()
    assert '"bye"' in await stream.said()
    assert await stream.said() == ""
    await stream.wait(5)


async def test_a_poll_answers_when_something_happens(page):
    client = (await page()).client
    poll = ask(client, "/live/poll/", "test:a@1.0")
    waiting = asyncio.create_task(poll.status())
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await happens()
    assert await waiting == 200
    told = json.loads(await poll.said())["frames"]
    assert [frame["t"] for frame in told] == ["welcome", "ev"]


async def test_a_poll_that_is_behind_answers_at_once(page):
    await in_thread(_elsewhere, 3)
    client = (await page()).client
    poll = ask(client, "/live/poll/", "test:a@1.2")
    assert await poll.status() == 200
    (welcome,) = json.loads(await poll.said())["frames"]
    assert welcome["heads"] == {"test:a": [1, 3]}


async def test_a_poll_that_only_tries_the_way_answers_at_once(page):
    poll = ask((await page()).client, "/live/poll/", "test:a@1.0&now=1")
    assert await asyncio.wait_for(poll.status(), 2) == 200
    assert [frame["t"] for frame in json.loads(await poll.said())["frames"]] == ["welcome"]


async def test_a_poll_answers_after_a_while_even_when_nothing_happens(page, monkeypatch):
    monkeypatch.setattr(consumers, "POLL", 0.2)
    poll = ask((await page()).client, "/live/poll/", "test:a")
    assert await poll.status() == 200
    assert len(json.loads(await poll.said())["frames"]) == 1


async def test_the_other_ways_in_have_the_same_guards(page, ears):
    allowed = await page()
    stranger = await page()
    ears.discard(stranger.person.pk)
    poll = ask(stranger.client, "/live/poll/", "test:a")
    assert await poll.status() == 200
    assert [frame["t"] for frame in json.loads(await poll.said())["frames"]] == ["revoke", "welcome"]
    for path in ("/live/sse/", "/live/poll/"):
        assert await ask(Client(), path, "test:a").status() == 401
        assert await ask(allowed.client, path, "test:a", "POST").status() == 405
        for nonsense in ("", "x", "test:a@1", "test:a@1.-1", "test:a@a.b", ",".join(f"test:{n}" for n in range(21))):
            assert await ask(allowed.client, path, nonsense).status() == 400
