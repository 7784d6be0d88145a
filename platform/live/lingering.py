"""Pages that poll go on listening between two of their questions, so that asking again costs the database nothing."""

import asyncio
from collections.abc import Callable

from live.frames import Heads
from live.watchers import Queued

LINGER = 3.0  # seconds that a page has to ask again

#: A session and what its page has read: whoever asks again with the same has missed nothing.
Key = tuple[str, frozenset[tuple[str, int]]]


def _key(session_key: str, heads: Heads) -> Key:
    return session_key, frozenset((topic, seq) for topic, (_, seq) in heads.items())


class Lingering:
    def __init__(self, dismiss: Callable[[Queued], None]) -> None:
        self._dismiss = dismiss
        self._pages: dict[Key, list[Queued]] = {}

    def keep(self, watcher: Queued, read: Heads) -> None:
        """Let a page that has `read` so far listen on for a while."""
        key = _key(watcher.sign_in.key, read)
        self._pages.setdefault(key, []).append(watcher)
        watcher.lingers = True
        asyncio.get_running_loop().call_later(LINGER, self._drop, key, watcher)

    def take(self, session_key: str, seen: Heads) -> Queued | None:
        """The page that comes back, unless it was sent away meanwhile."""
        key = _key(session_key, seen)
        while pages := self._pages.get(key):
            watcher = pages[-1]
            if not watcher.code:
                self._forget(key, watcher)
                return watcher
            self._drop(key, watcher)
        return None

    def make_room(self, session_key: str) -> None:
        """Someone's other pages need the places of those that may not come back."""
        for key in [key for key in self._pages if key[0] == session_key]:
            for watcher in list(self._pages[key]):
                self._drop(key, watcher)

    def _drop(self, key: Key, watcher: Queued) -> None:
        if watcher in self._pages.get(key, ()):
            self._forget(key, watcher)
            self._dismiss(watcher)

    def _forget(self, key: Key, watcher: Queued) -> None:
        watcher.lingers = False
        self._pages[key].remove(watcher)
        if not self._pages[key]:
            del self._pages[key]
