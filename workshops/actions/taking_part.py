"""What people write and say in a session: each text goes to whom the method says, and to no one else."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ui.typography import hour
from workshops.actions._room import knock, locked, open_for_writing, seated
from workshops.actions.conduct import rise, sit
from workshops.actions.refusals import AlreadyMoved, NotNow, ReusedClientId
from workshops.methods import SeatRole, StepId
from workshops.models import (
    CodevSession,
    Commitment,
    ConsultationContract,
    ContractAnswer,
    Contribution,
    Learning,
    PrivateNote,
    Pulse,
    PulseToken,
    Seat,
)
from workshops.models.codev import GRACE
from workshops.permissions import may_report

if TYPE_CHECKING:
    from accounts.models import User

State = CodevSession.State
#: Until the question is clear, the client may word it again.
QUESTION_STEPS = (StepId.CHECK_IN, StepId.FOLLOW_UP, StepId.TOPIC_CHOICE, StepId.EXPOSE, StepId.CLARIFICATION)
OUTCOME_STEPS = (StepId.SYNTHESIS, StepId.LEARNING, StepId.CLOSING)
LEARNING_STEPS = (StepId.LEARNING, StepId.CLOSING)
MOST_COMMITMENTS = 3


@transaction.atomic
def arrive(*, session: CodevSession, by: "User") -> Seat:
    """Say « je suis là » and accept the frame; the first to come opens the room, once its hour has come."""
    session, seat = seated(session, by)
    now = timezone.now()
    if session.is_ahead:
        if now < session.opens_at:
            raise NotNow(_("La salle ouvre à %(hour)s.") % {"hour": hour(session.opens_at)})
        session.state = State.LOBBY
        session.save(update_fields=["state"])
    elif session.state != State.LOBBY and not session.is_live:
        raise NotNow(_("La séance est terminée."))
    if not seat.present:
        sit(session, seat, now)
        knock(session, "session.presence")
    return seat


@transaction.atomic
def depart(*, session: CodevSession, by: "User") -> Seat:
    """Say that one leaves; the time spent counts."""
    session, seat = seated(session, by)
    if seat.present and not session.is_over:
        rise(session, seat, timezone.now())
        knock(session, "session.presence")
    return seat


@transaction.atomic
def write_question(*, session: CodevSession, by: "User", text: str) -> CodevSession:
    """Word the client's question: for herself and her facilitator before the session, for the group from the exposé."""
    session, _seat = seated(session, by, SeatRole.CLIENT)
    if not session.is_ahead and session.state != State.LOBBY:
        open_for_writing(session, *QUESTION_STEPS)
    session.client_question = text
    session.save(update_fields=["client_question"])
    knock(session, "session.changed")
    return session


@transaction.atomic
def write_contract(
    *, session: CodevSession, by: "User", text: str, forms_of_help: list[str], confirmed: bool
) -> ConsultationContract:
    """Word the request, and confirm it or not yet. Other words make the answers given so far void."""
    session, _seat = seated(session, by, SeatRole.CLIENT)
    open_for_writing(session, StepId.CONTRACT)
    contract, made = ConsultationContract.objects.get_or_create(
        session=session, defaults={"text": text, "forms_of_help": forms_of_help}
    )
    if not made and (contract.text, contract.forms_of_help) != (text, forms_of_help):
        contract.text, contract.forms_of_help = text, forms_of_help
        contract.version += 1
        contract.answers.all().delete()
    contract.confirmed_at = timezone.now() if confirmed else None
    contract.save()
    knock(session, "session.contract")
    return contract


@transaction.atomic
def answer_contract(*, session: CodevSession, by: "User", version: int, yes: bool, missing: str = "") -> ContractAnswer:
    """Say whether one can help with the request as it was read (`version`), or what is missing."""
    session, _seat = seated(session, by, SeatRole.CONSULTANT)
    open_for_writing(session, StepId.CONTRACT)
    contract = ConsultationContract.objects.filter(session=session).first()
    if contract is None or contract.version != version:
        raise AlreadyMoved(_("La demande vient de changer : relisez-la avant de répondre."))
    answer, _made = ContractAnswer.objects.update_or_create(
        contract=contract, consultant=by, defaults={"yes": yes, "missing": "" if yes else missing}
    )
    knock(session, "session.contract")
    return answer


def may_still_contribute(session: CodevSession) -> bool:
    """During the consultation, and for 30 s after it for those who were still writing."""
    if session.state == State.PAUSED and session.pause_reason == CodevSession.PauseReason.CARE:
        return False
    if not session.is_live:
        return False
    if session.step == StepId.CONSULTATION:
        return True
    last = session.runs.filter(step=StepId.CONSULTATION, ended_at__isnull=False).order_by("-seq").first()
    return last is not None and last.ended_at is not None and timezone.now() - last.ended_at <= GRACE


@transaction.atomic
def contribute(
    *, session: CodevSession, by: "User", client_id: UUID, kind: str, text: str, to_group: bool
) -> Contribution:
    """Give the client an experience, an idea or a resource, once; the group reads it only if its author ticks it."""
    session, _seat = seated(session, by, SeatRole.CONSULTANT)
    if already := Contribution.objects.filter(author=by, client_id=client_id).first():
        if (already.session_id, already.kind, already.text, already.to_group) != (session.pk, kind, text, to_group):
            raise ReusedClientId
        return already
    if not may_still_contribute(session):
        open_for_writing(session, StepId.CONSULTATION)
    contribution = Contribution.objects.create(
        session=session, author=by, client_id=client_id, kind=kind, text=text, to_group=to_group
    )
    knock(session, "session.contribution")
    return contribution


