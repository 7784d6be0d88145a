"""What everybody may read of a path, and how one asks to join it."""

import uuid

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organisation
from cohorts.actions import AlreadyApplied, NotOpen
from cohorts.actions import apply as apply_to
from cohorts.forms import ApplicationForm
from cohorts.models import Cohort
from cohorts.permissions import can_create_cohorts
from cohorts.views.gate import client_id_of
from spaces.models import FACILITATING


def _readable(request: HttpRequest) -> QuerySet[Cohort]:
    """Public pages, and the drafts of one's own cohorts."""
    mine = Cohort.objects.visible_to(request.user).values("pk")
    return (
        Cohort.objects.filter(~Q(state=Cohort.State.DRAFT) | Q(pk__in=mine))
        .select_related("space", "template")
        .prefetch_related("partners")
    )


@require_safe
def open_paths(request: HttpRequest) -> HttpResponse:
    cohorts = list(
        Cohort.objects.public()
        .select_related("space", "template")
        .prefetch_related("partners")
        .annotate(places_taken=Count("enrolments"))
        .order_by("-starts_on", "pk")
    )
    shelves = [
        (Cohort.State.OPEN, _("Candidatures ouvertes")),
        (Cohort.State.RUNNING, _("En cours")),
        (Cohort.State.FINISHED, _("Terminés")),
    ]
    context = {
        "shelves": [
            (state, title, [cohort for cohort in cohorts if cohort.state == state]) for state, title in shelves
        ],
        "may_create": can_create_cohorts(request.user),
    }
    return render(request, "cohorts/open.html", context)


@require_safe
def public(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    cohort = get_object_or_404(_readable(request), pk=pk)
    # Of those who run it a visitor learns the organisation, never the name (domain.md 8.2.11).
    runners = (
        Organisation.objects.filter(
            people__memberships__space=cohort.pk,
            people__memberships__role__in=FACILITATING,
            people__memberships__left_at=None,
        )
        .distinct()
        .order_by("name", "pk")
    )
    months = cohort.months()
    context = {
        "cohort": cohort,
        "months": months,
        "known_dates": [milestone for month in months for milestone in month.milestones],
        "runners": list(runners),
        "organisations": [row.organisation for row in cohort.enrolments.select_related("organisation__territory")],
        "is_member": Cohort.objects.visible_to(request.user).filter(pk=pk).exists(),
    }
    return render(request, "cohorts/public.html", context)


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    cohort = get_object_or_404(_readable(request), pk=pk)
    person = request.user if request.user.is_authenticated else None
    form = ApplicationForm(request.POST or None, questions=cohort.questions, person=person)
    sent, status = client_id_of(request), 200
    if request.method == "POST" and form.is_valid():
        try:
            apply_to(cohort=cohort, client_id=sent, language=get_language() or "fr", **form.facts())
        except (AlreadyApplied, NotOpen) as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Votre candidature est envoyée. Un message vous le confirme."))
            return redirect("cohorts:public", pk=cohort.pk)
    elif request.method == "POST":
        status = 422
    elif not cohort.is_open:
        sentence = _("Ce parcours ne prend pas de candidatures en ce moment.")
        return render(
            request, "409.html", {"sentence": sentence, "back": reverse("cohorts:public", args=[cohort.pk])}, status=409
        )
    return render(request, "cohorts/apply.html", {"cohort": cohort, "form": form, "client_id": sent}, status=status)
