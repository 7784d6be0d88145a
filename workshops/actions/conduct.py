"""What the person who holds the hand does with a session. A timer never does any of it (domain.md 2.5)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workshops.actions._room import conducted, knock, locked, log
from workshops.actions.refusals import AlreadyMoved, NotNow, NotReady
from workshops.methods import LEAST_CONSULTANTS, MOST_MEMBERS, SeatRole, StepId, plan
from workshops.models import (
    Attendance,
    CodevSession,
    Commitment,
    ConsultationContract,
    Event,
    PulseToken,
    Seat,
    StepRun,
)
from workshops.permissions import may_conduct, seat_of

if TYPE_CHECKING:
    from accounts.models import User

State = CodevSession.State
EXTENSIONS = (2, 5, 10)


@transaction.atomic
def take_hand(*, session: CodevSession, by: "User") -> CodevSession:
    """Make `by` the one person who conducts; everyone sees who it is. A facilitator without a seat gets one."""
    session = locked(session)
    if not may_conduct(by, session):
        raise PermissionDenied
    if session.is_over or session.state == State.CANCELLED:
        raise NotNow(_("La séance est terminée."))
    if session.hand_id != by.pk:
        session.hand = by
        session.save(update_fields=["hand"])
        log(session, by, "hand.taken")
    _sit_to_conduct(session, by, timezone.now())
    knock(session, "session.hand")
    return session


@transaction.atomic
def open_room(*, session: CodevSession, by: "User") -> CodevSession:
    """Let people in, before or after the hour that was set for it."""
    session = conducted(session, by)
    if session.state != State.LOBBY:
        if not session.is_ahead:
            raise AlreadyMoved
        session.state = State.LOBBY
        session.save(update_fields=["state"])
    _sit_to_conduct(session, by, timezone.now())
    knock(session, "session.opened")
    return session


def missing_to_start(session: CodevSession) -> list[str]:
    """Sentences that say what the method still needs before it starts; none when it may."""
    members = session.others_present()
    consultants = sum(seat.role == SeatRole.CONSULTANT for seat in members)
    missing = []
    if not any(seat.role == SeatRole.CLIENT for seat in members):
        missing.append(_("La personne cliente n’est pas encore là."))
    if consultants < LEAST_CONSULTANTS:
        lacking = LEAST_CONSULTANTS - consultants
        missing.append(
            ngettext("Il manque %(n)s consultant·e.", "Il manque %(n)s consultant·e·s.", lacking) % {"n": lacking}
        )
    if len(members) > MOST_MEMBERS:
        missing.append(
            _("Vous êtes %(n)s : au-delà de huit, chacun parle trop peu. Partagez le groupe en deux séances.")
            % {"n": len(members)}
        )
    missing += [
        _("%(name)s n’a pas encore accepté le cadre.") % {"name": seat.person.first_name}
        for seat in members
        if not seat.frame_accepted_at
    ]
    return missing


@transaction.atomic
def start_session(*, session: CodevSession, by: "User", seen_seq: int) -> CodevSession:
    """Begin with the check-in, on a timetable made for those who are here and for the time that is left."""
    session = conducted(session, by)
    if session.step_seq != seen_seq or session.is_live or session.is_over:
        raise AlreadyMoved
    if session.state != State.LOBBY:
        raise NotNow(_("Ouvrez d’abord la salle."))
    now = timezone.now()
    _sit_to_conduct(session, by, now)
    if missing := missing_to_start(session):
        raise NotReady(" ".join(missing))
    members = session.others_present()
    previous = session.previous()
    reports = previous.client_seat if previous else None
    session.plan = plan(
        len(members),
        session.variant,
        booked_minutes=_minutes_to_fill(session.event, now),
        remote=session.event.mode != Event.Mode.ONSITE,
        follow_up=reports is not None and reports.person_id in {seat.person_id for seat in session.all_seats},
    ).minutes
    session.state = State.RUNNING
    session.started_at = now
    _enter(session, StepId.CHECK_IN, now)
    knock(session, "session.started")
    return session


@transaction.atomic
def advance_session(*, session: CodevSession, by: "User", seen_seq: int, override_reason: str = "") -> CodevSession:
    """Take the session from the step its facilitator sees to the next one.

    `seen_seq` makes a double click, or two facilitators at once, harmless: the second finds the session moved.
    `override_reason` passes the guard of the contract; it goes to the process log.
    """
    session = _at_step(session, by, seen_seq)
    if session.is_paused:
        raise NotNow(_("La séance est en pause : reprenez-la avant de passer à la suite."))
    if session.next_step is None:
        raise NotNow(_("C’est la dernière étape : il reste à clôturer la séance."))
    if session.step == StepId.CONTRACT and (missing := missing_in_contract(session)):
        if not override_reason:
            raise NotReady(" ".join(missing))
        log(session, by, "contract.overridden", override_reason)
    if session.step == StepId.SYNTHESIS and not has_an_outcome(session):
        raise NotReady(
            _(
                "Il manque une petite action, ou le choix « Pas d’action, une prise de conscience », "
                "de la personne cliente."
            )
        )
    if session.step == StepId.FOLLOW_UP:
        _record_follow_up(session)
    now = timezone.now()
    _leave(session, now)
    _enter(session, session.next_step.id, now)
    knock(session, "session.moved")
    return session


def missing_in_contract(session: CodevSession) -> list[str]:
    """Sentences that say what the contract lacks: words, the client's confirmation, a yes from more than half."""
    contract = ConsultationContract.objects.filter(session=session).prefetch_related("answers").first()
    if contract is None or not contract.text:
        return [_("La demande n’est pas encore écrite.")]
    missing = []
    if not contract.confirmed_at:
        missing.append(_("La personne cliente n’a pas encore confirmé sa demande."))
    here = {seat.person_id for seat in session.others_present() if seat.role == SeatRole.CONSULTANT}
    yes = sum(answer.yes for answer in contract.answers.all() if answer.consultant_id in here)
    if yes * 2 <= len(here):
        missing.append(
            ngettext(
                "%(yes)s oui sur %(n)s : il en faut plus de la moitié.",
                "%(yes)s oui sur %(n)s : il en faut plus de la moitié.",
                yes,
            )
            % {"yes": yes, "n": len(here)}
        )
    return missing


