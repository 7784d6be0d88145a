"""What one person sees of a session at one moment. One face a role; a fact that the role may not know is not in it."""

import math
from collections.abc import Mapping
from datetime import datetime
from random import SystemRandom
from statistics import median
from typing import Any
from uuid import uuid4

from django.forms import BaseForm
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from ui import typography
from workshops.actions.conduct import EXTENSIONS, has_an_outcome, missing_in_contract, missing_to_start
from workshops.actions.taking_part import (
    LEARNING_STEPS,
    MOST_COMMITMENTS,
    OUTCOME_STEPS,
    QUESTION_STEPS,
    may_still_contribute,
)
from workshops.forms import (
    AnswerForm,
    CommitmentForm,
    ContractForm,
    ContributionForm,
    LearningForm,
    NoteForm,
    PulseForm,
    QuestionForm,
)
from workshops.methods import GROUND_RULES, STEPS, SeatRole, StepId, prompt
from workshops.models import (
    CodevSession,
    Commitment,
    ConsultationContract,
    Contribution,
    Learning,
    PrivateNote,
    Pulse,
    Seat,
)

Bound = Mapping[str, BaseForm]
ICONS = {
    SeatRole.CLIENT: ("ear", "plum"),
    SeatRole.CONSULTANT: ("lightbulb", "green"),
    SeatRole.FACILITATOR: ("compass", "ochre"),
    SeatRole.OBSERVER: ("eye", "blue"),
}
PULSES_SHOWN_FROM = 5  # rule K1: under five answers nothing is said


def place(step: str) -> str | Promise:
    """« Étape 4 sur 6 », or where the step stands around the six of the method."""
    number = STEPS[step].number
    if number:
        return _("Étape %(n)s sur 6") % {"n": number}
    if step == StepId.CLOSING:
        return _("Pour finir")
    return _("Respiration") if step == StepId.BREAK else _("Pour commencer")


def clock(session: CodevSession, now: datetime) -> dict[str, Any]:
    """The time of the step, for a page that counts on its own from the server's clock."""
    left = session.seconds_left(now)
    deadline = session.deadline
    shown = abs(left)
    return {
        "deadline": int(deadline.timestamp() * 1000) if deadline and not session.is_paused else "",
        "left": left,
        "paused": session.is_paused,
        "allowed": session.allowed_seconds,
        "until": typography.hour(deadline) if deadline and not session.is_paused else "",
        "text": f"{shown // 60:02}:{shown % 60:02}",
        "over": left < 0,
        "minutes": max(0, left) // 60,
    }


def rail(session: CodevSession) -> list[dict[str, Any]]:
    """The steps of the plan with what is behind, here and ahead."""
    order = [step for step in STEPS if step in session.plan]
    here = order.index(session.step) if session.step in order else -1
    return [
        {
            "label": STEPS[step].label,
            "minutes": session.plan[step],
            "done": session.is_over or i < here,
            "now": i == here and session.is_live,
        }
        for i, step in enumerate(order)
    ]


def progress(session: CodevSession) -> float:
    """How far along its steps the session is, from 0 to 1. Not a clock: participants see no countdown."""
    steps = rail(session)
    behind = sum(step["done"] for step in steps)
    return (behind + 0.5) / len(steps) if steps else 0.0


