"""How what is told of events reads, and what digests say of them."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from notifications import gathering, news
from notifications.gathering import Coming
from notifications.models import Notification
from notifications.news import News
from ui.templatetags.ui import when
from workshops.models import Attendance, Event

if TYPE_CHECKING:
    from accounts.models import User


def register() -> None:
    news.register(["event_moved"], describe_moves)
    gathering.register_coming(next_event)


def describe_moves(person: "User", rows: list[Notification]) -> dict[UUID, News]:
    """When and where each event takes place now, if it still does."""
    events = Event.objects.visible_to(person).exclude(state=Event.State.CANCELLED)
    found = events.in_bulk([row.facts["event"] for row in rows])
    return {row.pk: _moved(row, found[key]) for row in rows if (key := UUID(row.facts["event"])) in found}


def _moved(row: Notification, event: Event) -> News:
    words = {"title": event.title, "when": when(event.starts_at), "where": _where(event)}
    sentence = _("« %(title)s » change : ce sera %(when)s, %(where)s") % words
    return News(sentence, row.path, row.created_at)


def next_event(person: "User") -> Coming | None:
    """The next event of `person`, but for those she has said she will not come to."""
    excused = Attendance.objects.filter(person=person, state=Attendance.State.EXCUSED).values("event")
    event = Event.objects.visible_to(person).ahead().exclude(pk__in=excused).first()
    if event is None:
        return None
    return Coming(
        event.title, event.starts_at, event.ends_at, _where(event), reverse("workshops:event", args=[event.pk])
    )


def _where(event: Event) -> str:
    return ", ".join(filter(None, [event.place, event.get_mode_display()]))
