"""An event takes place at another time or in another place, and whoever is expected knows it."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.actions import tell_many, withdraw
from spaces.models import TAKING_PART, Membership
from workshops.actions.refusals import NotNow, NotReady
from workshops.models import Attendance, CodevSession, Event
from workshops.permissions import may_move

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def move_event(*, event: Event, by: "User", starts_at: datetime, ends_at: datetime, place: str) -> Event:
    """Say when and where it takes place now, and tell whoever is expected. Nothing is told when nothing changes.

    Who had said whether she comes is asked again when the time changes.
    """
    event = Event.objects.select_for_update(of=("self",)).select_related("space").get(pk=event.pk)
    if not may_move(by, event):
        raise PermissionDenied
    if event.state != Event.State.PLANNED or event.starts_at <= timezone.now() or _has_begun(event):
        raise NotNow(_("La rencontre a commencé, ou n’a plus lieu : elle ne se déplace plus."))
    if starts_at <= timezone.now() or ends_at <= starts_at:
        raise NotReady(_("La rencontre commence plus tard que maintenant, et finit après son début."))
    if (event.starts_at, event.ends_at, event.place) == (starts_at, ends_at, place):
        return event
    if (event.starts_at, event.ends_at) != (starts_at, ends_at):
        event.attendances.update(state=Attendance.State.EXPECTED, told_at=None)
    event.starts_at, event.ends_at, event.place = starts_at, ends_at, place
    event.save(update_fields=["starts_at", "ends_at", "place"])
    withdraw(about=("event", event.pk))  # an earlier move is no longer true
    here = Membership.objects.current().filter(space=event.space, role__in=TAKING_PART)
    tell_many(
        people=get_user_model().objects.filter(pk__in=here.values("person"), is_active=True).order_by("pk"),
        kind="event_moved",
        path=reverse("workshops:event", args=[event.pk]),
        facts={"event": str(event.pk)},
        dedupe_key=f"event-moved:{uuid4()}",  # each move is news, back to the first date too
        by=by,
        space=event.space,
        about=("event", event.pk),
    )
    return event


def _has_begun(event: Event) -> bool:
    session = CodevSession.objects.filter(pk=event.pk).first()
    return session is not None and not session.is_ahead