def has_an_outcome(session: CodevSession) -> bool:
    """Has the client an action, or has she said that an insight is enough?"""
    return (
        session.insight_only
        or Commitment.objects.filter(
            event=session.event_id, person__in=session.seats.filter(role=SeatRole.CLIENT).values("person")
        ).exists()
    )


@transaction.atomic
def go_back(*, session: CodevSession, by: "User", seen_seq: int) -> CodevSession:
    """Return to the step before, where the method allows it. What was written since is kept."""
    session = _at_step(session, by, seen_seq)
    if session.is_paused:
        raise NotNow(_("La séance est en pause : reprenez-la avant de revenir en arrière."))
    if session.back_step is None:
        raise NotNow(_("On ne revient pas en arrière depuis cette étape."))
    now = timezone.now()
    target = session.back_step.id
    _leave(session, now)
    _enter(session, target, now, StepRun.Direction.BACK)
    knock(session, "session.moved")
    return session


@transaction.atomic
def extend_step(*, session: CodevSession, by: "User", minutes: int, seen_seq: int, seen_extension: int) -> CodevSession:
    """Give the step 2, 5 or 10 minutes more. `seen_extension` is the extension in seconds that `by` saw."""
    session = _at_step(session, by, seen_seq)
    if session.extended_seconds != seen_extension:
        raise AlreadyMoved(_("Le temps de cette étape vient déjà de changer."))
    if minutes not in EXTENSIONS:
        raise NotNow(_("On prolonge de 2, 5 ou 10 minutes."))
    if not session.may_extend(minutes) or session.current is None:
        most = int(session.current.most_minutes) if session.current else 0
        raise NotNow(_("Cette étape ne peut pas dépasser %(most)s minutes.") % {"most": most})
    session.extended_seconds += minutes * 60
    session.save(update_fields=["extended_seconds"])
    session.runs.filter(seq=session.step_seq).update(extended_seconds=session.extended_seconds)
    knock(session, "session.extended")
    return session