@transaction.atomic
def withdraw_contribution(*, contribution: Contribution, by: "User") -> None:
    """Take back what one gave: no copy is kept anywhere."""
    session, _seat = seated(contribution.session, by)
    if contribution.author_id != by.pk:
        raise PermissionDenied
    Contribution.objects.filter(pk=contribution.pk).delete()
    knock(session, "session.contribution")


@transaction.atomic
def keep_contribution(*, contribution: Contribution, by: "User", kept: bool) -> Contribution:
    """Mark what one wants to come back to. The client's own choice, which nobody else sees."""
    session, _seat = seated(contribution.session, by, SeatRole.CLIENT)
    contribution = Contribution.objects.select_for_update(of=("self",)).get(pk=contribution.pk, session=session)
    contribution.kept = kept
    contribution.save(update_fields=["kept"])
    return contribution


@transaction.atomic
def write_private_note(*, session: CodevSession, by: "User", text: str) -> PrivateNote:
    """Keep one's own notes, before, during and after. Nobody hears of it: no knock."""
    session, _seat = seated(session, by)
    note, _made = PrivateNote.objects.update_or_create(
        session=session, author=by, defaults={"text": text, "changed_at": timezone.now()}
    )
    return note


@transaction.atomic
def commit_to(
    *,
    session: CodevSession,
    by: "User",
    client_id: UUID,
    what: str,
    due: date,
    first_step: str = "",
    obstacle: str = "",
    plan: str = "",
    help_wanted: str = "",
    visibility: str = Commitment.Visibility.GROUP,
) -> Commitment:
    """Say what one will try, at most three things a session. `client_id` becomes the row's key, so it is there once."""
    session, _seat = seated(session, by)
    words = {
        "what": what,
        "due": due,
        "first_step": first_step,
        "obstacle": obstacle,
        "plan": plan,
        "help_wanted": help_wanted,
        "visibility": visibility,
    }
    if already := Commitment.objects.filter(pk=client_id).first():
        same = all(getattr(already, name) == value for name, value in words.items())
        if already.person_id != by.pk or already.event_id != session.pk or not same:
            raise ReusedClientId
        return already
    if not session.is_over:
        open_for_writing(session, *OUTCOME_STEPS)
    if Commitment.objects.filter(event=session.pk, person=by).count() >= MOST_COMMITMENTS:
        raise NotNow(_("Trois actions, c’est déjà beaucoup : retirez-en une avant d’en ajouter une autre."))
    commitment = Commitment.objects.create(
        pk=client_id, person=by, space=session.event.space, event=session.event, **words
    )
    knock(session, "session.changed")
    return commitment


@transaction.atomic
def drop_commitment(*, commitment: Commitment, by: "User") -> None:
    """Take back, before the session closes, an action that was said too fast."""
    if not may_report(by, commitment):
        raise PermissionDenied
    session = locked(CodevSession.objects.get(pk=commitment.event_id))
    open_for_writing(session, *OUTCOME_STEPS)
    Commitment.objects.filter(pk=commitment.pk).delete()
    knock(session, "session.changed")


@transaction.atomic
def choose_insight(*, session: CodevSession, by: "User", chosen: bool) -> CodevSession:
    """Leave with « pas d’action, une prise de conscience », or think again."""
    session, _seat = seated(session, by, SeatRole.CLIENT)
    open_for_writing(session, *OUTCOME_STEPS)
    session.insight_only = chosen
    session.save(update_fields=["insight_only"])
    knock(session, "session.changed")
    return session


@transaction.atomic
def learn(*, session: CodevSession, by: "User", text: str, scope: str) -> Learning | None:
    """Name what one learns, for oneself unless `scope` says otherwise. Empty words take it back."""
    session, _seat = seated(session, by)
    if not session.is_over:
        open_for_writing(session, *LEARNING_STEPS)
    before = Learning.objects.filter(session=session, author=by).first()
    shared = (before and before.scope != Learning.Scope.SELF) or scope != Learning.Scope.SELF
    learning = None
    if text:
        learning, _made = Learning.objects.update_or_create(
            session=session, author=by, defaults={"text": text, "scope": scope, "changed_at": timezone.now()}
        )
    elif before:
        before.delete()
    if shared:
        knock(session, "session.changed")
    return learning


@transaction.atomic
def answer_pulse(
    *, session: CodevSession, by: "User", useful: int, spoke: int, pace: str, keep: str = "", change: str = ""
) -> Pulse:
    """Answer once, without a name: the token that allowed it disappears in the same transaction."""
    session, _seat = seated(session, by)
    open_for_writing(session, StepId.CLOSING)
    spent, _rows = PulseToken.objects.filter(session=session, person=by).delete()
    if not spent:
        raise AlreadyMoved(
            _("Votre réponse est déjà enregistrée. Elle ne porte pas votre nom : on ne peut pas la retrouver.")
        )
    pulse = Pulse.objects.create(session=session, useful=useful, spoke=spoke, pace=pace, keep=keep, change=change)
    knock(session, "session.pulse")
    return pulse


@transaction.atomic
def report_commitment(*, commitment: Commitment, by: "User", outcome: str, learned: str = "") -> Commitment:
    """Tell what became of what one said one would try. A renunciation told is a learning too."""
    commitment = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    if not may_report(by, commitment):
        raise PermissionDenied
    commitment.outcome = outcome
    commitment.learned = learned
    commitment.reported_at = timezone.now()
    commitment.save(update_fields=["outcome", "learned", "reported_at"])
    return commitment
