"""When the database is away: a sentence that says what happened to one's words, and the words themselves."""

import sys

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

RETRY = {"Retry-After": "5"}


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 503 to a request that the database failed, 500 to one that we failed."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    if request.headers.get("Accept") == "application/json":
        sentence = _("La plateforme n’enregistre rien pour le moment. Vos mots ne sont pas partis : gardez cette page.")
        return JsonResponse({"error": sentence}, status=503, headers=RETRY)
    # Without the request: what the context of a page adds may ask the database.
    page = render_to_string("503.html", {"typed": _typed(request), "path": request.get_full_path()})
    return HttpResponse(page, status=503, headers=RETRY)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, to be sent again from the page of the failure; never a password or a code."""
    if request.method != "POST" or request.path.startswith("/compte/"):
        return []
    try:
        return [(name, value) for name, values in request.POST.lists() for value in values]
    except (UnreadablePostError, SuspiciousOperation):
        return []
