"""The page of what a person was told, her wishes, and the way out of mails without signing in."""

from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedInRequest
from notifications import actions, context, news, pushing, unsubscribing
from notifications.forms import BrowserForm, WishesForm
from notifications.models import Notification

PAGE = 30
#: Where the session keeps which browser it allowed, so that signing out forgets it.
BROWSER = "push_subscription"


@require_GET
@login_required
def told(request: SignedInRequest) -> HttpResponse:
    """Everything the person was told and may still know, newest first."""
    rows = Notification.objects.visible_to(request.user).select_related("by").newest_first()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = news.of(request.user, page.object_list)
    return render(request, "notifications/list.html", {"page": page, "shown": shown})


@require_GET
@login_required
def fresh(request: SignedInRequest) -> JsonResponse:
    """For open pages: how many wait unread, and the newest of them."""
    rows = Notification.objects.visible_to(request.user).unread().newest_first()
    newest = [
        {"id": row.pk, "sentence": said.sentence, "path": said.path} for row, said in news.of(request.user, rows[:1])
    ]
    return JsonResponse({"count": context.count(request.user), "newest": newest})


@require_POST
@login_required
def read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    actions.read(person=request.user, pk=pk)
    return redirect("notifications:list")


@require_POST
@login_required
def read_all(request: SignedInRequest) -> HttpResponse:
    actions.read(person=request.user)
    messages.success(request, _("Tout est marqué comme lu."))
    return redirect("notifications:list")


@require_http_methods(["GET", "POST"])
@login_required
def wishes(request: SignedInRequest) -> HttpResponse:
    """How the person wishes to be told."""
    form = WishesForm(request.POST or None, instance=actions.wishes_of(request.user))
    if request.method == "POST" and form.is_valid():
        actions.wish(person=request.user, **form.cleaned_data)
        messages.success(request, _("Vos préférences sont enregistrées."))
        return redirect("notifications:settings")
    facts = {
        "form": form,
        "push_key": pushing.public_key(),
        "browsers": request.user.push_subscriptions.count(),
    }
    return render(request, "notifications/settings.html", facts, status=422 if form.errors else 200)


@require_POST
@login_required
def allow_push(request: SignedInRequest) -> HttpResponse:
    """The browser of this session may be pushed to."""
    if not pushing.public_key():
        raise Http404
    form = BrowserForm(request.POST)
    if not form.is_valid():
        return JsonResponse(
            {"error": " ".join(str(error) for each in form.errors.values() for error in each)}, status=422
        )
    browser = actions.allow_push(person=request.user, **form.cleaned_data)
    request.session[BROWSER] = browser.pk
    return JsonResponse({}, status=201)


@require_POST
@login_required
def stop_push(request: SignedInRequest) -> HttpResponse:
    actions.stop_push(person=request.user)
    messages.success(request, _("Aucun de vos appareils ne reçoit plus de message de son navigateur."))
    return redirect("notifications:settings")


@csrf_exempt  # a mail program posts here without having read a page (RFC 8058): the signed token is the whole right
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all optional mails of the person whom the token names, or take that back."""
    person = unsubscribing.person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        actions.wish(person=person, mail="undo" in request.POST)
    facts: dict[str, Any] = {"done": request.method == "POST", "mail": actions.wishes_of(person).mail}
    return render(request, "notifications/unsubscribe.html", facts)


@cache
def _service_worker() -> bytes:
    return (settings.ROOT / "static" / "dist" / "sw.js").read_bytes()


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows pushed messages: from the root, so that it may open any page of ours."""
    return HttpResponse(
        _service_worker(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
