"""The page of a dated event, and of one thing that somebody said she would try."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from spaces.models import FACILITATING, TAKING_PART, Membership
from workshops import actions
from workshops.forms import MoveForm, OutcomeForm, SeatsForm
from workshops.methods import SeatRole
from workshops.models import Attendance, CodevSession, Commitment, Event
from workshops.permissions import is_expected, may_move, may_prepare_sessions, may_report


def _seats_form(event: Event, session: CodevSession | None, data: object = None) -> SeatsForm:
    held = (
        Membership.objects.current()
        .filter(space=event.space_id, role__in=TAKING_PART)
        .select_related("person")
        .order_by("person__display_name", "pk")
    )
    people = list({membership.person_id: membership.person for membership in held}.values())
    facilitators = {membership.person_id for membership in held if membership.role in FACILITATING}
    return SeatsForm(data, people=people, session=session, facilitators=facilitators)


def _show(
    request: HttpRequest, event: Event, *, status: int = 200, problem: str = "", seats_form: SeatsForm | None = None
) -> HttpResponse:
    user = cast(User, request.user)
    session = CodevSession.objects.select_related("event").filter(pk=event.pk).first()
    attendances = {one.person_id: one for one in event.attendances.select_related("person__organisation")}
    mine = attendances.get(user.pk)
    seated = session is not None and any(seat.person_id == user.pk for seat in session.all_seats)
    prepares = may_prepare_sessions(user, event)
    changeable = session is None or session.is_ahead or session.state == CodevSession.State.LOBBY
    if prepares and changeable and seats_form is None:
        seats_form = _seats_form(event, session)
    now = timezone.now()
    expected, is_past = is_expected(user, event), event.ends_at < now
    return render(
        request,
        "workshops/event.html",
        {
            "event": event,
            "session": session,
            "problem": problem,
            "expected": expected,
            "may_tell": expected and event.state == Event.State.PLANNED and event.starts_at > now,
            "mine": mine,
            # A sponsor or a referent reads nobody's name; and once it is over, no one who was awaited is left out:
            # who came is between each person and whoever facilitates (domain.md 6.4).
            "people": sorted(
                (one.person for one in attendances.values() if expected and (is_past or one.state not in _NOT_COMING)),
                key=lambda person: (person.name, str(person.pk)),
            ),
            "may_talk": expected and session is not None and session.content_erased_at is None,
            "may_move": event.state == Event.State.PLANNED and event.starts_at > now and may_move(user, event),
            "may_enter": session is not None and (seated or prepares),
            "seats": session.all_seats if session else [],
            "seats_form": seats_form if prepares and changeable else None,
            "is_past": is_past,
        },
        status=status,
    )


_NOT_COMING = (Attendance.State.EXCUSED, Attendance.State.ABSENT)


@login_required
@require_safe
def event(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _show(request, _found(request, pk))


def _found(request: HttpRequest, pk: UUID) -> Event:
    user = cast(User, request.user)
    return get_object_or_404(Event.objects.visible_to(user).select_related("space__parent"), pk=pk)


@login_required
@require_POST
def presence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whether one comes."""
    event = _found(request, pk)
    coming = request.POST.get("coming") == "1"
    try:
        actions.tell_presence(event=event, person=cast(User, request.user), coming=coming)
    except actions.Refusal as refusal:
        return _show(request, event, status=refusal.status, problem=str(refusal))
    messages.success(
        request,
        _("Votre présence est annoncée.") if coming else _("Votre absence est annoncée. Merci d’avoir prévenu."),
    )
    return redirect("workshops:event", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say when and where it takes place now."""
    event = _found(request, pk)
    user = cast(User, request.user)
    if not may_move(user, event):
        raise PermissionDenied
    form = MoveForm(request.POST or None, event=event)
    facts = {"event": event, "form": form, "problem": ""}
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_event(event=event, by=user, **form.moved())
        except actions.Refusal as refusal:
            return render(request, "workshops/move.html", facts | {"problem": str(refusal)}, status=refusal.status)
        messages.success(request, _("C’est changé, et les personnes attendues le savent."))
        return redirect("workshops:event", pk=pk)
    return render(request, "workshops/move.html", facts, status=422 if form.errors else 200)


@login_required
@require_POST
def seats(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The facilitator says who sits where."""
    event = _found(request, pk)
    user = cast(User, request.user)
    if not may_prepare_sessions(user, event):
        raise PermissionDenied
    session = CodevSession.objects.select_related("event").filter(pk=pk).first()
    form = _seats_form(event, session, request.POST)
    if not form.is_valid():
        return _show(request, event, status=422, seats_form=form)
    by_role = form.cleaned_data["by_role"]
    facilitators = by_role[SeatRole.FACILITATOR]
    try:
        actions.make_session(
            event=event,
            by=user,
            client=by_role[SeatRole.CLIENT][0],
            facilitator=facilitators[0],
            co_facilitators=facilitators[1:],
            people=by_role[SeatRole.CONSULTANT],
            observers=by_role[SeatRole.OBSERVER],
            variant=form.cleaned_data["variant"],
        )
    except actions.Refusal as refusal:
        return _show(request, event, status=refusal.status, problem=str(refusal), seats_form=form)
    messages.success(request, _("Les rôles de la séance sont enregistrés."))
    return redirect("workshops:event", pk=pk)


@login_required
@require_POST
def talk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the thread of a session, or go there."""
    event = _found(request, pk)
    user = cast(User, request.user)
    if not is_expected(user, event):
        raise PermissionDenied
    session = get_object_or_404(CodevSession.objects.select_related("event__space"), pk=pk)
    try:
        return redirect(actions.open_thread(session=session, by=user))
    except actions.Refusal as refusal:
        return _show(request, event, status=refusal.status, problem=str(refusal))


@login_required
@require_http_methods(["GET", "POST"])
def commitment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One action, and what became of it as its author tells it."""
    user = cast(User, request.user)
    found = get_object_or_404(Commitment.objects.visible_to(user).select_related("person", "space", "event"), pk=pk)
    mine = may_report(user, found)
    if request.method == "POST":
        if not mine:
            raise PermissionDenied
        form = OutcomeForm(request.POST)
        if form.is_valid():
            actions.report_commitment(commitment=found, by=user, **form.cleaned_data)
            messages.success(request, _("C’est noté. Un abandon raconté est aussi un apprentissage."))
            return redirect("workshops:commitment", pk=pk)
    else:
        form = OutcomeForm(initial={"outcome": found.outcome, "learned": found.learned})
    return render(
        request,
        "workshops/commitment.html",
        {"commitment": found, "form": form if mine else None, "mine": mine},
        status=422 if form.errors else 200,
    )
