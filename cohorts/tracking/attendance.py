"""Who came to what (A1, A2). Optional events (webinars) are neither counted nor listed: they are offered."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cohorts.models import Cohort
from cohorts.tracking.words import alphabetical
from spaces.models import Membership, Role
from workshops.models import Attendance, Event

State = Attendance.State
#: What an attendance counts for (A1): a whole session from 75 % of its duration, a half from 25 %.
WEIGHTS: dict[str, Fraction] = {
    State.PRESENT: Fraction(1),
    State.PARTIAL: Fraction(1, 2),
    State.EXCUSED: Fraction(0),
    State.ABSENT: Fraction(0),
}


@dataclass(frozen=True)
class Presence:
    """A1: out of the events where something was noted, how many were attended whole and how many in part."""

    whole: int
    partly: int
    noted: int

    @classmethod
    def of(cls, states: Iterable[str]) -> "Presence":
        """Count the states of past events. A state that is still an announcement says nothing of what happened."""
        seen = Counter(state for state in states if state in WEIGHTS)
        return cls(whole=seen[State.PRESENT], partly=seen[State.PARTIAL], noted=seen.total())

    @property
    def value(self) -> Fraction:
        """What A1 and A2 add up: 1 for a whole session, one half for a part."""
        return self.whole + Fraction(self.partly, 2)

    def __add__(self, other: "Presence") -> "Presence":
        return Presence(self.whole + other.whole, self.partly + other.partly, self.noted + other.noted)

    def __str__(self) -> str:
        """« 4 sur 5 », « 3 sur 5, et 1 en partie »: two facts rather than « 3 et demie »."""
        if not self.noted:
            return _("rien de noté")
        if self.partly:
            return _("%(whole)d sur %(noted)d, et %(partly)d en partie") % vars(self)
        return _("%(whole)d sur %(noted)d") % vars(self)


NOBODY = Presence(0, 0, 0)


def mean_presence(total: Presence, people: int) -> int:
    """A2 over any number of events: of `people`, how many came on average, rounded to the nearest person.

    Something must have been noted. Cohort events and peer-group events weigh what they gathered, so that six people
    expected in a group do not count as much as eighteen expected together.
    """
    return int(total.value * people / total.noted + Fraction(1, 2))


#: What a cell of the table can say besides an attendance.
UNNOTED, NOT_CONCERNED = "unnoted", "not_concerned"
CELL_WORDS = dict(State.choices) | {
    UNNOTED: gettext_lazy("pas encore noté"),
    NOT_CONCERNED: gettext_lazy("pas concerné·e"),
}


@dataclass(frozen=True)
class Cell:
    """One person at one meeting: the event she was expected at, if any, and what is known of it."""

    state: str
    event: Event | None = None

    @property
    def words(self) -> str:
        return str(CELL_WORDS[self.state])


@dataclass(frozen=True)
class Meeting:
    """One column: an event of the cohort, or the same session held by each of its peer groups."""

    events: tuple[Event, ...]
    is_ahead: bool

    @property
    def title(self) -> str:
        """The event's own, or what it is when groups give it several names."""
        titles = {event.title for event in self.events}
        return titles.pop() if len(titles) == 1 else capfirst(self.kind)

    @property
    def kind(self) -> str:
        return self.events[0].get_kind_display()

    @property
    def starts_at(self) -> datetime:
        return min(event.starts_at for event in self.events)

    @property
    def several(self) -> bool:
        return len(self.events) > 1


@dataclass(frozen=True)
class Line:
    """One row: a person, what is known of her at each meeting, and the sum of it."""

    person: User
    cells: tuple[Cell, ...]
    presence: Presence

    @property
    def hours(self) -> Fraction:
        """Hours of meetings attended, a part counting for a half (A1)."""
        return sum(
            (
                Fraction(int((cell.event.ends_at - cell.event.starts_at).total_seconds()), 3600) * WEIGHTS[cell.state]
                for cell in self.cells
                if cell.event and cell.state in WEIGHTS
            ),
            Fraction(0),
        )


@dataclass(frozen=True)
class AttendanceTable:
    """Meetings across, people down, in the alphabetical order of organisations, then of people."""

    meetings: tuple[Meeting, ...]
    lines: tuple[Line, ...]
    per_meeting: tuple[Presence, ...]

    @property
    def total(self) -> Presence:
        """Over the meetings that are behind."""
        return sum(self.per_meeting, NOBODY)

    @property
    def held(self) -> int:
        """How many past meetings have something noted."""
        return sum(1 for presence in self.per_meeting if presence.noted)

    @property
    def mean(self) -> int | None:
        return mean_presence(self.total, len(self.lines)) if self.held else None

    @property
    def by_organisation(self) -> list[tuple[str, list[Line]]]:
        def organisation(line: Line) -> str:
            return line.person.organisation.name if line.person.organisation else ""

        return [(name, list(lines)) for name, lines in groupby(self.lines, key=organisation)]

    @property
    def columns(self) -> list[tuple[Meeting, Presence]]:
        return list(zip(self.meetings, self.per_meeting, strict=True))

    @property
    def is_low(self) -> bool:
        """A2 asks for attention: fewer than three people in four at two meetings in a row, the last two noted."""
        last = [presence for presence in self.per_meeting if presence.noted][-2:]
        return len(last) == 2 and all(presence.value * 4 < presence.noted * 3 for presence in last)