@transaction.atomic
def pause_session(*, session: CodevSession, by: "User", reason: str) -> CodevSession:
    """Freeze the clock, and say the kind of reason, never its content."""
    session = conducted(session, by)
    if session.state != State.RUNNING:
        raise AlreadyMoved
    if reason not in CodevSession.PauseReason.values:
        raise NotReady(_("Dites la raison de la pause."))
    session.state = State.PAUSED
    session.paused_at = timezone.now()
    session.pause_reason = reason
    session.save(update_fields=["state", "paused_at", "pause_reason"])
    log(session, by, "paused", reason)
    knock(session, "session.paused")
    return session


@transaction.atomic
def resume_session(*, session: CodevSession, by: "User") -> CodevSession:
    """Let the clock run again from where it stopped."""
    session = conducted(session, by)
    if not session.is_paused:
        raise AlreadyMoved
    _unfreeze(session, timezone.now())
    session.save(update_fields=["state", "step_started_at", "paused_at", "pause_reason"])
    log(session, by, "resumed")
    knock(session, "session.resumed")
    return session


@transaction.atomic
def skip_step(*, session: CodevSession, by: "User", seen_seq: int, reason: str) -> CodevSession:
    """Leave out a step that the method can do without, with the kind of reason."""
    session = _at_step(session, by, seen_seq)
    if session.is_paused:
        raise NotNow(_("La séance est en pause : reprenez-la avant de passer cette étape."))
    if session.current is None or not session.current.skippable:
        raise NotNow(_("Cette étape ne se passe pas : elle fait la méthode."))
    if reason not in CodevSession.SkipReason.values:
        raise NotReady(_("Dites pourquoi vous passez cette étape."))
    log(session, by, "step.skipped", reason)
    if session.step == StepId.FOLLOW_UP:
        _record_follow_up(session)
    now = timezone.now()
    following = session.next_step
    _leave(session, now, skipped=reason)
    if following is None:
        return _close(session, by, now)
    _enter(session, following.id, now)
    knock(session, "session.skipped")
    return session


@transaction.atomic
def close_session(*, session: CodevSession, by: "User", seen_seq: int, reason: str = "") -> CodevSession:
    """End the session: from its closing step, or from any other with a typed reason. Attendance is counted."""
    session = _at_step(session, by, seen_seq)
    if session.step != StepId.CLOSING and not reason:
        raise NotReady(_("Clôturer avant la fin demande une raison."))
    now = timezone.now()
    _leave(session, now)
    return _close(session, by, now, reason)


@transaction.atomic
def show_timer(*, session: CodevSession, by: "User", shown: bool) -> CodevSession:
    """Let participants and the projector see the countdown, or the facilitator alone."""
    session = conducted(session, by)
    session.shows_timer = shown
    session.save(update_fields=["shows_timer"])
    knock(session, "session.timer")
    return session


@transaction.atomic
def mark_present(*, session: CodevSession, by: "User", seat: Seat, present: bool) -> Seat:
    """Note that someone is here by telephone, having accepted the frame aloud, or is gone."""
    session = conducted(session, by)
    seat = session.seats.select_for_update(of=("self",)).get(pk=seat.pk)
    if session.is_over:
        raise NotNow(_("La séance est terminée."))
    now = timezone.now()
    if present:
        sit(session, seat, now)
        log(session, by, "present.by_telephone")
    else:
        rise(session, seat, now)
    knock(session, "session.presence")
    return seat


# --- what several of these do ---------------------------------------------


def sit(session: CodevSession, seat: Seat, now: datetime) -> None:
    """`seat` is taken, its person having accepted the frame."""
    if not seat.present:
        seat.here_since = now
    seat.present = True
    seat.arrived_at = seat.arrived_at or now
    seat.frame_accepted_at = seat.frame_accepted_at or now
    seat.save(update_fields=["present", "arrived_at", "here_since", "frame_accepted_at"])
    Attendance.objects.update_or_create(
        event_id=session.pk, person_id=seat.person_id, defaults={"state": Attendance.State.PRESENT}
    )
    if session.step == StepId.CLOSING and session.is_live and seat.role != SeatRole.FACILITATOR:
        PulseToken.objects.get_or_create(session=session, person_id=seat.person_id)


