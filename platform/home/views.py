"""Pages made of several features, and those about the platform itself."""

from types import SimpleNamespace
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from cohorts.models import Cohort
from cohorts.permissions import charter_accepted
from home import cohort as page
from home.start import cohorts_of, current, known_to_administrators
from ui.context import THEMES

YEAR = 365 * 24 * 3600
#: The nine months drawn for visitors: decoration, at mid-path.
NINE_MONTHS = [SimpleNamespace(state=state) for state in (*["past"] * 4, "here", *["ahead"] * 4)]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Visitors read what this is; whoever follows one cohort goes there; the others choose."""
    if not request.user.is_authenticated:
        return render(request, "home/landing.html", {"months": NINE_MONTHS})
    cohorts = cohorts_of(request.user)
    if len(current(cohorts)) == 1 and not request.user.is_superuser:
        return redirect("home:cohort", current(cohorts)[0].pk)
    everything = known_to_administrators() if request.user.is_superuser else []
    return render(request, "home/start.html", {"cohorts": cohorts, "everything": everything})


@require_safe
@login_required
def cohort(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The home of a cohort, for its members; organisations and dates alone for a sponsor."""
    standing = page.Standing.of(request.user, pk)
    if standing is None:
        raise Http404
    here = get_object_or_404(Cohort.objects.select_related("space", "template"), pk=pk)
    if standing.takes_part and not charter_accepted(request.user, here):
        return redirect("cohorts:charter", pk)
    template = "home/cohort.html" if standing.takes_part else "home/cohort_outline.html"
    return render(request, template, page.facts_for(request.user, here, standing))


# --- about the platform ------------------------------------------------------------------------------------


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "home/about.html")


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "home/legal.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "home/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "home/accessibility.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light or dark by choice, kept in a cookie of this device; anything else means: as the device says."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