def _order(person: User) -> tuple[bool, str, str, str]:
    organisation = person.organisation.name if person.organisation else ""
    return (not organisation, alphabetical(organisation), alphabetical(person.name), str(person.pk))


def gather(events: Iterable[Event], now: datetime, *, cohort: uuid.UUID) -> list[Meeting]:
    """Columns: past meetings, then the next one.

    The nth session that carries a line of the template ("C3") in each peer group is one meeting of the cohort, with
    the one that the cohort kept for those who have no group; it is dated by the first of them and behind once the last
    of them is.
    """
    seen: Counter[tuple[uuid.UUID, str]] = Counter()
    together: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.starts_at, str(event.pk))):
        if not event.template_ref:
            together[(event.pk,)].append(event)
        else:
            line = (event.space_id, event.template_ref)
            seen[line] += 1
            together[(event.template_ref, seen[line])].append(event)
    meetings = [
        Meeting(
            tuple(sorted(group, key=lambda event: (event.space_id == cohort, event.space.name))),
            is_ahead=any(event.ends_at >= now for event in group),
        )
        for group in together.values()
    ]
    meetings.sort(key=lambda meeting: meeting.starts_at)
    behind = [meeting for meeting in meetings if not meeting.is_ahead]
    ahead = [meeting for meeting in meetings if meeting.is_ahead]
    return behind + ahead[:1]


def _cell(meeting: Meeting, joined: Mapping[uuid.UUID, datetime], noted: Mapping[uuid.UUID, str]) -> Cell:
    """`joined`: since when the person is in each space; `noted`: what is known of her at each event."""
    for event in sorted(meeting.events, key=lambda event: event.pk not in noted):
        since = joined.get(event.space_id)
        state = noted.get(event.pk)
        if state is None and (since is None or since > event.ends_at):
            continue
        if not meeting.is_ahead:
            return Cell(state if state in WEIGHTS else UNNOTED, event)
        return Cell(state or State.EXPECTED, event)
    return Cell(NOT_CONCERNED)


def attendance_table(cohort: Cohort, now: datetime, *, only: User | None = None) -> AttendanceTable:
    """The facts about everyone who follows the path, or about one person: same rows, same reading. Three queries.

    Someone who joined late is not concerned by what came before her; those who left are not listed any more.
    """
    here = Q(space=cohort.pk) | Q(space__parent=cohort.pk)
    memberships = (
        Membership.objects.current()
        .filter(here, role=Role.PARTICIPANT)
        .select_related("person__organisation__territory")
        .order_by("pk")
    )
    attendances = Attendance.objects.filter(
        Q(event__space=cohort.pk) | Q(event__space__parent=cohort.pk), event__optional=False
    ).order_by("pk")
    if only is not None:
        memberships = memberships.filter(person=only)
        attendances = attendances.filter(person=only)
    people: dict[uuid.UUID, User] = {}
    joined: dict[uuid.UUID, dict[uuid.UUID, datetime]] = defaultdict(dict)
    for membership in memberships:
        joined[membership.person_id][membership.space_id] = membership.joined_at
        if membership.space_id == cohort.pk:
            people[membership.person_id] = membership.person
    noted: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    for whose, event, state in attendances.values_list("person", "event", "state"):
        noted[whose][event] = state
    events = (
        Event.objects.filter(here, optional=False)
        .exclude(state=Event.State.CANCELLED)
        .select_related("space")
        .order_by("starts_at", "id")
    )
    meetings = gather(events, now, cohort=cohort.pk)
    lines = []
    for person in sorted(people.values(), key=_order):
        cells = tuple(_cell(meeting, joined[person.pk], noted[person.pk]) for meeting in meetings)
        behind = [cell.state for cell, meeting in zip(cells, meetings, strict=True) if not meeting.is_ahead]
        lines.append(Line(person, cells, Presence.of(behind)))
    per_meeting = tuple(
        NOBODY if meeting.is_ahead else Presence.of(line.cells[column].state for line in lines)
        for column, meeting in enumerate(meetings)
    )
    return AttendanceTable(tuple(meetings), tuple(lines), per_meeting)


def expected_at(event: Event) -> list[User]:
    """Who follows the path in the space of this event and was there before it ended, in the order of the table."""
    here = Membership.objects.current().filter(
        space=event.space_id, role=Role.PARTICIPANT, joined_at__lte=event.ends_at
    )
    return sorted(User.objects.filter(pk__in=here.values("person")).select_related("organisation"), key=_order)
