"""Pages of whoever runs a cohort: making it, answering applications, inviting."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from cohorts.actions import (
    AlreadyDecided,
    CohortFull,
    StartsInThePast,
    WrongMove,
    create_cohort,
    invite_to_cohort,
    move_cohort,
)
from cohorts.actions import decide as answer
from cohorts.actions.creation import MOVES
from cohorts.forms import CohortForm, DecisionForm, InvitationForm
from cohorts.models import Cohort
from cohorts.permissions import can_create_cohorts, can_read_applications, can_run
from cohorts.views.gate import client_id_of, members_only
from spaces.actions import AlreadyMember, InvitationClosed, TooManyInvitations, revoke_invitation
from spaces.models import Invitation

MOVE_LABELS = {
    Cohort.State.DRAFT: gettext_lazy("Revenir à la préparation"),
    Cohort.State.OPEN: gettext_lazy("Ouvrir les candidatures"),
    Cohort.State.RUNNING: gettext_lazy("Fermer les candidatures et commencer"),
    Cohort.State.FINISHED: gettext_lazy("Terminer le parcours"),
}


@login_required
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    if not can_create_cohorts(request.user):
        raise PermissionDenied
    form = CohortForm(request.POST or None)
    sent = client_id_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            cohort = create_cohort(by=request.user, client_id=sent, **form.facts())
        except StartsInThePast as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("La cohorte est créée, avec son fil, ses rencontres et ses jalons."))
            return redirect("cohorts:calendar", pk=cohort.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "cohorts/create.html", {"form": form, "client_id": sent}, status=status)


@require_safe
@members_only
def applications(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    if not can_read_applications(request.user, cohort):
        raise PermissionDenied
    return _applications(request, cohort)


def _applications(
    request: HttpRequest,
    cohort: Cohort,
    *,
    answered: uuid.UUID | None = None,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list; in place of one application's empty form, the one that was refused, as it was typed."""
    may_decide = can_run(request.user, cohort)
    rows = cohort.applications.select_related("territory", "decided_by")
    cards = [
        (
            application,
            (form if application.pk == answered and form else DecisionForm(prefix=application.pk.hex))
            if may_decide and application.can_be_decided
            else None,
        )
        for application in rows
    ]
    context = {
        "cohort": cohort,
        "waiting": [card for card in cards if card[0].can_be_decided],
        "answered": [card for card in cards if not card[0].can_be_decided],
        "places_taken": cohort.enrolments.count(),
        "may_decide": may_decide,
        "moves": [(to.value, MOVE_LABELS[to]) for to in MOVES[Cohort.State(cohort.state)]] if may_decide else [],
    }
    return render(request, "cohorts/applications.html", context, status=status)


@require_POST
@members_only
def decide(request: SignedInRequest, cohort: Cohort, application: uuid.UUID) -> HttpResponse:
    if not can_run(request.user, cohort):
        raise PermissionDenied
    found = get_object_or_404(cohort.applications, pk=application)
    form = DecisionForm(request.POST, prefix=found.pk.hex)
    if not form.is_valid():
        return _applications(request, cohort, answered=found.pk, form=form, status=422)
    try:
        answer(application=found, by=request.user, **form.cleaned_data)
    except (CohortFull, AlreadyMember) as refusal:
        form.add_error(None, str(refusal))
        return _applications(request, cohort, answered=found.pk, form=form, status=409)
    except TooManyInvitations as refusal:
        form.add_error(None, str(refusal))
        return _applications(request, cohort, answered=found.pk, form=form, status=429)
    except AlreadyDecided as refusal:
        messages.error(request, str(refusal))
        return _applications(request, cohort, status=409)
    messages.success(request, _("Votre réponse à %(name)s est partie.") % {"name": found.name})
    return redirect("cohorts:applications", pk=cohort.pk)


@require_POST
@members_only
def move(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    try:
        move_cohort(cohort=cohort, to=request.POST.get("to", ""), by=request.user)
    except WrongMove as refusal:
        back = reverse("cohorts:applications", args=[cohort.pk])
        return render(request, "409.html", {"sentence": str(refusal), "back": back}, status=409)
    return redirect("cohorts:applications", pk=cohort.pk)


@require_http_methods(["GET", "POST"])
@members_only
def invite(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    if not can_run(request.user, cohort):
        raise PermissionDenied
    form = InvitationForm(request.POST or None, cohort=cohort)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            invite_to_cohort(cohort=cohort, by=request.user, **form.facts())
        except (CohortFull, AlreadyMember, TooManyInvitations) as refusal:
            form.add_error(None, str(refusal))
            status = 429 if isinstance(refusal, TooManyInvitations) else 409
        else:
            messages.success(request, _("L’invitation est partie à %(email)s.") % {"email": form.cleaned_data["email"]})
            return redirect("cohorts:invite", pk=cohort.pk)
    context = {
        "cohort": cohort,
        "form": form,
        "invitations": Invitation.objects.open().filter(space=cohort.pk).select_related("organisation"),
        "places_taken": cohort.enrolments.count(),
    }
    return render(request, "cohorts/invite.html", context, status=status)


@require_POST
@members_only
def revoke(request: SignedInRequest, cohort: Cohort, invitation: uuid.UUID) -> HttpResponse:
    if not can_run(request.user, cohort):
        raise PermissionDenied
    found = get_object_or_404(Invitation.objects.select_related("space"), space=cohort.pk, pk=invitation)
    try:
        revoke_invitation(invitation=found, by=request.user)
    except InvitationClosed as refusal:
        back = reverse("cohorts:invite", args=[cohort.pk])
        return render(request, "409.html", {"sentence": str(refusal), "back": back}, status=409)
    messages.success(request, _("L’invitation est annulée : son lien n’ouvre plus rien."))
    return redirect("cohorts:invite", pk=cohort.pk)