def rise(session: CodevSession, seat: Seat, now: datetime) -> None:
    """`seat` is left; the time spent in it counts."""
    seat.seconds_here = seat.seconds_until(now, session.started_at or now)
    seat.present = False
    seat.here_since = None
    seat.save(update_fields=["present", "here_since", "seconds_here"])


def _sit_to_conduct(session: CodevSession, by: "User", now: datetime) -> None:
    seat = seat_of(by, session) or Seat.objects.create(session=session, person=by, role=SeatRole.FACILITATOR)
    if not seat.present:
        sit(session, seat, now)


def _minutes_to_fill(event: Event, now: datetime) -> int:
    """The booked slot, or what is left of it when the session starts late."""
    booked = event.ends_at - event.starts_at
    left = event.ends_at - now
    return int((min(booked, left) if left > timedelta() else booked).total_seconds() // 60)


def _at_step(session: CodevSession, by: "User", seen_seq: int) -> CodevSession:
    session = conducted(session, by)
    if session.step_seq != seen_seq or not session.is_live:
        raise AlreadyMoved
    return session


def _unfreeze(session: CodevSession, now: datetime) -> None:
    if session.paused_at and session.step_started_at:
        session.step_started_at += now - session.paused_at
    session.state = State.RUNNING
    session.paused_at = None
    session.pause_reason = ""


def _leave(session: CodevSession, now: datetime, skipped: str = "") -> None:
    session.runs.filter(seq=session.step_seq).update(ended_at=now, skipped=skipped)


def _enter(session: CodevSession, step: str, now: datetime, direction: str = StepRun.Direction.FORWARD) -> None:
    session.move_to(step, now)
    session.save()
    StepRun.objects.create(
        session=session,
        seq=session.step_seq,
        step=step,
        direction=direction,
        started_at=now,
        planned_seconds=session.planned_seconds,
    )
    if step == StepId.CLOSING:
        PulseToken.objects.bulk_create(
            [PulseToken(session=session, person_id=seat.person_id) for seat in session.others_present()],
            ignore_conflicts=True,
        )


def _record_follow_up(session: CodevSession) -> None:
    if previous := session.previous():
        previous.state = State.FOLLOWED_UP
        previous.followed_up_at = timezone.now()
        previous.save(update_fields=["state", "followed_up_at"])


def _close(session: CodevSession, by: "User", now: datetime, reason: str = "") -> CodevSession:
    session.state = State.CLOSED
    session.closed_at = now
    session.paused_at = None
    session.pause_reason = ""
    session.step_seq += 1
    session.save()
    session.pulse_tokens.all().delete()
    _count_attendance(session, by, now)
    Event.objects.filter(pk=session.pk).update(state=Event.State.HELD)
    log(session, by, "closed", reason)
    knock(session, "session.closed")
    return session


def _count_attendance(session: CodevSession, by: "User", now: datetime) -> None:
    """Present from 75 % of the duration, partly from 25 %. An open socket proves nothing, so it counts nothing."""
    started_at = session.started_at or now
    duration = max(1.0, (now - started_at).total_seconds())
    for seat in session.seats.all():
        share = seat.seconds_until(now, started_at) / duration
        seat.seconds_here = seat.seconds_until(now, started_at)
        seat.here_since = None
        seat.save(update_fields=["seconds_here", "here_since"])
        state = Attendance.State.PRESENT if share >= 0.75 else Attendance.State.PARTIAL
        if share < 0.25:
            known = Attendance.objects.filter(event_id=session.pk, person_id=seat.person_id).first()
            excused = known is not None and known.told_at is not None
            state = Attendance.State.EXCUSED if excused else Attendance.State.ABSENT
        Attendance.objects.update_or_create(
            event_id=session.pk, person_id=seat.person_id, defaults={"state": state, "recorded_by": by}
        )