def face(user: User, session: CodevSession, seat: Seat | None, bound: Bound) -> dict[str, Any]:
    """Everything the page of `user` shows, every name defined whatever the moment."""
    now = timezone.now()
    role = SeatRole(seat.role) if seat else SeatRole.FACILITATOR
    conducts = role == SeatRole.FACILITATOR
    step = session.current
    previous = session.previous() if session.step in (StepId.CHECK_IN, StepId.FOLLOW_UP) else None
    reports = previous.client_seat.person if previous and previous.client_seat else None
    client = session.client_seat
    care = session.is_paused and session.pause_reason == CodevSession.PauseReason.CARE
    icon, colour = ICONS[role]
    asked = prompt(session.step, role, reports_back=reports == user) if step else ""
    if session.step == StepId.BREAK and conducts and session.deadline:
        asked = str(asked).replace("…", typography.hour(session.deadline))
    context = {
        "session": session,
        "event": session.event,
        "seat": seat,
        "role": role.value,
        "role_label": role.label,
        "role_icon": icon,
        "role_colour": colour,
        "conducts": conducts,
        "client": client.person if client else None,
        "step": step,
        "place": place(session.step) if step else "",
        "asked": asked,
        "progress": progress(session),
        "clock": clock(session, now),
        "counts_down": session.is_live and (conducts or session.shows_timer),
        "care": care,
        "ground_rules": GROUND_RULES,
        "seats": session.all_seats,
        "present": [one for one in session.all_seats if one.present],
        "hand": next((one.person for one in session.all_seats if one.person_id == session.hand_id), None),
        "reports": reports if session.step == StepId.FOLLOW_UP else None,
        "opens_at": session.opens_at,
        "may_arrive": session.state == session.State.LOBBY
        or session.is_live
        or (session.is_ahead and now >= session.opens_at),
        "question": session.client_question if _group_reads_question(session, role) else "",
        **_contract(user, session, role, bound),
        **_contributions(user, session, role, bound),
        **_own(user, session, role, bound),
        **_follow_up(user, session, reports, previous),
        "question_form": None,
        "pulse_form": None,
        "conduct": None,
        "pulses": None,
    }
    if role == SeatRole.CLIENT and (
        session.is_ahead or session.state == session.State.LOBBY or (session.is_live and session.step in QUESTION_STEPS)
    ):
        context["question_form"] = bound.get("question") or QuestionForm(initial={"text": session.client_question})
    if session.is_live and session.step == StepId.CLOSING and session.pulse_tokens.filter(person=user).exists():
        context["pulse_form"] = bound.get("pulse") or PulseForm()
    context["sent_late"] = "contribution" in bound
    context["unsent"] = _unsent(context, bound)
    if conducts and not session.is_over:
        context["conduct"] = _conduct(user, session, now)
    if conducts and session.is_over:
        context["pulses"] = pulses(session)
    return context


def _unsent(context: dict[str, Any], bound: Bound) -> str:
    """Words that were refused because their moment is over, and whose form is no longer on the page."""
    words = [
        str(form.data.get(form.add_prefix("text"), ""))
        for name, form in bound.items()
        if context.get(f"{name}_form") is None
    ]
    return " ".join(filter(None, words))


def _kept_id(form: BaseForm | None) -> str:
    """The id the page had made for what it sent, when it was refused; else a new one."""
    return str(form.data.get("client_id") or uuid4()) if form else str(uuid4())


def _group_reads_question(session: CodevSession, role: SeatRole) -> bool:
    if role == SeatRole.FACILITATOR and session.is_over:
        return False
    if role in (SeatRole.CLIENT, SeatRole.FACILITATOR):
        return True
    steps = list(STEPS)
    return bool(session.step) and steps.index(session.step) >= steps.index(StepId.EXPOSE)


def _contract(user: User, session: CodevSession, role: SeatRole, bound: Bound) -> dict[str, Any]:
    """The request and its answers. The facilitator reads them while the session lasts (domain.md 8)."""
    found: dict[str, Any] = {
        "contract": None,
        "contract_form": None,
        "answer_form": None,
        "my_answer": None,
        "answers": [],
        "yes_count": 0,
        "consultants_here": 0,
    }
    if not session.step or (session.is_over and role == SeatRole.FACILITATOR):
        return found
    contract = ConsultationContract.objects.filter(session=session).prefetch_related("answers").first()
    writing = session.is_live and session.step == StepId.CONTRACT
    answers = {answer.consultant_id: answer for answer in contract.answers.all()} if contract else {}
    consultants = [one for one in session.all_seats if one.role == SeatRole.CONSULTANT]
    here = [one for one in consultants if one.present]
    found |= {
        "contract": contract,
        "my_answer": answers.get(user.pk),
        "yes_count": sum(answers[one.person_id].yes for one in here if one.person_id in answers),
        "consultants_here": len(here),
    }
    if writing and role in (SeatRole.CLIENT, SeatRole.FACILITATOR):
        found["answers"] = [{"person": one.person, "answer": answers.get(one.person_id)} for one in here]
    if writing and role == SeatRole.CLIENT:
        words = (
            {"text": contract.text, "forms_of_help": contract.forms_of_help}
            if contract
            else {"text": f"{ContractForm.OPENING} "}
        )
        found["contract_form"] = bound.get("contract") or ContractForm(initial=words)
    if writing and role == SeatRole.CONSULTANT and contract:
        mine = answers.get(user.pk)
        found["answer_form"] = bound.get("answer") or AnswerForm(
            initial={"version": contract.version, "missing": mine.missing if mine else ""}
        )
    return found


