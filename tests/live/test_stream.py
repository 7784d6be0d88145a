"""What open pages hear: in order, once, and only what they may."""

import asyncio
import json
from importlib import import_module
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.streams import StreamReader

from live import bus, consumers, frames, guards, lingering, rooms, watchers
from live import hub as hubs
from live.frames import Close, Event
from live.hub import hub
from live.models import LiveEvent, Topic
from live.protocol import EXTENSION
from live.publish import publish, recheck, whisper
from live.sessions import sign_in_of
from live.threads import in_thread
from live.wire import websocket_frame
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
    assert (await listener.watch("test:a", seen={"test:a": (1, 4)}))["heads"] == {"test:a": [1, 4]}
    await happens()
    assert (await listener.hear())["seq"] == 5


async def test_what_a_page_missed_comes_before_its_welcome(page):
    await in_thread(_elsewhere, 4)
    listener = await page()
    said = [await listener.watch("test:a", "test:b", seen={"test:a": (1, 2)})]
    while said[-1]["t"] != "welcome":
        said.append(await listener.hear())
    assert [event["seq"] for event in said[:-1]] == [3, 4]
    assert said[-1]["heads"] == {"test:a": [1, 4], "test:b": [1, 0]}


async def test_what_the_log_no_longer_holds_is_not_told_with_the_welcome(page):
    await in_thread(_elsewhere, 4)
    await in_thread(LiveEvent.objects.filter(seq__lt=4).delete)
    listener = await page()
    assert (await listener.watch("test:a", seen={"test:a": (1, 2)}))["heads"] == {"test:a": [1, 4]}
    assert (await listener.watch("test:a", seen={"test:a": (7, 3)}))["heads"] == {"test:a": [1, 4]}


async def test_a_page_that_missed_a_lot_is_told_some_of_it(page, monkeypatch):
    monkeypatch.setattr(hubs, "MISSED", 250)
    await in_thread(_elsewhere, 9)
    listener = await page()
    said = [await listener.watch("test:a")]
    while said[-1]["t"] != "welcome":
        said.append(await listener.hear())
    assert [event["seq"] for event in said[:-1]] == [1, 2, 3]
    assert said[-1]["heads"] == {"test:a": [1, 9]}


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


# --- whispers ----------------------------------------------------------------------------------------------


async def test_a_whisper_is_heard_now_and_kept_nowhere(page):
    here, there = await page(), await page()
    await here.watch("test:a")
    await there.watch("test:b")
    await in_thread(whisper, "test:a", "typing", person=here.person.pk)
    assert await here.hear() == {
        "t": "whisper",
        "topic": "test:a",
        "kind": "typing",
        "facts": {"person": str(here.person.pk)},
    }
    assert await there.receive_nothing(0.1)
    assert await in_thread(LiveEvent.objects.count) == 0


async def test_a_whisper_comes_after_what_was_said_before_it(page):
    listener = await page()
    await listener.watch("test:a")
    hub.tell(Event("test:a", 1, 1, "moved", {}))
    hub.tell_whisper("test:a", "typing", {})
    assert [(await listener.hear())["t"] for _ in range(2)] == ["ev", "whisper"]


async def test_a_page_that_is_behind_misses_whispers_and_nothing_else(page, monkeypatch):
    monkeypatch.setattr(watchers, "LAG", 0)
    listener = await page()
    await listener.watch("test:a")
    hub.tell_whisper("test:a", "typing", {})
    await happens()
    assert (await listener.hear())["t"] == "ev"


async def test_whispers_of_other_processes_come_through_redis_and_our_own_only_once(page):
    heard = []

    class Ear:
        def heard(self, topic: str, seq: int) -> None:
            heard.append((topic, seq))

        def whispered(self, topic: str, kind: str, facts: object) -> None:
            heard.append((topic, kind, facts))

    listening = bus.Bus("redis://127.0.0.1:1/0", Ear(), back=lambda: None)
    ours = bus.whisper("test:a", "typing", {"person": uuid4()})
    for said in (bus.knock("test:a", 3), ours, '{"topic": "test:a"}', "[" * 9999, ours.replace(bus._ME, "f" * 8)):
        listening._take(said.encode())
    await listening.stop()
    assert heard == [("test:a", 3), ("test:a", "typing", json.loads(ours)["facts"])]


async def test_a_whisper_is_no_place_for_words():
    with pytest.raises(ValueError, match="a few ids"):
        whisper("test:a", "typing", words="x" * 500)


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
    await listener.watch("test:a", seen={"test:a": (1, 5)})

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
    hub.heard("recheck:not-an-id", 0)
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


def _sign_out(page: OpenPage) -> None:
    page.client.logout()


def _deactivate(page: OpenPage) -> None:
    page.person.is_active = False
    page.person.save(update_fields=["is_active"])


