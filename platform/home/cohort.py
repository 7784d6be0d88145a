"""The home of a cohort: where it stands, what comes next, what one has to do. Loads what the page shows, no more."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from cohorts.calendar import AHEAD, HERE, Month
from cohorts.models import Application, Cohort, Enrolment, Milestone
from cohorts.tracking import own_commitments
from discussions.models import Channel, Message
from reservoir.models import Note
from richtext import to_text
from spaces.models import FACILITATING, TAKING_PART, Membership, Role
from ui import typography
from workshops.methods import SeatRole
from workshops.models import Attendance, CodevSession, Commitment, Event

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Somebody is « en cours de route » that long after her arrival.
NEWCOMER = timedelta(days=30)
#: A milestone is something to do from that long before its date.
MILESTONE_NOTICE = timedelta(days=30)
#: Facilitators are asked who came, that long after an event.
ATTENDANCE_NOTICE = timedelta(days=30)
#: A session that nobody closed is still the next thing to do that long after its hour.
OVERTIME = timedelta(hours=6)
MESSAGES, NOTES, PEOPLE, ORGANISATIONS, COMMITMENTS, TASKS = 3, 4, 8, 6, 5, 3
EXCERPT = 140  # characters
UNFINISHED = (Note.State.DRAFT, Note.State.SELF_CHECK, Note.State.CHANGES_REQUESTED)


@dataclass(frozen=True)
class Standing:
    """What a person is in this cohort."""

    roles: frozenset[str]
    joined_at: datetime

    @classmethod
    def of(cls, user: User, cohort_pk: UUID) -> "Standing | None":
        """None for who holds no role there now."""
        held = list(
            Membership.objects.current()
            .filter(space=cohort_pk, person=user)
            .order_by("joined_at")
            .values_list("role", "joined_at")
        )
        return cls(frozenset(role for role, _at in held), held[0][1]) if held else None

    @property
    def takes_part(self) -> bool:
        return not self.roles.isdisjoint(TAKING_PART)

    @property
    def facilitates(self) -> bool:
        return not self.roles.isdisjoint(FACILITATING)

    @property
    def follows(self) -> bool:
        """Does she follow the path, rather than hold its frame?"""
        return Role.PARTICIPANT in self.roles

    @property
    def sponsors(self) -> bool:
        return Role.SPONSOR in self.roles


@dataclass(frozen=True)
class Step:
    """A month of the path; a `distant` one hides on a phone until the nine are asked for."""

    month: Month
    distant: bool

    @property
    def title(self) -> str:
        """What the month is about. A co-development session is never named by its subject: that is its group's."""
        main = next((event for event in self.month.events if not event.optional), None)
        if main is not None and main.kind == Event.Kind.CODEV:
            return capfirst(main.get_kind_display())
        return self.month.title


def steps(months: list[Month]) -> list[Step]:
    """On a phone: the month before, the one where the cohort stands, the next; its first or last three otherwise."""
    here = next((index for index, month in enumerate(months) if month.state == HERE), None)
    if here is None:
        here = 1 if months and months[0].state == AHEAD else len(months) - 2
    return [Step(month, abs(index - here) > 1) for index, month in enumerate(months)]


@dataclass(frozen=True)
class Task:
    """One thing to do, or just done, with where to do it."""

    title: str
    detail: str
    url: str
    done: bool = False


