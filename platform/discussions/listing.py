"""The channels of a person as lists show them: by space, with what she has not read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from discussions import unread
from discussions.models import Channel, Reading
from live.publish import last_seqs
from spaces.models import Space

if TYPE_CHECKING:
    from accounts.models import User

#: A page may listen to twenty topics (live.frames.MAX_TOPICS), and has others than these.
HEARD = 15


@dataclass
class Line:
    """One channel in a list."""

    channel: Channel
    unread: int
    read_seq: int
    level: str
    title: str
    other: "User | None" = None  # of a direct message
    live_from: int | None = None  # the number from which a page listens to it; None: it does not

    @property
    def muted(self) -> bool:
        return self.level == Reading.Level.NOTHING

    @property
    def topic(self) -> str:
        return self.channel.topic

    @property
    def count(self) -> str:
        return f"{unread.MOST - 1}+" if self.unread >= unread.MOST else str(self.unread)


@dataclass
class Group:
    """The channels of one space; or the direct messages, which have no space of their own to a reader."""

    title: str
    space: Space | None
    lines: list[Line] = field(default_factory=list)
    about: list[Line] = field(default_factory=list)  # the threads of sessions and notes
    archived: list[Line] = field(default_factory=list)


def _order(space: Space) -> tuple[object, ...]:
    """Cohorts, newest first, each followed by its peer groups; then the network."""
    root = space.parent or space
    return (space.kind == Space.Kind.NETWORK, -root.created_at.timestamp(), root.pk, bool(space.parent_id), space.name)


def groups_of(user: "User", *, within: UUID | None = None, live: bool = True) -> list[Group]:
    """What `user` reads, by space; `within`: a cohort with its peer groups alone. At most four queries."""
    rows = unread.channels_of(user).select_related("space__parent").prefetch_related("people__organisation")
    channels = [row for row in rows if within in (None, row.space_id, row.space.parent_id)]
    groups: dict[object, Group] = {}
    for space in sorted({row.space for row in channels if not row.is_direct}, key=_order):
        groups[space.pk] = Group(space.name, space)
    groups[Channel.Kind.DIRECT] = Group(_("Messages directs"), None)
    for row in channels:
        line = _line(row, user)
        group = groups[Channel.Kind.DIRECT if row.is_direct else row.space_id]
        place = group.archived if row.archived_at else group.about if row.kind == Channel.Kind.ABOUT else group.lines
        place.append(line)
    groups[Channel.Kind.DIRECT].lines.sort(key=lambda line: (line.title, str(line.channel.pk)))
    found = [group for group in groups.values() if group.lines or group.about or group.archived]
    if live:
        _listen([line for group in found for line in (*group.lines, *group.about) if not line.muted][:HEARD])
    return found


def lines_in(groups: Iterable[Group]) -> Iterator[Line]:
    for group in groups:
        yield from (*group.lines, *group.about, *group.archived)


def line_of(groups: Iterable[Group], channel: UUID) -> Line | None:
    return next((line for line in lines_in(groups) if line.channel.pk == channel), None)


def total_in(groups: Iterable[Group]) -> int:
    """How much waits in these channels, without the muted ones."""
    return sum(line.unread for line in lines_in(groups) if not line.muted)


def _line(row: Channel, user: "User") -> Line:
    other = row.other_than(user)
    return Line(
        row,
        row.unread,  # type: ignore[attr-defined]
        row.read_seq,  # type: ignore[attr-defined]
        row.level,  # type: ignore[attr-defined]
        other.name if other else row.name,
        other,
    )


def _listen(lines: list[Line]) -> None:
    numbers = last_seqs([line.topic for line in lines])
    for line in lines:
        line.live_from = numbers.get(line.topic, 0)
