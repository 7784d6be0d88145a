"""The open pages of this process: whose they are, what they listen to, how words reach them."""

import asyncio
from typing import Any

from live.frames import Close
from live.sessions import SignIn
from live.wire import Burst

LIMIT = 512 * 1024  # bytes that may wait for one page; it is then cut off, comes back and catches up
LAG = 16 * 1024  # bytes that may wait for a page that whispers still reach


class Watcher:
    """One open page."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.topics: set[str] = set()
        self.code = 0
        self.turn = 0  # when the heartbeat comes by
        #: done when the connection is to be closed with `code`, whatever still waits to be written
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def person(self) -> Any:
        return self.sign_in.person

    def put(self, burst: Burst) -> None:
        """Write, or cut the page off when it is too far behind. Never waits."""
        if self.code:
            return
        if self.waiting > LIMIT:
            self.cut(Close.TOO_SLOW)
        else:
            self._write(burst)

    def whisper(self, burst: Burst) -> None:
        """Write, unless the page is behind."""
        if not self.code and self.waiting < LAG:
            self._write(burst)

    def finish(self, code: int) -> None:
        """Close with `code` after what is already waiting has been written."""
        self.cut(code)

    def cut(self, code: int) -> None:
        """Close with `code` now: the page comes back and catches up."""
        if not self.code:
            self.code = code
            self.over.set_result(None)

    @property
    def waiting(self) -> int:
        """Bytes that the page has not taken yet."""
        raise NotImplementedError

    def _write(self, burst: Burst) -> None:
        raise NotImplementedError


class Direct(Watcher):
    """A page whose frames are written to its transport, past the server's own encoding.

    Order holds because the server writes to the same transport, whole frames only, and closes by itself.
    """

    def __init__(self, sign_in: SignIn, transport: asyncio.Transport) -> None:
        super().__init__(sign_in)
        self._transport = transport

    @property
    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    def _write(self, burst: Burst) -> None:
        # What is written within one turn of the loop leaves in one system call: uvloop gathers it.
        if not self._transport.is_closing():
            self._transport.write(burst.socket)


class Queued(Watcher):
    """A page that is written to by a task of its own: over HTTP, and on servers that keep their transports."""

    def __init__(self, sign_in: SignIn) -> None:
        super().__init__(sign_in)
        self.stirred = asyncio.Event()
        self.lingers = False  # between two polls
        self._bursts: list[Burst] = []
        self._waiting = 0

    @property
    def waiting(self) -> int:
        return self._waiting

    def _write(self, burst: Burst) -> None:
        self._bursts.append(burst)
        self._waiting += burst.size
        self.stirred.set()

    def finish(self, code: int) -> None:
        if not self.code:
            self.code = code
            self.stirred.set()

    def take(self) -> Burst:
        """Everything that waits."""
        frames = [frame for burst in self._bursts for frame in burst.frames]
        taken = self._bursts[0] if len(self._bursts) == 1 else Burst(frames)
        self._bursts.clear()
        self._waiting = 0
        self.stirred.clear()
        return taken