def _change_password(page: OpenPage) -> None:
    page.person.set_password("une autre phrase de passe")
    page.person.save(update_fields=["password"])


@pytest.mark.parametrize("end", [_sign_out, _deactivate, _change_password])
async def test_a_sign_in_that_ends_ends_its_pages_at_once(page, end):
    leaving, staying = await page(), await page()
    await leaving.watch("test:a")
    await staying.watch("test:a")
    await in_thread(end, leaving)
    assert await asyncio.wait_for(leaving.closed(), 2) == Close.SESSION_GONE
    await happens()
    assert (await staying.hear())["t"] == "ev"


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


async def test_ten_thousand_watch_requests_cost_a_hundred_and_twenty(page):
    asking = await page()
    for _ in range(10_000):
        await asking.say('{"t":"watch","proto":1,"topics":{"test:a":[0,0]}}')
    asked = []
    guards.register("test", lambda person, topic_id: bool(asked.append(topic_id)) or True)
    assert await asking.closed() == Close.FLOOD
    assert len(asked) <= consumers.FRAMES_A_MINUTE


# --- frames written to the transport -----------------------------------------------------------------------


class Wire(asyncio.Transport):
    """A connection's transport: what was written to it, and how much of it the other side has not read."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.unread = 0
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def heard(self) -> list[dict[str, object]]:
        """The frames, as a client reads them."""
        reader = StreamReader()
        reader.feed_data(b"".join(self.written))
        frames = []
        while True:
            parsing = WireFrame.parse(reader.read_exact, mask=False)
            try:
                next(parsing)
            except StopIteration as parsed:
                frames.append(json.loads(parsed.value.data))
            else:
                return frames


async def on_a_wire(page, person=None) -> tuple[OpenPage, Wire]:
    opened = OpenPage((await page(person)).client)
    wire = Wire()
    opened.scope["extensions"] = {EXTENSION: {"transport": wire}}
    await opened.open()
    await opened.say({"t": "watch", "proto": 1, "topics": {"test:a": [0, 0]}})
    while not wire.written:
        await asyncio.sleep(0.01)
    return opened, wire


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_frames_written_to_a_transport_are_those_that_the_server_would_send(page):
    opened, wire = await on_a_wire(page)
    over_asgi = await page()
    await over_asgi.watch("test:a")
    for size in (1, 100, 2_000, 70_000):
        await happens(html="é" * size)
    expected = [await over_asgi.hear() for _ in range(4)]
    await until(lambda: len(wire.heard()) == 5)
    assert wire.heard()[0]["t"] == "welcome"
    assert wire.heard()[1:] == expected
    assert await opened.receive_nothing(0.1)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
async def test_a_frame_of_any_size_is_well_formed(size):
    payload = b"x" * size
    assert websocket_frame(payload) == WireFrame(Opcode.TEXT, payload).serialize(mask=False, extensions=[])


async def test_what_comes_together_is_written_together_and_the_author_alone_learns_her_id(page):
    author, her_wire = await on_a_wire(page)
    _, wire = await on_a_wire(page)
    by = (await in_thread(lambda: sign_in_of(author.scope["headers"][1][1].decode().partition("=")[2]))).person.pk
    before = len(wire.written)
    once = uuid4()
    for seq in range(1, 6):
        hub.tell(Event("test:a", 1, seq, "said", {}, "", by, once if seq == 3 else None))
    await until(lambda: len(wire.heard()) == 6)
    assert len(wire.written) == before + 1
    assert [event.get("client_id") for event in her_wire.heard()[1:]] == [None, None, str(once), None, None]
    assert not any("client_id" in event for event in wire.heard()[1:])


async def test_a_room_that_is_shouted_in_is_written_to_in_bursts(page, monkeypatch):
    monkeypatch.setattr(rooms, "REST", 0.1)
    _, wire = await on_a_wire(page)
    before = len(wire.written)
    for seq in range(1, 11):
        hub.tell(Event("test:a", 1, seq, "said", {}))
        await asyncio.sleep(0.002)
    await until(lambda: len(wire.heard()) == 11)
    assert [event["seq"] for event in wire.heard()[1:]] == list(range(1, 11))
    assert len(wire.written) == before + 2  # the first at once, the others when the room has rested


async def test_a_socket_that_does_not_read_is_cut_off_and_told_nothing_more(page):
    slow, wire = await on_a_wire(page)
    wire.unread = watchers.LIMIT + 1
    before = len(wire.written)
    await happens()
    assert await slow.closed() == Close.TOO_SLOW
    await happens()
    assert len(wire.written) == before


async def test_a_socket_that_is_closing_is_not_written_to(page):
    _, wire = await on_a_wire(page)
    wire.abort()
    before = len(wire.written)
    await happens()
    await asyncio.sleep(0.1)
    assert len(wire.written) == before


async def test_goodbye_is_written_before_the_close(page, monkeypatch):
    monkeypatch.setattr(consumers, "FAREWELL", 0.1)
    leaving, wire = await on_a_wire(page)
    hub.tell(Event("test:a", 1, 1, "moved", {}))
    await asyncio.sleep(0)
    hub.drain()
    assert await leaving.closed() == Close.RESTART
    assert [frame["t"] for frame in wire.heard()] == ["welcome", "ev", "bye"]
    await until(lambda: wire.aborted)  # it never answered our close


# --- slow pages and ends -----------------------------------------------------------------------------------


async def test_a_page_that_reads_nothing_is_cut_off_and_delays_nobody(page, monkeypatch):
    monkeypatch.setattr(watchers, "LIMIT", 10_000)
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
    missed, welcome = json.loads(await poll.said())["frames"]
    assert (missed["t"], missed["seq"]) == ("ev", 3)
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


async def test_who_loses_a_right_stops_hearing_over_the_other_ways_in_too(page, ears):
    leaving = await page()
    stream = ask(leaving.client, "/live/sse/", "test:a")
    poll = ask(leaving.client, "/live/poll/", "test:a")
    await stream.start()
    await stream.said()
    await stream.said()
    answer = asyncio.create_task(poll.status())
    await asyncio.sleep(0.2)

    def leaves() -> None:
        with transaction.atomic():
            ears.discard(leaving.person.pk)
            recheck(leaving.person.pk)

    await in_thread(leaves)
    async with asyncio.timeout(5):
        assert '"revoke"' in await stream.said()
        assert await stream.said() == ""  # it ends
        assert await answer == 200
        assert [frame["t"] for frame in json.loads(await poll.said())["frames"]] == ["welcome", "revoke"]
    await happens()
    again = ask(leaving.client, "/live/poll/", "test:a")
    assert await again.status() == 200
    assert [frame["t"] for frame in json.loads(await again.said())["frames"]] == ["revoke", "welcome"]


async def test_a_page_that_polls_again_hears_what_came_meanwhile_without_a_query(page):
    client = (await page()).client
    poll = ask(client, "/live/poll/", "test:a@1.0&now=1")
    assert await poll.status() == 200
    asked: list[str] = []
    guards.register("test", lambda person, topic_id: bool(asked.append(topic_id)) or True)
    for seq in (1, 2):
        await happens()
        again = ask(client, "/live/poll/", f"test:a@1.{seq - 1}")
        assert await again.status() == 200
        assert [frame["seq"] for frame in json.loads(await again.said())["frames"]] == [seq]
    assert asked == []
    elsewhere = ask(client, "/live/poll/", "test:a@1.1")  # an answer was lost on the way: it is told once more
    assert await elsewhere.status() == 200
    assert [frame["t"] for frame in json.loads(await elsewhere.said())["frames"]] == ["ev", "welcome"]
    assert asked == ["a"]


async def test_a_page_that_has_just_come_is_welcomed_whoever_asked_before(page):
    """It asks once whether the server is there before it turns to this way in."""
    client = (await page()).client
    for _ in range(2):
        poll = ask(client, "/live/poll/", "test:a@1.0&now=1")
        assert await poll.status() == 200
        assert [frame["t"] for frame in json.loads(await poll.said())["frames"]] == ["welcome"]


async def test_a_page_that_does_not_ask_again_is_forgotten(page, monkeypatch):
    monkeypatch.setattr(lingering, "LINGER", 0.1)
    client = (await page()).client
    poll = ask(client, "/live/poll/", "test:a@1.0&now=1")
    assert await poll.status() == 200
    assert len(hub._watchers) == 2
    await until(lambda: len(hub._watchers) == 1)


async def test_pages_between_two_polls_leave_their_place_to_others(page):
    first = await page()
    for _ in range(10):
        poll = ask(first.client, "/live/poll/", "test:a@1.0&now=1")
        assert await poll.status() == 200
        await happens()
    for _ in range(7):
        stream = ask(first.client, "/live/sse/", "test:a")
        assert (await stream.start())["status"] == 200


async def test_who_signs_out_between_two_polls_is_not_answered(page):
    client = (await page()).client
    assert await ask(client, "/live/poll/", "test:a@1.0&now=1").status() == 200
    again = ask(client, "/live/poll/", "test:a@1.0")
    await in_thread(client.logout)
    await asyncio.sleep(0.1)
    assert await again.status() == 401


async def test_a_poll_that_waits_hears_a_whisper(page):
    poll = ask((await page()).client, "/live/poll/", "test:a")
    answer = asyncio.create_task(poll.status())
    await asyncio.sleep(0.2)
    hub.tell_whisper("test:a", "typing", {})
    assert await asyncio.wait_for(answer, 2) == 200
    assert [frame["t"] for frame in json.loads(await poll.said())["frames"]] == ["welcome", "whisper"]


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
