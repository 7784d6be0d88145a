"""Pages made of several features, and those about the platform itself."""

from types import SimpleNamespace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from ui.context import THEMES

YEAR = 365 * 24 * 3600
#: The nine months drawn for visitors: decoration, at mid-path.
NINE_MONTHS = [SimpleNamespace(state=state) for state in (*["past"] * 4, "here", *["ahead"] * 4)]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "home/landing.html", {"months": NINE_MONTHS})


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
