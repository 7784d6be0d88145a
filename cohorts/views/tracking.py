"""Where everyone stands: the facilitators' board, each person's own page, the sponsor's counts."""

import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from cohorts import tracking
from cohorts.models import Cohort
from cohorts.tracking import notes
from cohorts.tracking.actions import NotYetHeld, mark_milestone, note_attendance
from cohorts.tracking.forms import AttendanceForm, MilestoneForm
from cohorts.views.gate import members_only
from reservoir.models import Note
from spaces.models import FACILITATING, TAKING_PART, Role
from spaces.permissions import holds
from ui.typography import in_hours
from workshops.models import Attendance, Commitment, Event


def _only(request: HttpRequest, cohort: Cohort, roles: Iterable[str]) -> None:
    if not holds(request.user, roles, cohort.space):
        raise PermissionDenied


def _written_in(cohort: Cohort) -> Q:
    return Q(space=cohort.pk) | Q(space__parent=cohort.pk)


@require_safe
@members_only
def board(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    """What a facilitator knows of her cohort, in facts; no order but the alphabet."""
    _only(request, cohort, FACILITATING)
    now, today = timezone.now(), timezone.localdate()
    shared = tracking.shared_commitments(cohort)
    readable = set(Commitment.objects.visible_to(request.user).filter(_written_in(cohort)).values_list("pk", flat=True))
    known = list(Note.objects.known_to(request.user).filter(_written_in(cohort)).with_authors())
    return render(
        request,
        "cohorts/board.html",
        {
            "cohort": cohort,
            "now": now,
            "today": today,
            "attendance": tracking.attendance_table(cohort, now),
            "milestones": tracking.milestone_table(cohort, today),
            "commitments": [commitment for commitment in shared if commitment.pk in readable],
            "follow_up": tracking.FollowUp.of(shared, today),
            "notes": notes.by_state(known),
            "notes_known": len(known),
            "notes_published": sum(1 for note in known if note.is_published),
        },
    )


@require_safe
@members_only
def mine(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    """The same facts as the board's, about oneself."""
    _only(request, cohort, TAKING_PART)
    now, today = timezone.now(), timezone.localdate()
    table = tracking.attendance_table(cohort, now, only=request.user)
    commitments = tracking.own_commitments(request.user, cohort)
    organisations = [request.user.organisation_id] if request.user.organisation_id else []
    return render(
        request,
        "cohorts/mine.html",
        {
            "cohort": cohort,
            "today": today,
            "line": table.lines[0] if table.lines else None,
            "hours": in_hours(table.lines[0].hours if table.lines else Decimal(0)),
            "path_hours": in_hours(cohort.hours),
            "meetings": list(zip(table.meetings, table.lines[0].cells, strict=True)) if table.lines else [],
            "milestones": tracking.milestone_table(cohort, today, among=organisations),
            "commitments": commitments,
            "follow_up": tracking.FollowUp.of(commitments, today),
            "notes": notes.by_state(Note.objects.filter(_written_in(cohort), authors=request.user)),
        },
    )


@require_safe
@members_only
def sponsor(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    """Counts only; the same bytes for the sponsor and for a facilitator who checks them (domain.md 8.2, 4)."""
    _only(request, cohort, (Role.SPONSOR, *FACILITATING))
    view = tracking.SponsorView.of(cohort, timezone.now())
    return render(request, "cohorts/sponsor.html", {"cohort": cohort, "view": view})


@require_http_methods(["GET", "POST"])
@members_only
def attendance(request: SignedInRequest, cohort: Cohort, event: uuid.UUID) -> HttpResponse:
    """Note who came to one event."""
    _only(request, cohort, FACILITATING)
    held = get_object_or_404(cohort.events().exclude(state=Event.State.CANCELLED).select_related("space"), pk=event)
    known = dict(Attendance.objects.filter(event=held).order_by("pk").values_list("person", "state"))
    form = AttendanceForm(request.POST or None, people=tracking.expected_at(held), known=known)
    refusal = ""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                note_attendance(cohort=cohort, event=held, by=request.user, states=form.states)
            except NotYetHeld as too_early:
                refusal, status = str(too_early), 409
            else:
                messages.success(request, _("Les présences sont notées."))
                return redirect(reverse("cohorts:board", args=[cohort.pk]) + "#presences")
        else:
            status = 422
    context = {"cohort": cohort, "event": held, "form": form, "refusal": refusal, "now": timezone.now()}
    return render(request, "cohorts/attendance.html", context, status=status)


@require_http_methods(["GET", "POST"])
@members_only
def milestone(request: SignedInRequest, cohort: Cohort, milestone: int) -> HttpResponse:
    """Note which organisations reached one milestone."""
    _only(request, cohort, FACILITATING)
    reached = get_object_or_404(cohort.milestones.select_related("cohort__space"), pk=milestone)
    form = MilestoneForm(request.POST if request.method == "POST" else None, milestone=reached)
    if form.is_valid():
        mark_milestone(milestone=reached, by=request.user, organisations=form.cleaned_data["organisations"])
        messages.success(request, _("C’est noté."))
        return redirect(reverse("cohorts:board", args=[cohort.pk]) + "#etapes")
    context = {"cohort": cohort, "milestone": reached, "form": form}
    return render(request, "cohorts/milestone.html", context, status=422 if form.is_bound else 200)
