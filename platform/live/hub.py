"""One hub a process: it hears of each event once, encodes it once, and writes it to the pages that watch its topic.

The truth is the log in the database. The hub keeps, for each watched topic, the number of the last event it has
delivered, and whatever reaches it (this process, Redis, a heartbeat) only makes it go on from there: in order,
without a hole, nothing twice.
"""

import asyncio
import logging
import random
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from types import FrameType
from typing import Any
from uuid import UUID

from django.conf import settings

from live import frames, guards, threads
from live.bus import Bus, Outside
from live.frames import Close, Event, Heads
from live.models import LiveEvent, Topic
from live.sessions import person_of
from live.threads import in_thread

logger = logging.getLogger(__name__)

LEASE = 10.0  # seconds after which the guards are asked again
GAP = 0.2  # seconds that a missing number may take to arrive by itself
TICK = 1.0
QUEUE = 256  # frames that may wait for one page
PER_PERSON = 8  # pages of one person that may listen to one process
PERSON = "person"  # the kind of the knock that says: ask the guards again for this person


class Watcher:
    """One open page: who it belongs to, what it listens to, what waits to be written to it."""

    def __init__(self, person: Any, session_key: str) -> None:
        self.person = person
        self.session_key = session_key
        self.topics: set[str] = set()
        self.code = 0
        self.queue: asyncio.Queue[str | None] = asyncio.Queue()
        #: done when the page is cut off without waiting for what is still to be written
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put(self, frame: str) -> None:
        if self.code:
            return
        if self.queue.qsize() >= QUEUE:
            self.cut(Close.TOO_SLOW)
        else:
            self.queue.put_nowait(frame)

    def finish(self, code: int) -> None:
        """Close with `code` after what is already waiting has been written."""
        if not self.code:
            self.code = code
            self.queue.put_nowait(None)

    def cut(self, code: int) -> None:
        """Close with `code` now: the page comes back and catches up."""
        if not self.code:
            self.code = code
            self.over.set_result(None)


