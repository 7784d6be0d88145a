"""The room of a session: one address for every role, the commands of the one who conducts, the words of the others."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from live.publish import last_seq
from workshops import actions
from workshops.forms import (
    AnswerForm,
    ClientIdForm,
    CommitmentForm,
    ContractForm,
    ContributionForm,
    LearningForm,
    NoteForm,
    PulseForm,
    QuestionForm,
)
from workshops.models import CodevSession, Commitment, Contribution, Event, Seat
from workshops.permissions import seat_of
from workshops.views.faces import face, wall


def entered(request: HttpRequest, pk: UUID) -> CodevSession:
    """The session, for those who may enter its room; 404 to those who may not know that it exists."""
    user = cast(User, request.user)
    session = CodevSession.objects.visible_to(user).select_related("event__space", "hand").filter(pk=pk).first()
    if session is None:
        get_object_or_404(Event.objects.visible_to(user), pk=pk, kind=Event.Kind.CODEV, codev__isnull=False)
        raise PermissionDenied
    return session


def show(
    request: HttpRequest,
    session: CodevSession,
    *,
    status: int = 200,
    problem: str | Promise = "",
    bound: dict[str, BaseForm] | None = None,
    template: str = "workshops/session.html",
) -> HttpResponse:
    """The page, or its live region alone when the page asks for that."""
    user = cast(User, request.user)
    seq = last_seq(session.topic)  # before anything is read, so that a change in between is heard of
    seat: Seat | None = seat_of(user, session)
    context = face(user, session, seat, bound or {}) | {"live_seq": seq, "problem": problem}
    return render(request, template + ("#room" if wants_fragment(request) else ""), context, status=status)


def wants_fragment(request: HttpRequest) -> bool:
    return "fragment" in request.GET or "X-Room" in request.headers


def answer(request: HttpRequest, session: CodevSession, act: Callable[[], Any], **more: Any) -> HttpResponse:
    """Do it and show the room; or say why not, with everything typed still there."""
    try:
        act()
    except actions.Refusal as refusal:
        fresh = entered(request, session.pk)
        return show(request, fresh, status=refusal.status, problem=refusal.sentence, **more)
    if "X-Room" in request.headers:
        return show(request, entered(request, session.pk))
    return redirect("workshops:session", pk=session.pk)


@login_required
@require_safe
def session(request: HttpRequest, pk: UUID) -> HttpResponse:
    return show(request, entered(request, pk))


@login_required
@require_safe
def prepare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one may do before the day: the frame, one's question for the client, one's own notes."""
    session = entered(request, pk)
    if session.is_live or session.is_over:
        return redirect("workshops:session", pk=pk)
    user = cast(User, request.user)
    context = face(user, session, seat_of(user, session), {}) | {"problem": ""}
    return render(request, "workshops/prepare.html", context)


