"""Questions about who may do what at an event and in a session."""

from typing import TYPE_CHECKING
from uuid import UUID

from spaces.models import FACILITATING, Membership
from spaces.permissions import facilitates, takes_part
from workshops.methods import SeatRole
from workshops.models import CodevSession, Commitment, Event, Seat

if TYPE_CHECKING:
    from accounts.models import User


def seat_of(user: "User", session: CodevSession) -> Seat | None:
    """The place `user` holds in the session as a member of its group today; none for who has left."""
    if not user.is_authenticated or not takes_part(user, session.event.space):
        return None
    return session.seats.filter(person=user).first()


def may_conduct(user: "User", session: CodevSession) -> bool:
    """May `user` hold the hand? The session's facilitators may, and those of its group who do not sit as members."""
    seat = seat_of(user, session)
    if seat is not None:
        return seat.role == SeatRole.FACILITATOR
    return facilitates(user, session.event.space)


def holds_the_hand(user: "User", session: CodevSession) -> bool:
    """One person conducts at a time. Until someone has taken the hand, whoever may conduct does."""
    return may_conduct(user, session) and session.hand_id in (None, user.pk)


def may_watch_session(user: "User", pk: UUID | str) -> bool:
    """Guard of the live topic `session:<pk>`, asked again whenever a role changes."""
    try:
        key = UUID(str(pk))
    except ValueError:
        return False
    return CodevSession.objects.visible_to(user).filter(pk=key).exists()


def may_prepare_sessions(user: "User", event: Event) -> bool:
    """May `user` choose who sits where in the session of this event?"""
    return event.kind == Event.Kind.CODEV and facilitates(user, event.space)


def may_move(user: "User", event: Event) -> bool:
    """May `user` say when and where it takes place? Whoever facilitates its space, or the cohort of its peer group."""
    spaces = [event.space_id, event.space.parent_id]
    held = Membership.objects.current().filter(space__in=spaces, role__in=FACILITATING)
    return user.is_authenticated and held.filter(person=user).exists()


def is_expected(user: "User", event: Event) -> bool:
    """Is `user` one of those who can say whether they will come?"""
    return takes_part(user, event.space)


def may_report(user: "User", commitment: Commitment) -> bool:
    """Only the person who committed tells what became of it."""
    return user.is_authenticated and commitment.person_id == user.pk