def _contributions(user: User, session: CodevSession, role: SeatRole, bound: Bound) -> dict[str, Any]:
    found: dict[str, Any] = {
        "contribution_form": None,
        "contribution_late": False,
        "contribution_id": _kept_id(bound.get("contribution")),
        "mine": [],
        "received": [],
        "shared": [],
        "kept_count": 0,
        "given_count": 0,
    }
    if not session.step:
        return found
    visible = list(Contribution.objects.visible_to(user).filter(session=session).select_related("author"))
    found["mine"] = [one for one in visible if one.author_id == user.pk]
    found["shared"] = [one for one in visible if one.to_group and one.author_id != user.pk]
    if role == SeatRole.CLIENT:
        found["received"] = visible
        found["shared"] = []
        found["kept_count"] = sum(one.kept for one in visible)
    if role == SeatRole.FACILITATOR and session.is_live:
        found["given_count"] = session.contributions.count()
    steps = list(STEPS)
    begun = session.is_live and steps.index(session.step) >= steps.index(StepId.CONSULTATION)
    if role == SeatRole.CONSULTANT and begun:
        # Once the step is over, the form stays in the page, hidden: words still in it are not lost (room.ts).
        found["contribution_form"] = bound.get("contribution") or ContributionForm()
        found["contribution_late"] = not may_still_contribute(session)
    return found


def _own(user: User, session: CodevSession, role: SeatRole, bound: Bound) -> dict[str, Any]:
    """What belongs to `user`: notes, actions, learning; and what others chose to share."""
    note = PrivateNote.objects.filter(session=session, author=user).first()
    learnings = list(Learning.objects.filter(session=session).select_related("author")) if session.step else []
    learning = next((one for one in learnings if one.author_id == user.pk), None)
    commitments = list(
        Commitment.objects.visible_to(user)
        .filter(event=session.event_id)
        .select_related("person")
        .order_by("created_at", "pk")
    )
    own = [one for one in commitments if one.person_id == user.pk]
    open_outcome = (session.is_live and session.step in OUTCOME_STEPS) or session.is_over
    may_commit = open_outcome and role != SeatRole.OBSERVER and len(own) < MOST_COMMITMENTS
    may_learn = (session.is_live and session.step in LEARNING_STEPS) or session.is_over
    words = {"text": learning.text, "scope": learning.scope} if learning else {}
    return {
        "note": note,
        "note_form": bound.get("note") or NoteForm(initial={"text": note.text if note else ""}),
        "note_open": session.step in (StepId.EXPOSE, StepId.CONSULTATION, StepId.SYNTHESIS) or session.is_over,
        "learning": learning,
        "learning_form": (bound.get("learning") or LearningForm(initial=words)) if may_learn else None,
        "learnings_shared": [one for one in learnings if one.author_id != user.pk and one.scope != Learning.Scope.SELF],
        "commitments": own,
        "commitments_of_others": [one for one in commitments if one.person_id != user.pk],
        "commitment_form": (bound.get("commitment") or _empty_commitment(session)) if may_commit else None,
        "commitment_id": _kept_id(bound.get("commitment")),
        "may_drop": session.is_live and session.step in OUTCOME_STEPS,
        "may_choose_insight": role == SeatRole.CLIENT and session.is_live and session.step == StepId.SYNTHESIS,
    }


def _empty_commitment(session: CodevSession) -> CommitmentForm:
    meeting = session.next_meeting()
    return CommitmentForm(initial={"due": timezone.localdate(meeting.starts_at)} if meeting else {})


def _follow_up(
    user: User, session: CodevSession, reports: User | None, previous: CodevSession | None
) -> dict[str, Any]:
    """What the client of last time said she would try, as far as `user` may read it."""
    if not (previous and reports and session.step == StepId.FOLLOW_UP):
        return {"follow_up": []}
    return {
        "follow_up": list(
            Commitment.objects.visible_to(user)
            .filter(event=previous.event_id, person=reports)
            .order_by("created_at", "pk")
        )
    }