@login_required
@require_safe
def projector(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = entered(request, pk)
    seq = last_seq(session.topic)
    template = "workshops/projector.html" + ("#wall" if wants_fragment(request) else "")
    return render(request, template, wall(session) | {"live_seq": seq})


# --- who conducts ---------------------------------------------


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 7 else -1


def _seat(request: HttpRequest, session: CodevSession) -> Seat:
    return get_object_or_404(session.seats.all(), pk=_number(request, "seat"))


def _words(request: HttpRequest, name: str = "reason") -> str:
    return request.POST.get(name, "").strip()[:300]


Command = Callable[[HttpRequest, CodevSession, User], Any]
COMMANDS: dict[str, Command] = {
    "ouvrir": lambda r, s, u: actions.open_room(session=s, by=u),
    "main": lambda r, s, u: actions.take_hand(session=s, by=u),
    "demarrer": lambda r, s, u: actions.start_session(session=s, by=u, seen_seq=_number(r, "seen_seq")),
    "avancer": lambda r, s, u: actions.advance_session(
        session=s, by=u, seen_seq=_number(r, "seen_seq"), override_reason=_words(r)
    ),
    "revenir": lambda r, s, u: actions.go_back(session=s, by=u, seen_seq=_number(r, "seen_seq")),
    "prolonger": lambda r, s, u: actions.extend_step(
        session=s,
        by=u,
        minutes=_number(r, "minutes"),
        seen_seq=_number(r, "seen_seq"),
        seen_extension=_number(r, "seen_extension"),
    ),
    "pause": lambda r, s, u: actions.pause_session(session=s, by=u, reason=_words(r)),
    "reprendre": lambda r, s, u: actions.resume_session(session=s, by=u),
    "passer": lambda r, s, u: actions.skip_step(session=s, by=u, seen_seq=_number(r, "seen_seq"), reason=_words(r)),
    "cloturer": lambda r, s, u: actions.close_session(
        session=s, by=u, seen_seq=_number(r, "seen_seq"), reason=_words(r)
    ),
    "compteur": lambda r, s, u: actions.show_timer(session=s, by=u, shown=r.POST.get("shown") == "1"),
    "present": lambda r, s, u: actions.mark_present(session=s, by=u, seat=_seat(r, s), present=True),
    "parti": lambda r, s, u: actions.mark_present(session=s, by=u, seat=_seat(r, s), present=False),
}


@login_required
@require_POST
def conduct(request: HttpRequest, pk: UUID, command: str) -> HttpResponse:
    session = entered(request, pk)
    if command not in COMMANDS:
        raise Http404
    return answer(request, session, lambda: COMMANDS[command](request, session, cast(User, request.user)))


# --- who takes part ---------------------------------------------


@dataclass(frozen=True)
class Saying:
    """Something a person says in the room: the form that cleans it, the action that does it, what she reads after."""

    act: Callable[[CodevSession, User, dict[str, Any], HttpRequest], Any]
    form: type[BaseForm] | None = None
    done: str | Promise = ""
    needs_id: bool = False


SAYINGS = {
    "arriver": Saying(lambda s, u, d, r: actions.arrive(session=s, by=u), done=_("Vous êtes dans la salle.")),
    "partir": Saying(lambda s, u, d, r: actions.depart(session=s, by=u), done=_("Votre départ est noté.")),
    "question": Saying(
        lambda s, u, d, r: actions.write_question(session=s, by=u, text=d["text"]),
        QuestionForm,
        _("Votre question est enregistrée."),
    ),
    "contract": Saying(
        lambda s, u, d, r: actions.write_contract(session=s, by=u, confirmed="confirmed" in r.POST, **d),
        ContractForm,
        _("Votre demande est enregistrée."),
    ),
    "answer": Saying(
        lambda s, u, d, r: actions.answer_contract(session=s, by=u, **d), AnswerForm, _("Votre réponse est notée.")
    ),
    "contribution": Saying(
        lambda s, u, d, r: actions.contribute(session=s, by=u, **d),
        ContributionForm,
        _("Votre apport est transmis."),
        needs_id=True,
    ),
    "note": Saying(
        lambda s, u, d, r: actions.write_private_note(session=s, by=u, text=d["text"]),
        NoteForm,
        _("Vos notes sont enregistrées. Vous seul·e les lisez."),
    ),
    "commitment": Saying(
        lambda s, u, d, r: actions.commit_to(session=s, by=u, **d),
        CommitmentForm,
        _("Votre action est notée."),
        needs_id=True,
    ),
    "insight": Saying(
        lambda s, u, d, r: actions.choose_insight(session=s, by=u, chosen=r.POST.get("chosen") == "1"),
        done=_("Votre choix est noté."),
    ),
    "learning": Saying(
        lambda s, u, d, r: actions.learn(session=s, by=u, **d), LearningForm, _("Votre apprentissage est enregistré.")
    ),
    "pulse": Saying(
        lambda s, u, d, r: actions.answer_pulse(session=s, by=u, **d),
        PulseForm,
        _("Merci. Votre réponse ne porte pas votre nom."),
    ),
}


@login_required
@require_POST
def say(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    session = entered(request, pk)
    saying = SAYINGS.get(what)
    if saying is None:
        raise Http404
    form = saying.form(request.POST) if saying.form else None
    more = ClientIdForm(request.POST) if saying.needs_id else None
    if (form and not form.is_valid()) or (more and not more.is_valid()):
        if seat_of(cast(User, request.user), session) is None:
            raise PermissionDenied
        return show(
            request,
            session,
            status=422,
            problem=_("Quelque chose manque : regardez les lignes signalées."),
            bound={what: form} if form else None,
        )
    data = (form.cleaned_data if form else {}) | (more.cleaned_data if more else {})

    def act() -> None:
        saying.act(session, cast(User, request.user), data, request)
        if saying.done:
            messages.success(request, str(saying.done))

    if "X-Autosave" in request.headers:  # the page saves by itself, and shows nothing new
        with suppress(actions.Refusal):
            saying.act(session, cast(User, request.user), data, request)
            return HttpResponse(status=204)
        return HttpResponse(status=409)
    response = answer(request, session, act, bound={what: form} if form else None)
    if what in ("question", "note") and "prepare" in request.POST and response.status_code == 302:
        return redirect("workshops:prepare", pk=pk)
    return response


@login_required
@require_POST
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client marks a contribution, or unmarks it."""
    user = cast(User, request.user)
    contribution = get_object_or_404(Contribution.objects.visible_to(user).select_related("session"), pk=pk)
    return answer(
        request,
        contribution.session,
        lambda: actions.keep_contribution(contribution=contribution, by=user, kept=request.POST.get("kept") == "1"),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The author of a contribution takes it back."""
    user = cast(User, request.user)
    contribution = get_object_or_404(Contribution.objects.visible_to(user).select_related("session"), pk=pk)
    return answer(
        request, contribution.session, lambda: actions.withdraw_contribution(contribution=contribution, by=user)
    )


@login_required
@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The author of an action takes it back before the session closes."""
    user = cast(User, request.user)
    commitment = get_object_or_404(
        Commitment.objects.visible_to(user).filter(event__codev__isnull=False).select_related("event__codev"), pk=pk
    )
    session = entered(request, commitment.event.codev.pk) if commitment.event else None
    if session is None:
        raise Http404
    return answer(request, session, lambda: actions.drop_commitment(commitment=commitment, by=user))
