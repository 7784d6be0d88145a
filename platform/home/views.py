"""Pages made of several features, and those about the platform itself."""

from types import SimpleNamespace
from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from cohorts.models import Cohort
from cohorts.permissions import charter_accepted
from home import cohort as page
from home.capitalise import CapitaliseForm, asked_ids, begin_note, chosen, count_refusal, offered
from home.search import DEPTH, KINDS, PAGE, Search
from home.start import cohorts_of, current, known_to_administrators
from reservoir.actions import Refused
from richtext import TooLong
from search.limits import too_many
from search.words import MAX_CHARACTERS
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


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One box over everything: a few results of each kind, or all those of one kind, page by page."""
    asked = request.GET.get("q", "").replace("\x00", " ").strip()[:MAX_CHARACTERS]
    kind = request.GET.get("quoi", "")
    number = request.GET.get("page", "")
    number = int(number) if number.isdecimal() and len(number) < 4 else 1
    context = {"asked": asked, "words": "", "kind": "", "kinds": [], "groups": [], "problems": [], "refusal": ""}
    context |= {"previous": None, "next": None}
    if not asked:
        return render(request, "home/search.html", context)
    if too_many(str(request.user.pk) if request.user.is_authenticated else get_adapter().get_client_ip(request)):
        refusal = _("Vous avez cherché beaucoup de fois en une minute. Attendez un instant, puis cherchez à nouveau.")
        return render(request, "home/search.html", context | {"refusal": refusal}, status=429)
    found = Search(request.user, asked)
    context |= {"words": found.words, "kinds": [(each, KINDS[each]) for each in found.kinds]}
    if kind in found.kinds:
        number = min(max(number, 1), DEPTH // PAGE)
        group = found.group(kind, page=number, size=PAGE)
        context |= {
            "kind": kind,
            "groups": [group] if group.found else [],
            "previous": number - 1 if number > 1 else None,
            "next": number + 1 if group.more else None,
        }
    elif found.typed:
        groups = [found.group(each) for each in found.kinds]
        context["groups"] = [group for group in groups if group.found]
    return render(request, "home/search.html", context | {"problems": found.problems})


@login_required
@require_http_methods(["GET", "POST"])
def capitalise(request: SignedInRequest) -> HttpResponse:
    """« Capitaliser »: look at the messages chosen, add some, give a title; a private note begins with them."""
    asked = request.POST if request.method == "POST" else request.GET
    picked = asked_ids(asked.getlist("messages"))
    try:
        rows = chosen(request.user, picked or asked_ids(asked.getlist("seen")))
    except Refused as refused:
        return render(request, "409.html", {"sentence": str(refused), "back": reverse("home:start")}, status=409)
    if not rows:
        raise Http404
    begins = "title" in request.POST
    form = CapitaliseForm(request.POST if begins else None, initial={"client_id": uuid4()})
    refusal = count_refusal(len(rows) if picked else 0)
    if begins and form.is_valid() and not refusal:
        try:
            note = begin_note(messages=rows, by=request.user, **form.cleaned_data)
        except TooLong:
            refusal = _("Ces messages sont trop longs pour une seule note. Gardez-en moins.")
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("Votre note est commencée. Vous seul·e la lisez."))
            return redirect("reservoir:write", note.pk)
    context = {
        "form": form,
        "refusal": refusal,
        "channel": rows[0].channel,
        "title": rows[0].channel.title_for(request.user),
        "seen": rows[0],
        "offered": offered(rows),
        "picked": picked,
        "others": {row.author for row in rows} - {request.user},
    }
    return render(request, "home/capitalise.html", context, status=422 if begins or refusal else 200)


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
