"""What travels between a page and the server: its shape, its limits, its closing codes."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from live.wire import Burst, Frame

if TYPE_CHECKING:
    from live.models import LiveEvent

PROTOCOL = 1
HEARTBEAT = 15.0  # seconds
MAX_FRAME = 4096  # bytes, from a page
MAX_TOPICS = 20  # a page
MAX_NUMBER = 2**53 - 1  # what a page can count to
TOPIC = re.compile(r"[a-z_]{1,20}:[A-Za-z0-9-]{1,50}")

#: topic -> (epoch, number of its last event)
Heads: TypeAlias = Mapping[str, tuple[int, int]]


class Close:
    """Why a socket was closed."""

    INVALID = 1008
    TOO_BIG = 1009
    RESTART = 1012
    SESSION_GONE = 4401
    REVOKED = 4403
    TOO_SLOW = 4408
    FLOOD = 4429


class BadFrame(ValueError):
    """A page said something that the protocol does not know; `code` closes its socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Event:
    """One row of a topic's log, encoded once for all its watchers."""

    topic: str
    epoch: int
    seq: int
    kind: str
    facts: Mapping[str, Any]
    html: str = ""
    by: UUID | None = None
    client_id: UUID | None = None

    @classmethod
    def of(cls, row: "LiveEvent") -> "Event":
        topic = row.topic
        return cls(topic.name, topic.epoch, row.seq, row.kind, row.facts, row.html, row.by, row.client_id)

    def as_dict(self, *, own: bool = False) -> dict[str, Any]:
        """The event as `own` pages of its author, or everybody else's, read it."""
        told: dict[str, Any] = {
            "t": "ev",
            "topic": self.topic,
            "epoch": self.epoch,
            "seq": self.seq,
            "kind": self.kind,
            "facts": self.facts,
        }
        if self.html:
            told["html"] = self.html
        if own and self.client_id:
            told["client_id"] = self.client_id
        return told

    @cached_property
    def frame(self) -> Frame:
        return Frame(encode(self.as_dict()))

    @cached_property
    def own_frame(self) -> Frame:
        return Frame(encode(self.as_dict(own=True)))

    def frame_for(self, person_pk: UUID) -> Frame:
        return self.own_frame if self.client_id and self.by == person_pk else self.frame


def encode(message: Mapping[str, Any]) -> str:
    return json.dumps(message, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


def server_ms() -> int:
    """The server's clock, for pages that show the same countdown."""
    return time.time_ns() // 1_000_000


def _say(**message: Any) -> Burst:
    return Burst([Frame(encode(message))])


def welcome(person_pk: UUID, heads: Heads) -> Burst:
    return _say(t="welcome", user=person_pk, server_ms=server_ms(), heads=heads, hb=int(HEARTBEAT))


def heartbeat(heads: Heads) -> Burst:
    return _say(t="hb", server_ms=server_ms(), heads=heads)


def whisper(topic: str, kind: str, facts: Mapping[str, Any]) -> Burst:
    return _say(t="whisper", topic=topic, kind=kind, facts=facts)


def revoke(topic: str) -> Burst:
    return _say(t="revoke", topic=topic)


def bye(retry_ms: int) -> Burst:
    return _say(t="bye", retry_ms=retry_ms)


@dataclass(frozen=True)
class Watch:
    """A page wants to hear topics; for each, the epoch and number it has seen."""

    topics: Heads


@dataclass(frozen=True)
class Unwatch:
    topics: list[str]


def parse(text: str) -> Watch | Unwatch:
    """What a page said. Raises BadFrame for anything that is not exactly the protocol."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_FRAME:
        raise BadFrame(Close.TOO_BIG)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame(Close.INVALID) from None
    match said:
        case {"t": "watch", "proto": 1, "topics": dict() as topics, **rest} if not rest:
            return Watch({topic: _position(topic, at) for topic, at in _few(topics).items()})
        case {"t": "unwatch", "topics": list() as names, **rest} if not rest:
            return Unwatch([_topic(name) for name in _few(names)])
    raise BadFrame(Close.INVALID)


def parse_topics(text: str) -> Watch:
    """The topics of a query string: `channel:<id>@<epoch>.<seq>,session:<id>@…`."""
    wanted = {}
    for part in text.split(",", MAX_TOPICS):
        topic, _, at = part.partition("@")
        numbers = at.split(".") if at else ["0", "0"]
        if not all(map(is_number, numbers)):
            raise BadFrame(Close.INVALID)
        wanted[topic] = _position(topic, [int(number) for number in numbers])
    return Watch(_few(wanted))


def is_number(text: str) -> bool:
    """Digits, and no more of them than any of our numbers has."""
    return text.isascii() and text.isdigit() and len(text) < 16


def _few(topics: Any) -> Any:
    if not 0 < len(topics) <= MAX_TOPICS:
        raise BadFrame(Close.INVALID)
    return topics


def _topic(name: object) -> str:
    if not (isinstance(name, str) and TOPIC.fullmatch(name)):
        raise BadFrame(Close.INVALID)
    return name


def _position(topic: object, at: object) -> tuple[int, int]:
    _topic(topic)
    match at:
        case [int() as epoch, int() as seq] if not isinstance(epoch, bool) and not isinstance(seq, bool):
            if 0 <= epoch <= MAX_NUMBER and 0 <= seq <= MAX_NUMBER:
                return epoch, seq
    raise BadFrame(Close.INVALID)
