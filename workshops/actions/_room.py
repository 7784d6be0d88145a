"""What every action in a room does first and last: lock, ask, knock."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from live.publish import publish
from workshops.actions.refusals import HandElsewhere, NotNow
from workshops.models import CodevSession, ProcessLog, Seat
from workshops.permissions import may_conduct, seat_of

if TYPE_CHECKING:
    from accounts.models import User


def locked(session: CodevSession) -> CodevSession:
    """The session as it is now, held until the transaction ends."""
    return CodevSession.objects.select_for_update(of=("self",)).select_related("event__space").get(pk=session.pk)


def conducted(session: CodevSession, by: "User") -> CodevSession:
    """The locked session, `by` holding the hand; a free hand is taken."""
    session = locked(session)
    if not may_conduct(by, session):
        raise PermissionDenied
    if session.hand_id is None:
        session.hand = by
        session.save(update_fields=["hand"])
    elif session.hand_id != by.pk:
        raise HandElsewhere
    return session


def seated(session: CodevSession, by: "User", *roles: str) -> tuple[CodevSession, Seat]:
    """The locked session and the seat of `by`, in one of `roles` when given."""
    session = locked(session)
    seat = seat_of(by, session)
    if seat is None or (roles and seat.role not in roles):
        raise PermissionDenied
    return session, seat


def open_for_writing(session: CodevSession, *steps: str) -> None:
    """Refuse what the group would read, outside the steps made for it and while the session takes care of someone."""
    if session.is_paused and session.pause_reason == CodevSession.PauseReason.CARE:
        raise NotNow(_("La séance est en pause : on n’écrit pas pendant ce temps. Votre texte reste sur cette page."))
    if not session.is_live or session.step not in steps:
        raise NotNow(_("L’étape est passée : ce texte n’a pas été enregistré. Il reste sur cette page."))


def knock(session: CodevSession, kind: str) -> None:
    """Tell the open pages to look again: ids, step and deadline, which every watcher may know, and nothing else."""
    deadline = session.deadline if session.state == CodevSession.State.RUNNING else None
    publish(
        session.topic,
        kind,
        state=session.state,
        step=session.step,
        step_seq=session.step_seq,
        deadline=int(deadline.timestamp() * 1000) if deadline else None,
    )


def log(session: CodevSession, by: "User", what: str, reason: str = "") -> None:
    ProcessLog.objects.create(session=session, who=by, what=what, step=session.step, reason=reason)
