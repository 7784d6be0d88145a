"""One hub a process: it hears of each event once, encodes it once, and writes it to the pages that watch its topic.

The truth is the log in the database. The hub keeps a room for each watched topic (`live.rooms`), and whatever reaches
it (this process, Redis, a heartbeat) only makes the room go on from the last event it has delivered.
"""

import asyncio
import itertools
import logging
import random
import signal
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from types import FrameType
from typing import Any
from uuid import UUID

from django.conf import settings

from live import bus, frames, guards, questions, threads
from live.bus import Bus, Outside
from live.frames import Close, Event, Heads
from live.lingering import Lingering
from live.rooms import Room
from live.threads import in_thread
from live.watchers import Watcher
from live.wire import Burst

logger = logging.getLogger(__name__)

LEASE = 10.0  # seconds after which the guards are asked again
TICK = 1.0
PER_PERSON = 8  # pages of one person that may listen to one process
MISSED = 128 * 1024  # characters of missed events that come with a welcome; a page asks for the rest
RECHECK = "recheck"  # the kind of the knock that says: ask the guards again for this person


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
        self._people: dict[UUID, set[Watcher]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._rechecks = 0
        self._turns = itertools.count()
        self.lingering = Lingering(self.dismiss)

    # --- from any thread ------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Deliver an event that has just been committed, here and in the other processes."""
        self._hand_over(lambda: self._hear(event.topic, event.seq, event), bus.knock(event.topic, event.seq))

    def tell_whisper(self, topic: str, kind: str, facts: Mapping[str, Any]) -> None:
        """Say something that is not kept, here and in the other processes."""
        self._hand_over(lambda: self.whispered(topic, kind, facts), bus.whisper(topic, kind, facts))

    def tell_recheck(self, person_pk: UUID) -> None:
        """Ask the guards again for the pages of a person, here and in the other processes."""
        self._hand_over(lambda: self._recheck(person_pk), bus.knock(f"{RECHECK}:{person_pk}", 0))

    def _hand_over(self, act: Callable[[], None], said: str) -> None:
        def in_loop() -> None:
            act()
            if self._bus:
                self._bus.tell(said)

        loop = self._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(in_loop)
        elif settings.REDIS_URL:
            with self._lock:
                self._outside = self._outside or Outside()
            self._outside.tell(said)

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
            self._bus = Bus(settings.REDIS_URL, self, back=lambda: self._spawn(self._compare()))
        for work in (self._look, self._beat, self._renew, self._tick):
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
        self._say_all()
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
        """Take in a page, unless its owner has too many already; one that lingered is in."""
        if watcher in self._watchers:
            return True
        if len(self._pages_of(watcher.person.pk)) >= PER_PERSON:
            self.lingering.make_room(watcher.sign_in.key)
        hers = self._people.setdefault(watcher.person.pk, set())
        if len(hers) >= PER_PERSON:
            return False
        hers.add(watcher)
        self._watchers.add(watcher)
        watcher.turn = next(self._turns)
        if self.draining:
            watcher.finish(Close.RESTART)
        return True

    def dismiss(self, watcher: Watcher) -> None:
        self.unwatch(watcher, list(watcher.topics))
        self._watchers.discard(watcher)
        if hers := self._people.get(watcher.person.pk):
            hers.discard(watcher)
            if not hers:
                del self._people[watcher.person.pk]

    def _pages_of(self, person_pk: UUID) -> Collection[Watcher]:
        return self._people.get(person_pk, ())

    def told(self, watcher: Watcher) -> Heads:
        """Have everything said that is about to be; up to where has the page then been told?"""
        rooms = [self._rooms[topic] for topic in watcher.topics]
        for room in rooms:
            room.say()
        return {room.topic: (room.epoch, room.head or 0) for room in rooms}

    async def watch(self, watcher: Watcher, wanted: Heads) -> dict[str, tuple[int, int]]:
        """Let a page listen to what it may hear; it is told what it may not, what it missed, where each topic stands.

        Listening begins before the log is read, so that nothing falls between what the page missed and what it hears.
        """
        asked = set(wanted)
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
        if watcher in self._watchers:  # it may have left meanwhile
            for topic in heard:
                self._room(topic).watchers.add(watcher)
                watcher.topics.add(topic)
        heads, missed = await in_thread(questions.heads_and_missed, heard, wanted)
        self._compare_with(heads)
        self._say_all()
        self._tell_missed(watcher, missed)
        watcher.put(frames.welcome(watcher.person.pk, heads))
        return heads

    def _tell_missed(self, watcher: Watcher, missed: Iterable[Event]) -> None:
        told, size = [], 0
        for event in missed:
            frame = event.frame_for(watcher.person.pk)
            size += len(frame.text)
            if size > MISSED:
                break
            if event.topic in watcher.topics:
                told.append(frame)
        if told:
            watcher.put(Burst(told))

    def _room(self, topic: str) -> Room:
        if topic not in self._rooms:
            self._rooms[topic] = Room(topic, self._spawn, self._pages_of)
        return self._rooms[topic]

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
        if kind == RECHECK:
            try:
                self._recheck(UUID(rest))
            except ValueError:
                logger.warning("Not a person: %.80r", rest)
        else:
            self._hear(topic, seq)

    def _hear(self, topic: str, seq: int, event: Event | None = None) -> None:
        if room := self._rooms.get(topic):
            room.hear(seq, event)

    def whispered(self, topic: str, kind: str, facts: Mapping[str, Any]) -> None:
        if room := self._rooms.get(topic):
            room.whisper(frames.whisper(topic, kind, facts))

    def _say_all(self) -> None:
        for room in self._rooms.values():
            room.say()

    def _compare_with(self, heads: Heads) -> None:
        for topic, (epoch, seq) in heads.items():
            if room := self._rooms.get(topic):
                room.stand_at(epoch, seq)

    async def _compare(self) -> None:
        self._compare_with(await in_thread(questions.heads_of, list(self._rooms)))

    # --- what runs all the time -------------------------------------------------------------------------------

    @property
    def _rhythm(self) -> float:
        return frames.HEARTBEAT if self.hears_others else frames.HEARTBEAT / 3

    async def _look(self) -> None:
        """Compare with the database, so that even a last event lost on the way is noticed."""
        await asyncio.sleep(self._rhythm)
        await self._compare()

    async def _beat(self) -> None:
        """Tell each page where its topics stand, once a heartbeat: some at each step, with one frame for like pages."""
        steps = max(1, round(self._rhythm / TICK))
        for step in range(steps):
            await asyncio.sleep(self._rhythm / steps)
            self._say_all()
            beats: dict[frozenset[str], Burst] = {}
            for watcher in self._watchers:
                if watcher.turn % steps != step:
                    continue
                topics = frozenset(watcher.topics)
                if topics not in beats:
                    rooms = [self._rooms[topic] for topic in topics]
                    beats[topics] = frames.heartbeat({r.topic: (r.epoch, r.head) for r in rooms if r.head is not None})
                watcher.put(beats[topics])

    async def _renew(self) -> None:
        await asyncio.sleep(LEASE)
        await self._ask_again(self._watchers)

    def _recheck(self, person_pk: UUID) -> None:
        self._rechecks += 1
        if hers := self._people.get(person_pk):
            self._spawn(self._ask_again(hers))

    async def _ask_again(self, watchers: Iterable[Watcher]) -> None:
        asked = {watcher: set(watcher.topics) for watcher in watchers}
        said = await in_thread(questions.still_heard, {watcher.sign_in: topics for watcher, topics in asked.items()})
        for watcher, topics in asked.items():
            if watcher not in self._watchers:
                continue
            answer = said[watcher.sign_in]
            if answer is None:
                watcher.finish(Close.SESSION_GONE)
                continue
            watcher.sign_in, heard = answer
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
