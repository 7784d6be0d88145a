"""Pages for those who are in: the charter, who is there, when one meets."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from cohorts.actions import accept_charter
from cohorts.charter import RULES, VERSION
from cohorts.directory import directory_of, groups_of
from cohorts.models import Cohort
from cohorts.permissions import can_run, can_see_directory
from cohorts.views.gate import members_only, visible_cohort
from spaces.models import TAKING_PART, Space
from spaces.permissions import holds, sponsors, takes_part
from workshops.actions import NotNow, tell_presence
from workshops.models import Attendance, Event


@login_required
@require_http_methods(["GET", "POST"])
def charter(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The ground rules, accepted once a version. It is the first page of a cohort that a member sees."""
    cohort = visible_cohort(request, pk)
    if request.method == "POST":
        if not takes_part(request.user, cohort.space):
            return redirect(_first_page(request, cohort))
        accept_charter(cohort=cohort, person=request.user)
        return redirect("home:cohort", pk=cohort.pk)
    if not holds(request.user, TAKING_PART, cohort.space):
        return redirect(_first_page(request, cohort))
    latest = cohort.space.charter_acceptances.filter(person=request.user).order_by("-accepted_at", "-pk").first()
    stands = latest is not None and latest.version == VERSION
    return render(
        request,
        "cohorts/charter.html",
        {
            "cohort": cohort,
            "rules": RULES,
            "acceptance": latest if stands else None,
            "earlier": None if stands else latest,
        },
    )


def _first_page(request: HttpRequest, cohort: Cohort) -> str:
    return reverse("cohorts:sponsor" if sponsors(request.user, cohort.space) else "home:cohort", args=[cohort.pk])


@require_safe
@members_only
def members(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    """Who is there, facilitators first. The sponsor reads organisations only (domain.md 8.1)."""
    enrolments = cohort.enrolments.select_related("organisation__territory").order_by("organisation__name", "pk")
    context = {"cohort": cohort, "organisations": [enrolment.organisation for enrolment in enrolments]}
    if not can_see_directory(request.user, cohort):
        return render(request, "cohorts/organisations.html", context)
    people = directory_of(cohort)
    context |= {"people": people, "groups": groups_of(cohort), "may_invite": can_run(request.user, cohort)}
    context["writes"] = takes_part(request.user, cohort.space)
    return render(request, "cohorts/members.html", context)


@require_safe
@members_only
def calendar(request: SignedInRequest, cohort: Cohort) -> HttpResponse:
    """Every date of the cohort and of one's own groups, what comes first."""
    groups = Space.objects.of(request.user).filter(parent=cohort.pk)
    events = list(
        Event.objects.visible_to(request.user)
        .filter(Q(space=cohort.pk) | Q(space__in=groups.values("pk")))
        .select_related("space")
        .prefetch_related(Prefetch("attendances", Attendance.objects.filter(person=request.user), to_attr="of_reader"))
        .order_by("starts_at", "pk")
    )
    # A session that one's group has taken over stands once.
    of_groups = {event.template_ref for event in events if event.space_id != cohort.pk and event.template_ref}
    events = [event for event in events if event.space_id != cohort.pk or event.template_ref not in of_groups]
    context = {
        "cohort": cohort,
        "ahead": [event for event in events if not event.is_over],
        "behind": [event for event in reversed(events) if event.is_over],
        "now": timezone.now(),
        "comes": holds(request.user, TAKING_PART, cohort.space),
    }
    return render(request, "cohorts/calendar.html", context)


@require_POST
@members_only
def presence(request: SignedInRequest, cohort: Cohort, event: uuid.UUID) -> HttpResponse:
    """« Je viens » or « Signaler une absence »."""
    found = get_object_or_404(cohort.events().visible_to(request.user), pk=event)
    back = f"{reverse('cohorts:calendar', args=[cohort.pk])}#event-{found.pk}"
    coming = request.POST.get("coming")
    if coming not in ("yes", "no"):
        return redirect(back)
    try:
        tell_presence(event=found, person=request.user, coming=coming == "yes")
    except NotNow as refusal:
        return render(request, "409.html", {"sentence": str(refusal), "back": back}, status=409)
    messages.success(
        request, _("C’est noté : vous venez.") if coming == "yes" else _("C’est noté : vous ne venez pas.")
    )
    return redirect(back)