@dataclass
class NextEvent:
    """The next event of the viewer, as the callout tells it."""

    event: Event
    now: datetime
    session: CodevSession | None = None
    announced: str = ""
    tells: bool = False  # is the viewer one of those who say whether they come?
    counts: dict[str, int] = field(default_factory=dict)
    seat: str = ""  # what the viewer is in the session
    client: User | None = None  # who brings the situation, when it is somebody else

    @property
    def is_live(self) -> bool:
        """A co-development session says itself that it runs; any other event runs between its hours."""
        if self.session is not None:
            return self.session.is_live or self.session.state == CodevSession.State.LOBBY
        return self.event.starts_at <= self.now <= self.event.ends_at

    @property
    def room_is_open(self) -> bool:
        return self.session is not None and not self.session.is_over and self.session.opens_at <= self.now

    @property
    def has_begun(self) -> bool:
        return self.event.starts_at <= self.now

    @property
    def how_soon(self) -> str:
        """« aujourd’hui », « demain », « jeudi, dans 2 jours », « dans 3 semaines »."""
        days = (timezone.localdate(self.event.starts_at) - timezone.localdate(self.now)).days
        if days <= 0:
            return _("Aujourd’hui")
        if days == 1:
            return _("Demain")
        if days < 7:
            weekday = typography.day(self.event.starts_at).split(" ")[0].capitalize()
            return _("%(weekday)s, dans %(days)d jours") % {"weekday": weekday, "days": days}
        if days < 14:
            return _("Dans %(days)d jours") % {"days": days}
        return _("Dans %(weeks)d semaines") % {"weeks": days // 7}

    @property
    def role(self) -> str:
        """What the viewer is in the session, as a sentence; nothing outside a session or without a seat."""
        sentences: dict[str, str] = {
            SeatRole.CLIENT: _("Vous apportez la situation : vous êtes client·e."),
            SeatRole.CONSULTANT: _("Vous êtes consultant·e."),
            SeatRole.OBSERVER: _("Vous êtes observateur·rice."),
            SeatRole.FACILITATOR: _("Vous animez la séance."),
        }
        return sentences.get(self.seat, "")

    @property
    def who_comes(self) -> str:
        """« 14 présences annoncées, 2 absences annoncées »"""
        parts = []
        if coming := self.counts.get(Attendance.State.CONFIRMED, 0) + self.counts.get(Attendance.State.PRESENT, 0):
            parts.append(ngettext("%(n)d présence annoncée", "%(n)d présences annoncées", coming) % {"n": coming})
        if away := self.counts.get(Attendance.State.EXCUSED, 0):
            parts.append(ngettext("%(n)d absence annoncée", "%(n)d absences annoncées", away) % {"n": away})
        return ", ".join(parts)


def _here(cohort: Cohort) -> Q:
    return Q(space=cohort.pk) | Q(space__parent=cohort.pk)


def next_event(user: User, cohort: Cohort, now: datetime, *, takes_part: bool) -> NextEvent | None:
    """The event that is running or comes next among those `user` may know of. At most five queries."""
    still = Q(codev__state__in=CodevSession.LIVE, ends_at__gte=now - OVERTIME)
    taken_over = Event.objects.visible_to(user).filter(space__parent=cohort.pk).exclude(template_ref="")
    event = (
        Event.objects.visible_to(user)
        .filter(_here(cohort))
        .exclude(space=cohort.pk, template_ref__in=taken_over.values("template_ref"))  # by one's own group
        .filter(Q(ends_at__gte=now) | still)
        .exclude(state=Event.State.CANCELLED)
        .exclude(codev__state__in=CodevSession.OVER)  # closed before its hour: what counts now is the next one
        .select_related("space")
        .order_by("starts_at", "id")
        .first()
    )
    if event is None:
        return None
    if not takes_part:
        return NextEvent(event, now)
    states = list(Attendance.objects.filter(event=event).order_by("pk").values_list("person", "state"))
    counts: dict[str, int] = {}
    for _person, state in states:
        counts[state] = counts.get(state, 0) + 1
    coming = NextEvent(event, now, announced=dict(states).get(user.pk, ""), counts=counts, tells=True)
    if event.kind == Event.Kind.CODEV:
        coming.session = CodevSession.objects.visible_to(user).filter(pk=event.pk).first()
    if coming.session:
        for seat in coming.session.all_seats:
            if seat.person_id == user.pk:
                coming.seat = seat.role
            if seat.role == SeatRole.CLIENT and seat.person_id != user.pk:
                coming.client = seat.person
    return coming


def tasks_of(
    user: User, cohort: Cohort, coming: NextEvent | None, today: date, commitments: "Iterable[Commitment]"
) -> list[Task]:
    """What someone who follows the path has to do, nearest first. Two queries."""
    tasks: list[Task] = []
    if coming and coming.tells and not coming.has_begun:
        url = reverse("workshops:event", args=[coming.event.pk])
        day = typography.day(coming.event.starts_at)
        if coming.announced == Attendance.State.CONFIRMED:
            tasks.append(
                Task(_("Dire si vous venez %(day)s") % {"day": day}, _("Vous avez annoncé votre présence."), url, True)
            )
        elif coming.announced == Attendance.State.EXCUSED:
            tasks.append(
                Task(_("Dire si vous venez %(day)s") % {"day": day}, _("Vous avez annoncé votre absence."), url, True)
            )
        else:
            tasks.append(Task(_("Dire si vous venez %(day)s") % {"day": day}, coming.event.title, url))
    for commitment in [each for each in commitments if each.due <= today and not each.outcome][:TASKS]:
        tasks.append(
            Task(
                _("Raconter la suite d’un engagement"),
                _("« %(what)s », prévu pour le %(day)s")
                % {"what": commitment.what, "day": typography.date_alone(commitment.due)},
                reverse("workshops:commitment", args=[commitment.pk]),
            )
        )
    if user.organisation_id:
        awaited = (
            Milestone.objects.filter(cohort=cohort, due__lte=today + MILESTONE_NOTICE, required=True)
            .filter(cohort__enrolments__organisation=user.organisation_id)
            .exclude(done__organisation=user.organisation_id)
            .order_by("due", "pk")[:TASKS]
        )
        for milestone in awaited:
            day = typography.date_alone(milestone.due)
            late = _("En retard : attendu pour le %(day)s") if milestone.due < today else _("Attendu pour le %(day)s")
            tasks.append(
                Task(milestone.title, late % {"day": day}, reverse("cohorts:mine", args=[cohort.pk]) + "#etapes")
            )
    unfinished = Note.objects.filter(_here(cohort), state__in=UNFINISHED, authors=user).order_by("-updated_at", "pk")[
        :TASKS
    ]
    for note in unfinished:
        asked = note.state == Note.State.CHANGES_REQUESTED
        tasks.append(
            Task(
                _("Reprendre votre note") if asked else _("Terminer votre note"),
                note.title,
                reverse("reservoir:note", args=[note.pk]),
            )
        )
    return tasks


def tasks_of_facilitator(cohort: Cohort, now: datetime) -> list[Task]:
    """What awaits whoever holds the frame: applications, reviews, attendance to note. Three queries."""
    tasks: list[Task] = []
    waiting = Application.objects.filter(cohort=cohort, state=Application.State.SUBMITTED).count()
    if waiting:
        tasks.append(
            Task(
                ngettext("Lire %(n)d candidature", "Lire %(n)d candidatures", waiting) % {"n": waiting},
                _("Chaque personne attend une réponse écrite."),
                reverse("cohorts:applications", args=[cohort.pk]),
            )
        )
    for note in Note.objects.filter(_here(cohort), state=Note.State.FACILITATOR_REVIEW).order_by("updated_at", "pk")[
        :TASKS
    ]:
        tasks.append(Task(_("Relire une note"), note.title, reverse("reservoir:note", args=[note.pk])))
    unnoted = (
        cohort.events()
        .filter(optional=False, ends_at__lt=now, ends_at__gte=now - ATTENDANCE_NOTICE)
        .exclude(state=Event.State.CANCELLED)
        .exclude(attendances__state__in=[Attendance.State.PRESENT, Attendance.State.PARTIAL, Attendance.State.ABSENT])
        .order_by("starts_at", "id")[:TASKS]
    )
    for event in unnoted:
        tasks.append(
            Task(
                _("Noter les présences"),
                _("%(title)s, %(day)s") % {"title": event.title, "day": typography.day(event.starts_at)},
                reverse("cohorts:attendance", args=[cohort.pk, event.pk]),
            )
        )
    return tasks


@dataclass(frozen=True)
class Excerpt:
    """The beginning of a message, in plain words."""

    message: Message
    words: str


def latest_messages(user: User, cohort: Cohort) -> list[Excerpt]:
    """The last words of the cohort's channels, for those who read them; neither of two people nor of a session."""
    messages = (
        Message.objects.visible_to(user)
        .standing()
        .filter(channel__space=cohort.pk, channel__confidential=False)
        .exclude(channel__kind=Channel.Kind.DIRECT)
        .select_related("author", "channel")
        .order_by("-created_at", "-pk")[:MESSAGES]
    )
    return [Excerpt(message, Truncator(to_text(message.body)).chars(EXCERPT)) for message in messages]


def latest_notes(user: User, cohort: Cohort) -> "QuerySet[Note]":
    """The notes of the cohort that `user` may read, last touched first, with the release that readers see."""
    return (
        Note.objects.visible_to(user)
        .filter(_here(cohort))
        .exclude(state=Note.State.WITHDRAWN)
        .with_current_release()
        .order_by("-updated_at", "pk")[:NOTES]
    )


def organisations_of(cohort: Cohort) -> "QuerySet[Enrolment]":
    return (
        Enrolment.objects.filter(cohort=cohort)
        .select_related("organisation__territory")
        .order_by("organisation__name", "pk")
    )


def people_of(cohort: Cohort) -> tuple[int, list[User], list[User]]:
    """How many follow the path, the first of them, and who facilitates it. Three queries."""
    following = Membership.objects.current().filter(space=cohort.pk, role=Role.PARTICIPANT)
    facilitating = Membership.objects.current().filter(space=cohort.pk, role=Role.FACILITATOR)
    return (
        following.count(),
        list(User.objects.filter(pk__in=following.values("person")).order_by("display_name", "pk")[:PEOPLE]),
        list(User.objects.filter(pk__in=facilitating.values("person")).order_by("display_name", "pk")),
    )


def arrived_on_the_way(standing: Standing, months: list[Month], now: datetime) -> bool:
    """Did she join after the first event, less than a month ago?"""
    first = min((event.ends_at for month in months for event in month.events), default=None)
    return standing.follows and first is not None and standing.joined_at > first and now - standing.joined_at < NEWCOMER


def facts_for(user: User, cohort: Cohort, standing: Standing) -> dict[str, object]:
    """Everything the page says to this person."""
    now, today = timezone.now(), timezone.localdate()
    months = cohort.months(today)
    coming = next_event(user, cohort, now, takes_part=standing.takes_part)
    organisations = [enrolment.organisation for enrolment in organisations_of(cohort)]
    facts: dict[str, object] = {
        "cohort": cohort,
        "standing": standing,
        "months": months,
        "steps": steps(months),
        "coming": coming,
        "today": today,
        "organisations": organisations,
        "first_organisations": organisations[:ORGANISATIONS] if standing.takes_part else organisations,
    }
    if not standing.takes_part:
        return facts
    commitments = list(own_commitments(user, cohort))
    people, faces, facilitators = people_of(cohort)
    tasks = tasks_of_facilitator(cohort, now) if standing.facilitates else []
    if standing.follows:
        tasks += tasks_of(user, cohort, coming, today, commitments)
    return facts | {
        "newcomer": arrived_on_the_way(standing, months, now),
        "tasks": sorted(tasks, key=lambda task: task.done),
        "to_do": sum(1 for task in tasks if not task.done),
        "commitments": [each for each in commitments if not each.outcome or each.due >= today - NEWCOMER][:COMMITMENTS],
        "latest": latest_messages(user, cohort),
        "notes": latest_notes(user, cohort),
        "people": people,
        "more_organisations": max(0, len(organisations) - ORGANISATIONS),
        "faces": faces,
        "facilitators": facilitators,
    }
