"""One watched topic in this process: its events go to its pages in order, without a hole, nothing twice."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from uuid import UUID

from live.frames import Event
from live.models import LiveEvent
from live.threads import in_thread
from live.watchers import Watcher
from live.wire import Burst

logger = logging.getLogger(__name__)

GAP = 0.2  # seconds that a missing number may take to arrive by itself
PAGE = 200  # events read from the log at once
#: Seconds of rest after a write, for each page that was written to. What is said meanwhile goes out together, so that
#: a room of a thousand in which everybody talks costs fewer writes, and a small one none of its promptness.
REST = 40e-6


def read_log(topic: str, after: int) -> list[Event]:
    return [Event.of(row) for row in LiveEvent.objects.after(topic, after)[:PAGE]]


class Room:
    def __init__(
        self,
        topic: str,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        pages_of: Callable[[UUID], Iterable[Watcher]],
    ) -> None:
        self.topic = topic
        self.epoch = 0
        self.head: int | None = None  # number of the last event delivered here; None until the database has said
        self.watchers: set[Watcher] = set()
        self._spawn = spawn
        self._pages_of = pages_of
        self._wanted = 0  # highest number heard of
        self._held: dict[int, Event] = {}  # events that came before one with a lower number
        self._reading = False
        self._unsaid: list[Event] = []  # delivered, and about to be written
        self._saying: asyncio.Handle | None = None
        self._rested = 0.0

    def hear(self, seq: int, event: Event | None = None) -> None:
        """Event number `seq` has been committed; `event` when it comes with the news."""
        if self.head is not None and seq <= self.head:
            return
        self._wanted = max(self._wanted, seq)
        if event is not None:
            self._held[seq] = event
        self._go_on(patience=GAP if event is not None else 0)

    def stand_at(self, epoch: int, seq: int) -> None:
        """Go on to where the database stands."""
        if epoch != self.epoch:  # new here, or restored from a backup
            if self.head is not None:
                self._held, self._wanted = {}, 0
            self.epoch, self.head = epoch, seq
        self._wanted = max(self._wanted, seq)
        self._go_on()

    def _go_on(self, *, patience: float = 0) -> None:
        """Deliver what can be, and have the rest read from the log."""
        self._deliver_held()
        if self.head is not None and self.head < self._wanted and not self._reading:
            self._reading = True
            self._spawn(self._read(patience))

    def _deliver_held(self) -> None:
        if self.head is None:
            return
        while event := self._held.pop(self.head + 1, None):
            self._deliver(event)
        if self._held:
            self._held = {seq: event for seq, event in self._held.items() if seq > self.head}

    async def _read(self, patience: float) -> None:
        """Fill what is missing from the log."""
        try:
            if patience:
                await asyncio.sleep(patience)
            while self.watchers and self.head is not None and self.head < self._wanted:
                events = await in_thread(read_log, self.topic, self.head)
                for event in events:
                    if event.seq > self.head:
                        self._deliver(event)
                self._deliver_held()
                if not events:  # pruned, or a number that never was: pages that miss something will ask for it
                    self._wanted = self.head
        except Exception:
            logger.exception("Could not read the log of a topic")  # the next heartbeat tries again
        finally:
            self._reading = False

    # --- writing ----------------------------------------------------------------------------------------------

    def _deliver(self, event: Event) -> None:
        self.head = event.seq
        self._unsaid.append(event)
        if self._saying is None:
            loop = asyncio.get_running_loop()
            wait = self._rested - loop.time()
            self._saying = loop.call_later(wait, self.say) if wait > 0 else loop.call_soon(self.say)

    def say(self) -> None:
        """Write what has been delivered, at once; the pages of an event's author hear under which id she sent it."""
        if self._saying is None:
            return
        self._saying.cancel()
        self._saying = None
        events, self._unsaid = self._unsaid, []
        for_all = Burst([event.frame for event in events])
        own: dict[Watcher, Burst] = {}
        for author in {event.by for event in events if event.by and event.client_id}:
            hers = Burst([event.frame_for(author) for event in events])
            own.update(dict.fromkeys(self._pages_of(author), hers))
        for watcher in self.watchers:
            watcher.put(own.get(watcher, for_all))
        self._rested = asyncio.get_running_loop().time() + REST * len(self.watchers)

    def whisper(self, burst: Burst) -> None:
        self.say()
        for watcher in self.watchers:
            watcher.whisper(burst)
