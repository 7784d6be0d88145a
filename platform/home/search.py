"""One search over everything that a reader may see. Every query starts from `visible_to`: the index decides nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import search
from accounts.models import User
from cohorts.directory import people_known_to
from discussions.finding import FILE, MESSAGE
from discussions.models import Channel, File, Message
from reservoir.finding import KIND as NOTE
from reservoir.finding import notes_found
from reservoir.models import Note, NoteAuthor
from richtext import to_text
from search.excerpts import Piece, excerpt, holds, marked, named
from search.models import SearchEntry
from search.operators import Typed, read_date, read_operators
from spaces.models import TAKING_PART, Membership, Space
from workshops.models import CrossViewsWorkshop, Event

if TYPE_CHECKING:
    from accounts.requests import Anyone

FEW = 5  # of each kind, when all kinds are shown
PAGE = 20
DEPTH = 200  # results of one kind that can be paged through: beyond, one more word says it better
SHORT_TEXTS = 3_000  # titles and names read one by one

MESSAGES, NOTES, PEOPLE, EVENTS, FILES, CHANNELS = "messages", "notes", "personnes", "rencontres", "fichiers", "fils"
KINDS: dict[str, Promise] = {
    PEOPLE: gettext_lazy("Personnes"),
    CHANNELS: gettext_lazy("Fils"),
    MESSAGES: gettext_lazy("Messages"),
    NOTES: gettext_lazy("Expériences"),
    EVENTS: gettext_lazy("Rencontres"),
    FILES: gettext_lazy("Fichiers"),
}
FOR_VISITORS = (NOTES, EVENTS)


@dataclass(frozen=True)
class Found:
    """One result: where it leads, and enough to recognise it."""

    url: str
    title: list[Piece]
    detail: str
    excerpt: list[Piece] = field(default_factory=list)
    at: datetime | None = None
    person: User | None = None


@dataclass(frozen=True)
class Group:
    """The results of one kind; `more` when there are others."""

    kind: str
    found: list[Found]
    more: bool

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])


class Search:
    """What one reader finds with what she typed. `problems` tells her what was not understood."""

    def __init__(self, user: "Anyone", text: str) -> None:
        self.user = user
        self.typed: Typed = read_operators(text)
        self.words = self.typed.words
        self.problems: list[str] = []
        self.before = self._day(self.typed.before, "avant")
        self.after = self._day(self.typed.after, "après")
        self.authors = self._authors()
        self.places = self._places()

    @property
    def kinds(self) -> list[str]:
        """Those that this search can find something in, in the order of the page."""
        if not self.user.is_authenticated:
            return [kind for kind in KINDS if kind in FOR_VISITORS]
        dated = self.before is not None or self.after is not None
        return [
            kind
            for kind in KINDS
            if not (kind in (PEOPLE, CHANNELS) and (dated or not self.words))
            and not (kind in (PEOPLE, CHANNELS, EVENTS) and self.authors is not None)
        ]

    def group(self, kind: str, *, page: int = 1, size: int = FEW) -> Group:
        finders: dict[str, Callable[[int, int], Iterable[Found]]] = {
            MESSAGES: self._find_messages,
            NOTES: self._find_notes,
            PEOPLE: self._find_people,
            EVENTS: self._find_events,
            FILES: self._find_files,
            CHANNELS: self._find_channels,
        }
        start = (page - 1) * size
        found = list(finders[kind](start, start + size + 1))
        return Group(kind, found[:size], len(found) > size and start + size < DEPTH)

    # --- what was typed ---------------------------------------------------------------------------------------

    def _day(self, values: list[str], name: str) -> datetime | None:
        """Midnight of the last day given to an operator; a value that is no day is told and left out."""
        day: date | None = None
        for value in values:
            if (read := read_date(value)) is None:
                self.problems.append(
                    _("« %(operator)s:%(value)s » n’est pas une date. Écrivez-la ainsi : %(operator)s:3/11/2026.")
                    % {"operator": name, "value": value}
                )
            else:
                day = read
        return timezone.make_aware(datetime.combine(day, time())) if day else None

    def _authors(self) -> set[UUID] | None:
        """The people that « de: » names, among those whose words one reads; None when nobody is named."""
        if not self.typed.authors or not self.user.is_authenticated:
            return None
        people = self._people()
        wanted: set[UUID] = set()
        for value in self.typed.authors:
            theirs = {self.user.pk} if value == "moi" else {pk for pk, name in people.items() if named(name, value)}
            if not theirs:
                self.problems.append(
                    _("Personne de vos espaces ne s’appelle « %(name)s ».") % {"name": value}
                    if value
                    else _("Après « de », écrivez un nom, par exemple de:Claire.")
                )
            wanted |= theirs
        return wanted

    def _people(self) -> dict[UUID, str]:
        """The names she may know: of those who write or wrote where she reads, or that she reads elsewhere.

        Elsewhere: in the directory of one of her cohorts, and under a note.
        """
        user = cast(User, self.user)
        spaces = {channel.space_id for channel in self._channels}
        everywhere = any(channel.space.kind == Space.Kind.NETWORK for channel in self._channels)
        wrote = Membership.objects.filter(role__in=TAKING_PART)
        wrote = wrote if everywhere else wrote.filter(space__in=spaces)
        listed = people_known_to(user).order_by()
        signed = NoteAuthor.objects.filter(show_name=True, note__in=Note.objects.published_to(self.user))
        known = [Q(pk__in=rows.values("person")) for rows in (wrote, listed, signed)]
        return dict(User.objects.filter(reduce(or_, known, Q(pk=user.pk))).order_by().values_list("pk", "display_name"))

    def _places(self) -> "Places | None":
        """The channels and spaces that « dans: » names; None when none is."""
        if not self.typed.places or not self.user.is_authenticated:
            return None
        channels: set[UUID] = set()
        spaces: set[UUID] = set()
        mine = {space.pk: space for space in Space.objects.of(self.user)}
        mine |= {channel.space_id: channel.space for channel in self._channels}
        for value in self.typed.places:
            here = {pk for pk, space in mine.items() if named(space.name, value)}
            these = {
                channel.pk
                for channel in self._channels
                if channel.space_id in here or named(self._name_of(channel), value)
            }
            if not (here or these):
                self.problems.append(
                    _("Aucun de vos fils ou espaces ne s’appelle « %(name)s ».") % {"name": value}
                    if value
                    else _("Après « dans », écrivez le nom d’un fil ou d’un espace.")
                )
            channels |= these
            spaces |= here
        return Places(channels, spaces)

    @cached_property
    def _channels(self) -> list[Channel]:
        rows = Channel.objects.visible_to(cast(User, self.user)).select_related("space")
        return list(rows.prefetch_related("people"))

    def _name_of(self, channel: Channel) -> str:
        if channel.is_direct:
            other = channel.other_than(cast(User, self.user))
            return other.name if other else ""
        return channel.name

    def _dated(self, rows: "QuerySet[Any]", name: str) -> "QuerySet[Any]":
        if self.after is not None:
            rows = rows.filter(**{f"{name}__gte": self.after})
        if self.before is not None:
            rows = rows.filter(**{f"{name}__lt": self.before})
        return rows

    # --- messages and files: in channels ------------------------------------------------------------------------

    def _within(self) -> list[Channel]:
        return [
            channel
            for channel in self._channels
            if not channel.confidential and (self.places is None or channel.pk in self.places.channels)
        ]

    def _in_channels(self, rows: "QuerySet[Any]", kind: str, author: str) -> "QuerySet[Any]":
        """The latest first of these rows that one may see: by the index for words, by the tables without."""
        within = self._within()
        if self.words:
            found = search.latest(
                kind,
                self.words,
                scopes={channel.space_id for channel in within},
                within=[channel.pk for channel in within],
                authors=self.authors,
                after=self.after,
                before=self.before,
                limit=DEPTH,
            )
            rows = rows.filter(pk__in=found)
        else:
            rows = rows.filter(channel__in=within)
            if self.authors is not None:
                rows = rows.filter(**{f"{author}__in": self.authors})
            rows = self._dated(rows, "created_at")
        return rows.order_by("-created_at", "-pk")

    def _find_messages(self, start: int, stop: int) -> Iterable[Found]:
        rows = Message.objects.visible_to(cast(User, self.user)).standing()
        rows = self._in_channels(rows, MESSAGE, "author").select_related("author")
        channels = {channel.pk: channel for channel in self._channels}
        for message in rows[start:stop]:
            channel = channels.get(message.channel_id)
            if channel is None or channel.confidential:
                continue
            yield Found(
                url=message.get_absolute_url(),
                title=[Piece(message.author.name)],
                detail=self._where(channel),
                excerpt=excerpt(to_text(message.body), self.words),
                at=message.created_at,
                person=message.author,
            )

    def _find_files(self, start: int, stop: int) -> Iterable[Found]:
        rows = File.objects.visible_to(cast(User, self.user)).filter(message__isnull=False)
        rows = self._in_channels(rows, FILE, "owner").select_related("message", "owner")
        channels = {channel.pk: channel for channel in self._channels}
        for file in rows[start:stop]:
            channel = channels.get(file.channel_id)
            if channel is None or channel.confidential:
                continue
            yield Found(
                url=file.message.get_absolute_url(),
                title=marked(file.name, self.words),
                detail=f"{file.owner.name} · {self._where(channel)}",
                at=file.created_at,
            )

    def _where(self, channel: Channel) -> str:
        if channel.is_direct:
            return _("message direct avec %(name)s") % {"name": self._name_of(channel)}
        return f"{channel.name} · {channel.space.name}"

    def _find_channels(self, start: int, stop: int) -> Iterable[Found]:
        """By name. Of a confidential one there is nothing more than that to find."""
        chosen = [
            channel
            for channel in self._channels
            if holds(f"{self._name_of(channel)} {channel.description}", self.words)
            and (self.places is None or channel.pk in self.places.channels)
        ]
        for channel in sorted(chosen, key=lambda each: (self._name_of(each), str(each.pk)))[start:stop]:
            yield Found(
                url=channel.get_absolute_url(),
                title=marked(self._name_of(channel), self.words),
                detail=_("message direct") if channel.is_direct else channel.space.name,
            )

    # --- the rest ----------------------------------------------------------------------------------------------

    def _find_notes(self, start: int, stop: int) -> Iterable[Found]:
        rows = Note.objects.published_to(self.user)
        if self.authors is not None:
            # Only by the names that go out with the notes, and one's own.
            shown = Q(authorships__person__in=self.authors, authorships__show_name=True)
            own = Q(authorships__person=self.user.pk) if self.user.pk in self.authors else Q()
            rows = rows.filter(pk__in=Note.objects.filter(shown | own if own else shown).values("pk"))
        if self.places is not None:
            rows = rows.filter(space__in=self.places.spaces)
        rows = notes_found(self._dated(rows, "published_at"), self.words)
        notes = list(rows.with_current_release()[start:stop])
        bodies = dict(
            SearchEntry.objects.filter(kind=NOTE, object_id__in=[note.pk for note in notes]).values_list(
                "object_id", "body"
            )
        )
        for note in notes:
            release = note.current[0]
            facts = [
                release.territory.name if release.territory else "",
                str(release.get_phase_display()),
                "" if note.visibility == "public" else str(note.get_visibility_display()),
            ]
            yield Found(
                url=note.get_absolute_url(),
                title=marked(release.title, self.words),
                detail=" · ".join(filter(None, facts)),
                excerpt=excerpt(bodies.get(note.pk, release.summary), self.words),
                at=note.published_at,
            )

    def _find_people(self, start: int, stop: int) -> Iterable[Found]:
        people = people_known_to(cast(User, self.user))
        if self.places is not None:
            people = people.filter(space__in=self.places.spaces)
        lines: dict[UUID, tuple[UUID, list[str]]] = {}
        facts = ("person", "space", "person__display_name", "person__function", "person__organisation__name")
        for person, space, *texts in people.values_list(*facts)[:SHORT_TEXTS]:
            if person not in lines and holds(" ".join(filter(None, texts)), self.words):
                lines[person] = (space, texts)
        chosen = sorted(lines, key=lambda pk: (not holds(lines[pk][1][0], self.words), lines[pk][1][0], str(pk)))
        rows = User.objects.in_bulk(chosen[start:stop])
        for pk in chosen[start:stop]:
            space, (_name, function, organisation) = lines[pk]
            yield Found(
                url=f"{reverse('cohorts:members', args=[space])}#p-{pk}",
                title=marked(rows[pk].name, self.words),
                detail=", ".join(filter(None, [capfirst(function), organisation])),
                person=rows[pk],
            )

    def _find_events(self, start: int, stop: int) -> Iterable[Found]:
        """Meetings, and the record of past ateliers, the latest first."""
        rows: list[tuple[Event, str, str]] = []
        ateliers = CrossViewsWorkshop.objects.visible_to(self.user).select_related("event")
        if self.places is not None:
            ateliers = ateliers.filter(event__space__in=self.places.spaces)
        for atelier in self._dated(ateliers, "event__starts_at").order_by("-event__starts_at", "pk")[:SHORT_TEXTS]:
            rows.append((atelier.event, atelier.framing, reverse("workshops:atelier", args=[atelier.pk])))
        if self.user.is_authenticated:
            events = Event.objects.visible_to(self.user).exclude(pk__in=[event.pk for event, *_rest in rows])
            if self.places is not None:
                events = events.filter(space__in=self.places.spaces)
            for event in self._dated(events, "starts_at").order_by("-starts_at", "pk")[:SHORT_TEXTS]:
                rows.append((event, "", reverse("workshops:event", args=[event.pk])))
        chosen = [row for row in rows if not self.words or holds(f"{row[0].title} {row[1]} {row[0].place}", self.words)]
        chosen.sort(key=lambda row: (row[0].starts_at, str(row[0].pk)), reverse=True)
        for event, framing, url in chosen[start:stop]:
            yield Found(
                url=url,
                title=marked(event.title, self.words),
                detail=" · ".join(filter(None, [capfirst(str(event.get_kind_display())), event.place])),
                excerpt=excerpt(framing, self.words) if framing else [],
                at=event.starts_at,
            )


@dataclass(frozen=True)
class Places:
    """What « dans: » named."""

    channels: set[UUID]
    spaces: set[UUID]
