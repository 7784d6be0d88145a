"""Who will come to an event, and who sits where in a session."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.actions import settle
from spaces.models import TAKING_PART, Membership
from workshops.actions._room import knock, locked
from workshops.actions.refusals import NotNow, NotReady
from workshops.methods import SeatRole, Variant
from workshops.models import Attendance, CodevSession, Event, Seat
from workshops.permissions import is_expected, may_prepare_sessions

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def tell_presence(*, event: Event, person: "User", coming: bool) -> Attendance:
    """Announce that one comes, or that one does not, until the event has begun."""
    event = Event.objects.select_for_update(of=("self",)).select_related("space").get(pk=event.pk)
    if not is_expected(person, event):
        raise PermissionDenied
    if event.state != Event.State.PLANNED or event.starts_at <= timezone.now():
        raise NotNow(_("La rencontre a commencé : la présence ne s’annonce plus."))
    attendance, _made = Attendance.objects.update_or_create(
        event=event,
        person=person,
        defaults={
            "state": Attendance.State.CONFIRMED if coming else Attendance.State.EXCUSED,
            "told_at": None if coming else timezone.now(),
        },
    )
    settle(person=person, about=("event", [event.pk]))
    return attendance


@transaction.atomic
def make_session(
    *,
    event: Event,
    by: "User",
    client: "User",
    facilitator: "User",
    people: Iterable["User"] = (),
    co_facilitators: Iterable["User"] = (),
    observers: Iterable["User"] = (),
    variant: str = Variant.STANDARD,
) -> CodevSession:
    """Say who sits where in the session of a co-development event; `people` are its consultants.

    May be asked again until the session starts: who was there stays there. The session before, if its client has not
    told what she tried, now waits for her return.
    """
    event = Event.objects.select_for_update(of=("self",)).select_related("space").get(pk=event.pk)
    if not may_prepare_sessions(by, event):
        raise PermissionDenied
    roles = {person.pk: SeatRole.CONSULTANT for person in people}
    roles |= {person.pk: SeatRole.OBSERVER for person in observers}
    roles |= {person.pk: SeatRole.FACILITATOR for person in (*co_facilitators, facilitator)}
    if roles.get(client.pk) == SeatRole.FACILITATOR:
        raise NotReady(_("La personne cliente ne peut pas animer sa propre séance."))
    roles[client.pk] = SeatRole.CLIENT
    of_the_group = set(
        Membership.objects.current()
        .filter(space=event.space, role__in=TAKING_PART, person__in=roles)
        .values_list("person", flat=True)
    )
    if set(roles) - of_the_group:
        raise NotReady(_("Une personne choisie n’est pas, ou n’est plus, membre du groupe."))
    session, made = CodevSession.objects.get_or_create(
        event=event, defaults={"state": CodevSession.State.CLIENT_CONFIRMED, "variant": variant, "hand": None}
    )
    if not made:
        session = locked(session)
        if not session.is_ahead and session.state != CodevSession.State.LOBBY:
            raise NotNow(_("La séance a commencé : les rôles ne se changent plus ici."))
        if session.is_ahead:
            session.state = CodevSession.State.CLIENT_CONFIRMED
        if session.client_seat and session.client_seat.person_id != client.pk:
            session.client_question = ""  # it was the first client's
        session.variant = variant
        session.save(update_fields=["variant", "client_question", "state"])
    session.seats.exclude(person__in=roles).delete()
    session.seats.update(role=SeatRole.OBSERVER)  # so that there is never a second client on the way
    for person, role in roles.items():
        Seat.objects.update_or_create(session=session, person_id=person, defaults={"role": role})
    Attendance.objects.bulk_create(
        [Attendance(event=event, person_id=person) for person in roles], ignore_conflicts=True
    )
    if (previous := session.previous()) and previous.state == CodevSession.State.CLOSED:
        previous.state = CodevSession.State.FOLLOW_UP_DUE
        previous.save(update_fields=["state"])
    knock(session, "session.seats")
    return session