class Room:
    """What this process knows of one watched topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.epoch = 0
        self.head: int | None = None  # number of the last event delivered here; None until the database has said
        self.wanted = 0  # highest number heard of
        self.held: dict[int, Event] = {}  # events that came before one with a lower number
        self.watchers: set[Watcher] = set()
        self.reading = False


def _heads(topics: Iterable[str]) -> dict[str, tuple[int, int]]:
    known = Topic.objects.filter(name__in=topics).values_list("name", "epoch", "seq")
    heads = dict.fromkeys(topics, (1, 0))
    heads.update({name: (epoch, seq) for name, epoch, seq in known})
    return heads


def _events(topic: str, after: int) -> list[Event]:
    return [Event.of(row) for row in LiveEvent.objects.after(topic, after)[:200]]


def _still_heard(session_key: str, topics: set[str]) -> set[str] | None:
    """What the person of this session may hear of `topics` now; None when the session is gone."""
    person = person_of(session_key)
    return None if person is None else guards.audible(person, topics)


class Hub:
    def __init__(self) -> None:
        self.draining = False
        self.lag = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bus: Bus | None = None
        self._outside: Outside | None = None
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._watchers: set[Watcher] = set()
        self._people: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rechecks = 0

    # --- from any thread ------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Deliver an event that has just been committed, here and in the other processes."""
        self._hand_over(lambda: self._hear(event.topic, event.seq, event), event.topic, event.seq)

    def tell_recheck(self, person_pk: UUID) -> None:
        """Ask the guards again for the pages of a person, here and in the other processes."""
        self._hand_over(lambda: self._recheck(person_pk), f"{PERSON}:{person_pk}", 0)

    def _hand_over(self, act: Callable[[], None], topic: str, seq: int) -> None:
        def in_loop() -> None:
            act()
            if self._bus:
                self._bus.tell(topic, seq)

        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(in_loop)
        elif settings.REDIS_URL:
            with self._lock:
                self._outside = self._outside or Outside()
            self._outside.tell(topic, seq)

    # --- life -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work in the running event loop; nothing when it already does."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._clear()
        self._loop = loop
        self.draining = False
        if settings.REDIS_URL:
            self._bus = Bus(settings.REDIS_URL, heard=self.heard, back=lambda: self._spawn(self._compare()))
        for work in (self._beat, self._renew, self._tick):
            self._spawn(self._always(work))

    @property
    def hears_others(self) -> bool:
        """False while Redis is away: other processes' events then come with the heartbeat."""
        return self._bus is None or self._bus.listening

    def drain_on_signals(self) -> None:
        """Say goodbye to the pages as soon as the process is asked to end, before the server closes them."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)

            def then(signum: int, frame: FrameType | None, previous: Any = previous) -> None:
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self.drain)
                if callable(previous):
                    previous(signum, frame)

            signal.signal(number, then)

    def drain(self) -> None:
        """Send every page away; each comes back after a time of its own, so that they do not come back together."""
        self.draining = True
        for watcher in list(self._watchers):
            watcher.put(frames.bye(random.randint(0, 5000)))  # noqa: S311
            watcher.finish(Close.RESTART)

    async def stop(self) -> None:
        self.drain()
        if self._bus:
            await self._bus.stop()
            self._bus = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(threads.close)
        self._loop = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _always(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:  # the database may be away for a while; the hub is not
                logger.exception("The hub goes on after a failure")
                await asyncio.sleep(TICK)

    # --- pages ------------------------------------------------------------------------------------------------

    def admit(self, watcher: Watcher) -> bool:
        """Take in a page, unless its owner has too many already."""
        if self._people[watcher.person.pk] >= PER_PERSON:
            return False
        self._people[watcher.person.pk] += 1
        self._watchers.add(watcher)
        if self.draining:
            watcher.finish(Close.RESTART)
        return True

    def dismiss(self, watcher: Watcher) -> None:
        if watcher in self._watchers:
            self._watchers.discard(watcher)
            self._people[watcher.person.pk] -= 1
            self._people += Counter()  # forget those who are at zero
        self.unwatch(watcher, list(watcher.topics))

    async def watch(self, watcher: Watcher, topics: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Let a page listen to those of `topics` it may hear; it is told where each stands, and what it may not hear.

        Listening begins before the heads are read, so that nothing falls between what the page catches up and what
        it hears.
        """
        asked = set(topics)
        while True:
            rechecks = self._rechecks
            heard = await in_thread(guards.audible, watcher.person, asked)
            if rechecks == self._rechecks:
                break
        if len(watcher.topics | heard) > frames.MAX_TOPICS:
            watcher.finish(Close.INVALID)
            return {}
        for topic in sorted(asked - heard):
            watcher.put(frames.revoke(topic))
        for topic in heard:
            self._rooms.setdefault(topic, Room(topic)).watchers.add(watcher)
            watcher.topics.add(topic)
        heads = await in_thread(_heads, heard)
        self._compare_with(heads)
        watcher.put(frames.welcome(watcher.person.pk, heads))
        return heads

    def unwatch(self, watcher: Watcher, topics: Iterable[str]) -> None:
        for topic in topics:
            watcher.topics.discard(topic)
            if room := self._rooms.get(topic):
                room.watchers.discard(watcher)
                if not room.watchers:
                    del self._rooms[topic]

    # --- events -----------------------------------------------------------------------------------------------

    def heard(self, topic: str, seq: int) -> None:
        """Another process, or this one, says through Redis that something happened."""
        kind, _, rest = topic.partition(":")
        if kind == PERSON:
            try:
                self._recheck(UUID(rest))
            except ValueError:
                logger.warning("Not a person: %.80r", rest)
        else:
            self._hear(topic, seq)

    def _hear(self, topic: str, seq: int, event: Event | None = None) -> None:
        room = self._rooms.get(topic)
        if room is None or (room.head is not None and seq <= room.head):
            return
        room.wanted = max(room.wanted, seq)
        if event is not None:
            room.held[seq] = event
        self._go_on(room, patience=GAP if event is not None else 0)

    def _go_on(self, room: Room, *, patience: float = 0) -> None:
        """Deliver what can be, and have the rest read from the log."""
        self._deliver_held(room)
        if room.head is not None and room.head < room.wanted and not room.reading:
            room.reading = True
            self._spawn(self._read(room, patience))

    def _deliver_held(self, room: Room) -> None:
        if room.head is None:
            return
        while event := room.held.pop(room.head + 1, None):
            self._deliver(room, event)
        room.held = {seq: event for seq, event in room.held.items() if seq > room.head}

    def _deliver(self, room: Room, event: Event) -> None:
        room.head = event.seq
        for watcher in list(room.watchers):
            watcher.put(event.frame_for(watcher.person.pk))

    async def _read(self, room: Room, patience: float) -> None:
        """Fill what is missing from the log."""
        try:
            await asyncio.sleep(patience)
            while room.watchers and room.head is not None and room.head < room.wanted:
                events = await in_thread(_events, room.topic, room.head)
                for event in events:
                    if event.seq > room.head:
                        self._deliver(room, event)
                self._deliver_held(room)
                if not events:  # pruned, or a number that never was: pages that miss something will ask for it
                    room.wanted = room.head
        except Exception:
            logger.exception("Could not read the log of a topic")  # the next heartbeat tries again
        finally:
            room.reading = False

    def _compare_with(self, heads: Heads) -> None:
        """Go on to where the database stands."""
        for topic, (epoch, seq) in heads.items():
            if (room := self._rooms.get(topic)) is None:
                continue
            if epoch != room.epoch:  # new here, or restored from a backup
                if room.head is not None:
                    room.held, room.wanted = {}, 0
                room.epoch, room.head = epoch, seq
            room.wanted = max(room.wanted, seq)
            self._go_on(room)

    async def _compare(self) -> None:
        self._compare_with(await in_thread(_heads, list(self._rooms)))

    # --- what runs all the time -------------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Tell each page where its topics stand, so that even a last event lost on the way is noticed."""
        await asyncio.sleep(frames.HEARTBEAT if self.hears_others else frames.HEARTBEAT / 3)
        await self._compare()
        beats: dict[frozenset[str], str] = {}
        for watcher in list(self._watchers):
            topics = frozenset(watcher.topics)
            if topics not in beats:
                rooms = [self._rooms[topic] for topic in topics if topic in self._rooms]
                beats[topics] = frames.heartbeat({room.topic: (room.epoch, room.head or 0) for room in rooms})
            watcher.put(beats[topics])

    async def _renew(self) -> None:
        await asyncio.sleep(LEASE)
        for watcher in list(self._watchers):
            await self._ask_again(watcher)

    def _recheck(self, person_pk: UUID) -> None:
        self._rechecks += 1
        for watcher in self._watchers:
            if watcher.person.pk == person_pk:
                self._spawn(self._ask_again(watcher))

    async def _ask_again(self, watcher: Watcher) -> None:
        topics = set(watcher.topics)
        heard = await in_thread(_still_heard, watcher.session_key, topics)
        if heard is None:
            watcher.finish(Close.SESSION_GONE)
            return
        lost = (topics - heard) & watcher.topics
        self.unwatch(watcher, lost)
        for topic in sorted(lost):
            watcher.put(frames.revoke(topic))
        if lost and not watcher.topics:
            watcher.finish(Close.REVOKED)

    async def _tick(self) -> None:
        """Measure how late the event loop is."""
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK
        await asyncio.sleep(TICK)
        self.lag = loop.time() - due


hub = Hub()
