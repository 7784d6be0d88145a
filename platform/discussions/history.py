"""Which part of a channel a page shows: the last messages, or those around a place; the cost is that of one page."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone

from discussions.models import Channel, Message

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

PAGE = 50  # messages
FARTHEST = 2**63 - 1  # the largest number that both engines keep


@dataclass(frozen=True)
class Window:
    """Messages in order, and the numbers from which to go on to older and newer ones."""

    messages: list[Message]
    older: int | None = None
    newer: int | None = None
    target: int | None = None  # the number that was asked for, to be marked on the page

    @property
    def is_last(self) -> bool:
        return self.newer is None


def _number(value: str) -> int | None:
    number = int(value) if value.isdecimal() and len(value) < 20 else None
    return number if number is not None and number <= FARTHEST else None


def _day(value: str) -> datetime | None:
    """The first moment of a day, where the reader is; None for what is no day."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time.min)) if 1970 <= day.year <= 9000 else None


def _until(rows: "QuerySet[Message]", size: int) -> tuple[list[Message], bool]:
    """The last `size` of them, in order, and whether there are more before."""
    found = list(rows.order_by("-seq")[: size + 1])
    return found[:size][::-1], len(found) > size


def _since(rows: "QuerySet[Message]", size: int) -> tuple[list[Message], bool]:
    """The first `size` of them, and whether there are more after."""
    found = list(rows.order_by("seq")[: size + 1])
    return found[:size], len(found) > size


def last(rows: "QuerySet[Message]") -> Window:
    found, more = _until(rows, PAGE)
    return Window(found, older=found[0].seq if more else None)


def before(rows: "QuerySet[Message]", seq: int) -> Window:
    found, more = _until(rows.before(seq), PAGE)  # type: ignore[attr-defined]
    if not found:
        return last(rows)
    return Window(found, older=found[0].seq if more else None, newer=found[-1].seq)


def after(rows: "QuerySet[Message]", seq: int) -> Window:
    found, more = _since(rows.after(seq), PAGE)  # type: ignore[attr-defined]
    if not found:
        return last(rows)
    return Window(found, older=found[0].seq, newer=found[-1].seq if more else None)


def around(rows: "QuerySet[Message]", seq: int) -> Window:
    earlier, more_before = _until(rows.before(seq), PAGE // 2)  # type: ignore[attr-defined]
    later, more_after = _since(rows.after(seq - 1), PAGE // 2)  # type: ignore[attr-defined]
    found = earlier + later
    if not later:
        return last(rows)
    return Window(
        found,
        older=found[0].seq if more_before else None,
        newer=found[-1].seq if more_after else None,
        target=seq if later[0].seq == seq else None,
    )


def asked_for(channel: Channel, query: "QueryDict", rows: "QuerySet[Message]") -> Window:
    """The part of `channel` that an address asks for; the last page for an address that asks for nothing we know."""
    if (seq := _number(query.get("avant", ""))) is not None:
        return before(rows, seq)
    if (seq := _number(query.get("apres", ""))) is not None:
        return after(rows, seq)
    if (seq := _number(query.get("autour", ""))) is not None:
        return around(rows, seq)
    if (moment := _day(query.get("jour", ""))) is not None:
        first = channel.messages.roots().filter(created_at__gte=moment).order_by("created_at", "seq")
        if (seq := first.values_list("seq", flat=True).first()) is not None:
            return around(rows, seq)
    return last(rows)
