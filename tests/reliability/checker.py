"""From what clients did and saw, and what the database holds in the end, to a verdict: the invariants I1 to I8.

Times are seconds of one monotonic clock: all the clients of a history live in one process.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LEAVING = 5.0  # seconds after which a person taken out of a space receives nothing more


@dataclass(frozen=True)
class Attempt:
    """A message that a person decided to send; sent again under the same id, it is the same attempt."""

    client_id: str
    author: str
    body: str
    at: float


@dataclass(frozen=True)
class Ack:
    """What the server answered to one sending of an attempt."""

    client_id: str
    seq: int
    message: str
    at: float


@dataclass(frozen=True)
class Shown:
    """An event that a page has shown, in its turn."""

    seq: int
    message: str | None
    at: float


@dataclass
class View:
    """One open page: what it has shown after number `start`, and how often it had to be loaded again."""

    person: str
    start: int = 0
    shown: list[Shown] = field(default_factory=list)
    loads: int = 0


@dataclass(frozen=True)
class Read:
    """After an acknowledgement, somebody asked a process for that number. `found`: was the message there?"""

    client_id: str
    found: bool


@dataclass(frozen=True)
class Message:
    """A message as the database holds it in the end."""

    seq: int
    message: str
    client_id: str
    author: str
    body: str


@dataclass(frozen=True)
class Event:
    """A line of the log as the database holds it in the end."""

    seq: int
    kind: str
    message: str | None


@dataclass
class History:
    """Everything that happened around one channel."""

    attempts: dict[str, Attempt] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    #: person -> when she came, and when she was taken out (None: still there)
    members: dict[str, tuple[float, float | None]] = field(default_factory=dict)

    def head_acknowledged_at(self, moment: float) -> int:
        """The highest number that anybody had been told by then."""
        return max((ack.seq for ack in self.acks if ack.at <= moment), default=0)


def check(history: History) -> Mapping[str, list[str]]:
    """What is wrong, by the name of the invariant; an empty list where all is well."""
    rules = {
        "I1 durable": _durable,
        "I2 once": _once,
        "I3 dense": _dense,
        "I4 same order": _same_order,
        "I5 first in first out": _in_order_of_sending,
        "I6 read your writes": _read_back,
        "I7 all or nothing": _whole,
        "I8 only members": _only_members,
    }
    return {name: list(rule(history)) for name, rule in rules.items()}


def wrong(history: History) -> list[str]:
    """All that is wrong, one line each."""
    return [f"{name}: {line}" for name, lines in check(history).items() for line in lines]


def _durable(history: History) -> Iterator[str]:
    held = {(one.client_id, one.seq): one for one in history.messages}
    for ack in {(ack.client_id, ack.seq): ack for ack in history.acks}.values():
        attempt, message = history.attempts[ack.client_id], held.get((ack.client_id, ack.seq))
        if message is None:
            yield f"{ack.client_id} was acknowledged as number {ack.seq} and is not there"
        elif (message.author, message.body, message.message) != (attempt.author, attempt.body, ack.message):
            yield f"{ack.client_id} is not what was sent: {message}"


def _once(history: History) -> Iterator[str]:
    told: dict[str, set[tuple[int, str]]] = {}
    for ack in history.acks:
        told.setdefault(ack.client_id, set()).add((ack.seq, ack.message))
    for client_id, answers in told.items():
        if len(answers) > 1:
            yield f"{client_id} was acknowledged as {sorted(answers)}"
    for client_id, times in Counter(one.client_id for one in history.messages).items():
        if times > 1:
            yield f"{client_id} is there {times} times"
    said = Counter(event.message for event in history.events)
    for view in history.views:
        for message, times in Counter(one.message for one in view.shown if one.message).items():
            if times > max(said[message], 1):
                yield f"{view.person} was shown {message} {times} times"


def _dense(history: History) -> Iterator[str]:
    numbers = [event.seq for event in history.events]
    if numbers != list(range(1, len(numbers) + 1)):
        holes = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
        yield f"the log has {len(numbers)} events up to number {max(numbers, default=0)}; missing {holes[:10]}"


def _same_order(history: History) -> Iterator[str]:
    log = [(event.seq, event.message) for event in history.events]
    for view in history.views:
        until = history.members.get(view.person, (0.0, None))[1]
        seen = [(one.seq, one.message) for one in view.shown]
        whole = log[view.start :]
        if until is not None:  # she saw the beginning of it, and no more
            whole = whole[: len(seen)]
        if seen != whole:
            at = next((n for n, pair in enumerate(zip(seen, whole, strict=False)) if pair[0] != pair[1]), None)
            where = f"they part at place {at}" if at is not None else "one ends before the other"
            yield f"{view.person} has seen {len(seen)} events of {len(whole)}: {where}"
        if view.loads:
            yield f"{view.person} had to load the page again {view.loads} times"


def _in_order_of_sending(history: History) -> Iterator[str]:
    """One sender's next message leaves after the one before was acknowledged."""
    number = {one.client_id: one.seq for one in history.messages}
    last: dict[str, int] = {}
    for attempt in sorted(history.attempts.values(), key=lambda one: one.at):
        seq = number.get(attempt.client_id)
        if seq is None:
            continue
        if seq < last.get(attempt.author, 0):
            yield f"{attempt.client_id} of {attempt.author} is number {seq}, before one that was sent earlier"
        last[attempt.author] = seq


def _read_back(history: History) -> Iterator[str]:
    for read in history.reads:
        if not read.found:
            yield f"{read.client_id} was acknowledged and could not be read"


def _whole(history: History) -> Iterator[str]:
    posted = {(event.seq, event.message) for event in history.events if event.kind == "message.posted"}
    for message in history.messages:
        attempt = history.attempts.get(message.client_id)
        if attempt is None:
            yield f"{message.client_id} was sent by nobody"
        elif (attempt.author, attempt.body) != (message.author, message.body):
            yield f"{message.client_id} is there in part"
        if (message.seq, message.message) not in posted:
            yield f"{message.client_id} has no event in the log"
    held = {(message.seq, message.message) for message in history.messages}
    for seq, name in posted - held:
        yield f"the event {seq} is of {name}, which is not there"


def _only_members(history: History) -> Iterator[str]:
    said_at = {ack.message: history.attempts[ack.client_id].at for ack in history.acks}
    for view in history.views:
        if view.person not in history.members:
            if view.shown:
                yield f"{view.person} is no member and was shown {len(view.shown)} events"
            continue
        _, until = history.members[view.person]
        if until is None:
            continue
        late = [one for one in view.shown if one.at > until + LEAVING]
        after = [one for one in view.shown if one.message and said_at.get(one.message, 0) > until + LEAVING]
        if late or after:
            yield f"{view.person} left and was still shown {len({*late, *after})} events"