def _conduct(user: User, session: CodevSession, now: datetime) -> dict[str, Any]:
    """What the person who conducts needs: the commands that are possible now, and what they wait for."""
    end = session.projected_end(now) if session.is_live else session.event.ends_at
    drift = round((end - session.event.ends_at).total_seconds() / 60)
    missing: list[str] = []
    if session.step == StepId.CONTRACT and session.is_live:
        missing = missing_in_contract(session)
    elif session.step == StepId.SYNTHESIS and session.is_live and not has_an_outcome(session):
        missing = [_("Il manque une action de la personne cliente, ou une prise de conscience.")]
    elif session.state == session.State.LOBBY:
        missing = missing_to_start(session)
    members = [seat for seat in session.all_seats if seat.role != SeatRole.FACILITATOR]
    return {
        "holds": session.hand_id in (None, user.pk),
        "missing": missing,
        "may_override": session.step == StepId.CONTRACT and session.is_live,
        "extensions": [minutes for minutes in EXTENSIONS if session.is_live and session.may_extend(minutes)],
        "pause_reasons": CodevSession.PauseReason.choices,
        "skip_reasons": CodevSession.SkipReason.choices,
        "next": session.next_step if session.is_live else None,
        "next_minutes": session.plan.get(session.next_step.id.value) if session.is_live and session.next_step else None,
        "back": session.back_step if session.is_live else None,
        "skippable": session.is_live and session.current is not None and session.current.skippable,
        "projected_end": end,
        "rest": int((end - now).total_seconds()) - max(0, session.seconds_left(now)) if session.is_live else 0,
        "booked_end": int(session.event.ends_at.timestamp() * 1000),
        "drift": drift,
        "drift_abs": abs(drift),
        "pulse_count": session.pulses.count() if session.step == StepId.CLOSING else 0,
        "pulse_expected": sum(seat.present for seat in members),
    }


def pulses(session: CodevSession) -> dict[str, Any]:
    """Medians and shuffled remarks, from five answers on; under five, only that there are too few (7.5)."""
    answers = list(session.pulses.all())
    if len(answers) < PULSES_SHOWN_FROM:
        return {"enough": False, "least": PULSES_SHOWN_FROM}
    keep = [answer.keep for answer in answers if answer.keep]
    change = [answer.change for answer in answers if answer.change]
    for words in (keep, change):
        SystemRandom().shuffle(words)
    paces = [answer.pace for answer in answers]
    most = max(set(paces), key=paces.count)
    return {
        "enough": True,
        "useful": median(answer.useful for answer in answers),
        "spoke": median(answer.spoke for answer in answers),
        "pace": Pulse.Pace(most).label if paces.count(most) * 2 > len(paces) else "",
        "keep": keep,
        "change": change,
    }


COLUMN = 22  # lines of about 26 signs that a column of the projector holds under a request of one line
LONGEST = 150  # signs of one idea; the whole is on everyone's own page


def _column(ideas: list[Contribution], request: str) -> dict[str, Any]:
    """The latest ideas that fit: on the projector nothing scrolls and nothing is cut in the middle of a line."""
    shown: list[dict[str, Any]] = []
    room = COLUMN - 1.5 * (len(request) // 55)  # its letters are half as large again
    for idea in ideas:
        text = Truncator(idea.text).chars(LONGEST)
        room -= math.ceil(len(text) / 26) + 3.5  # its author, its frame
        if room < 0 and shown:
            break
        shown.append({"text": text, "author": idea.author})
    return {"ideas": shown, "count": len(ideas), "more": len(ideas) - len(shown)}


def wall(session: CodevSession) -> dict[str, Any]:
    """What the projector shows: nothing that its author did not mean for the whole group."""
    now = timezone.now()
    step = session.current
    steps = list(STEPS)
    shown = session.is_live and steps.index(session.step) >= steps.index(StepId.CONSULTATION)
    shared = (
        list(session.contributions.filter(to_group=True).select_related("author").order_by("-created_at", "pk"))
        if shown
        else []
    )
    kinds = [
        (Contribution.Kind.EXPERIENCE, _("Vécu"), "footprints"),
        (Contribution.Kind.IDEA, _("Pistes"), "compass"),
        (Contribution.Kind.RESOURCE, _("Ressources"), "book-open"),
    ]
    client = session.client_seat
    contract = ConsultationContract.objects.filter(session=session).first() if session.is_live else None
    words = contract.text if contract and contract.confirmed_at else session.client_question
    return {
        "session": session,
        "event": session.event,
        "client": client.person if client else None,
        "step": step,
        "place": place(session.step) if step else "",
        "prompt": prompt(session.step, SeatRole.CONSULTANT) if step else "",
        "clock": clock(session, now),
        "counts_down": session.is_live and session.shows_timer,
        "progress": progress(session),
        "rail": rail(session),
        "question": session.client_question if _group_reads_question(session, SeatRole.CONSULTANT) else "",
        "contract": contract if contract and contract.confirmed_at else None,
        "columns": [
            {"label": label, "icon": icon, **_column([one for one in shared if one.kind == kind], words)}
            for kind, label, icon in kinds
        ]
        if shared
        else [],
        "seats": session.all_seats,
        "present": [seat for seat in session.all_seats if seat.present],
        "ground_rules": GROUND_RULES,
        "reports": None,
    }
