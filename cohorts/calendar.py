"""When things happen on a path: its months, its proposed dates, and the public holidays they avoid.

Month n of a path is a calendar month. The month of the start date is month 1 when the start falls on its first half;
otherwise the next one is. Pause months are skipped, so that nine months may span ten (domain.md 4.4).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from cohorts import paths

if TYPE_CHECKING:
    from cohorts.models import Milestone
    from workshops.models import Event

PAST, HERE, AHEAD = "past", "here", "ahead"
TUESDAY, THURSDAY = 1, 3
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of mainland France (Code du travail, L3133-1)."""
    sunday = easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset(date(year, month, day) for month, day in fixed) | {
        sunday + timedelta(days=days) for days in (1, 39, 50)
    }


def is_holiday(day: date) -> bool:
    return day in public_holidays(day.year)


@dataclass(frozen=True)
class Span:
    """One month of a path, both days included."""

    number: int
    first: date
    last: date


@dataclass
class Month:
    """One month of a path as pages show it."""

    number: int
    first_day: date
    last_day: date
    phase: str
    phase_label: str
    state: str
    events: "list[Event]" = field(default_factory=list)
    milestones: "list[Milestone]" = field(default_factory=list)

    @property
    def label(self) -> str:
        """« octobre 2026 »."""
        return date_format(self.first_day, "F Y")

    @property
    def short(self) -> str:
        """« oct. », for narrow places."""
        return date_format(self.first_day, "N")

    @property
    def title(self) -> str:
        """What the month is about: its main event, else its milestone, else its phase."""
        main = [event for event in self.events if not event.optional] or self.events
        if main:
            return main[0].title
        return self.milestones[0].title if self.milestones else self.phase_label


@dataclass(frozen=True)
class Slot:
    """A date proposed for one line of a template."""

    ref: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    optional: bool
    per_peer_group: bool


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def spans(data: dict[str, Any], starts_on: date, until: int | None = None) -> dict[int, Span]:
    """Month number to its days, from 0 (what comes before month 1) to `until`, by default the path's length."""
    pauses = set(data.get("pause_months", []))
    first = starts_on.replace(day=1) if starts_on.day <= 15 else _next_month(starts_on)
    found: dict[int, Span] = {}
    number = 1
    while number <= (until or data["months"]):
        if first.month not in pauses:
            found[number] = Span(number, max(first, starts_on), _next_month(first) - timedelta(days=1))
            number += 1
        first = _next_month(first)
    before = max(found[1].first - timedelta(days=1), starts_on)
    return {0: Span(0, min(starts_on, before.replace(day=1)), before)} | found


def due(data: dict[str, Any], starts_on: date, month: int) -> date:
    """The day by which something of that month is to be done."""
    return spans(data, starts_on, max(month, 1))[month].last


def months(
    data: dict[str, Any], starts_on: date, *, events: "list[Event]", milestones: "list[Milestone]", today: date
) -> list[Month]:
    """The months of the path with what falls in them. A pause belongs to the month before it."""
    found = [
        Month(
            number=span.number,
            first_day=span.first,
            last_day=span.last,
            phase=(phase := paths.phase_of(data, span.number))["id"],
            phase_label=phase["label"],
            state=AHEAD,
        )
        for number, span in spans(data, starts_on).items()
        if number
    ]

    def month_of(day: date) -> Month:
        return next((month for month in reversed(found) if month.first_day <= day), found[0])

    zone = ZoneInfo(data.get("timezone", "Europe/Paris"))
    seen: set[tuple[str, int]] = set()
    for event in events:
        month = month_of(event.starts_at.astimezone(zone).date())
        if event.template_ref and (event.template_ref, month.number) in seen:
            continue
        seen.add((event.template_ref, month.number))
        month.events.append(event)
    for milestone in milestones:
        month_of(milestone.due).milestones.append(milestone)

    if today > found[-1].last_day:
        here = len(found) + 1
    else:
        here = month_of(today).number if today >= found[0].first_day else 0
    for month in found:
        month.state = HERE if month.number == here else PAST if month.number < here else AHEAD
    return found


def monthly_date(rule: str, year: int, month: int, policy: str = "keep") -> date | None:
    """The day a rule such as « third Thursday » gives in a calendar month; none when the policy skips a holiday."""
    match = paths.MONTHLY.fullmatch(rule)
    if match is None:
        raise ValueError(rule)
    first = date(year, month, 1)
    day = first + timedelta(days=(WEEKDAYS[match["day"]] - first.weekday()) % 7 + 7 * (int(match["nth"]) - 1))
    if policy == "move_to_next_thursday" and is_holiday(day):
        day += timedelta(days=(THURSDAY - day.weekday() - 1) % 7 + 1)
        while is_holiday(day):
            day += timedelta(days=7)
    return None if policy == "skip" and is_holiday(day) else day


def propose(data: dict[str, Any], starts_on: date) -> list[Slot]:
    """A date for each collective line of the template, in order: Tuesdays and Thursdays, never a public holiday,
    never two on one day. Interviews are left out: they are arranged with each person."""
    zone = ZoneInfo(data.get("timezone", "Europe/Paris"))
    found = spans(data, starts_on)
    taken: set[date] = set()
    slots: list[Slot] = []

    def place(line: dict[str, Any], day: date, begins: time, ends: time) -> None:
        taken.add(day)
        slots.append(
            Slot(
                ref=line["id"],
                kind=line["kind"],
                title=paths.title_of(data, line),
                starts_at=datetime.combine(day, begins, tzinfo=zone),
                ends_at=datetime.combine(day, ends, tzinfo=zone),
                mode=line.get("mode", "remote"),
                optional=bool(line.get("optional")),
                per_peer_group=line.get("per") == "peer_group",
            )
        )

    for line in (line for line in data["events"] if "rrule" in line):
        skipped = set(line.get("skip_months", []))
        for number, span in found.items():
            if number and span.first.month not in skipped:
                day = monthly_date(line["rrule"], span.first.year, span.first.month, line.get("holiday_policy", "keep"))
                if day is not None and day >= starts_on:
                    place(line, day, time.fromisoformat(line["start"]), time.fromisoformat(line["end"]))
    for line in (line for line in data["events"] if "rrule" not in line and line["kind"] != "interview"):
        day = _free_day(found[line["month"]], taken, codev=line["kind"] == "codev")
        minutes = line["duration_min"]
        begins = time(9, 30) if minutes > 120 else time(14, 0)
        if minutes > 450:
            begins = time(8, 0)
        place(line, day, begins, (datetime.combine(day, begins) + timedelta(minutes=minutes)).time())
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.ref))


def _free_day(span: Span, taken: set[date], *, codev: bool) -> date:
    """The best Tuesday or Thursday of a month: collective days early in it, co-development late."""
    days = [span.first + timedelta(days=shift) for shift in range((span.last - span.first).days + 1)]
    free = [day for day in days if not is_holiday(day) and day not in taken]
    good = [day for day in free if day.weekday() in (TUESDAY, THURSDAY)]
    wished = 22 if codev else 9
    workable = good or [day for day in free if day.weekday() < 5] or days
    return min(workable, key=lambda day: (abs(day.day - wished), day))
