"""What is said to pages, encoded once for each way in however many pages hear it."""

from collections.abc import Iterable
from functools import cached_property


def websocket_frame(payload: bytes) -> bytes:
    """An unmasked text frame, as a server sends it (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Frame:
    """One frame of the protocol."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def socket(self) -> bytes:
        return websocket_frame(self.text.encode())

    @cached_property
    def stream(self) -> bytes:
        return f"data: {self.text}\n\n".encode()


class Burst:
    """Frames said in one go: one write for each page."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.frames = tuple(frames)

    @cached_property
    def socket(self) -> bytes:
        return b"".join([frame.socket for frame in self.frames])

    @cached_property
    def stream(self) -> bytes:
        return b"".join([frame.stream for frame in self.frames])

    @cached_property
    def size(self) -> int:
        return sum(len(frame.text) for frame in self.frames)
