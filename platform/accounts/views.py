"""A person's own pages, the territories that forms suggest, and the demonstration's door."""

from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import get_adapter as social_adapter
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import join_organisation, update_profile
from accounts.demo import person_of
from accounts.forms import OrganisationForm, ProfileForm
from accounts.models import Territory, User
from accounts.permissions import administers, can_see_portrait

DAY = 24 * 60 * 60
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _me(request: HttpRequest) -> User:
    """Whoever `login_required` let in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=me)
    if request.method == "POST" and form.is_valid():
        update_profile(person=me, **form.facts())
        messages.success(request, _("Votre profil est enregistré."))
        return redirect("accounts:profile")
    facts = {
        "form": form,
        "has_second_factor": is_mfa_enabled(me),
        "must_have_second_factor": administers(me),
        "facilitates": me.memberships.filter(left_at__isnull=True, role__in=["facilitator", "co_facilitator"]).exists(),
        "demo": settings.DEMO,
        "has_providers": bool(social_adapter(request).list_apps(request)),
    }
    return render(request, "accounts/profile.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def organisation(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        joined = join_organisation(person=_me(request), **form.cleaned_data)
        messages.success(request, _("Vous agissez pour : {name}.").format(name=joined.name))
        return redirect("accounts:profile")
    return render(request, "accounts/organisation.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@login_required
def picture(request: HttpRequest, name: str) -> HttpResponse:
    person = get_object_or_404(User, picture=f"portraits/{name}")
    if not can_see_portrait(request.user, person):
        raise Http404
    try:
        with person.picture.open() as file:  # some ten kilobytes
            answer = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # The name changes with the picture: the browser of whoever may see it can keep it.
    patch_cache_control(answer, private=True, max_age=DAY, immutable=True)
    return answer


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    end_sessions(request, [session])
    messages.success(request, _("Cet appareil est déconnecté."))
    return redirect("usersessions_list")


@require_GET
def territories(request: HttpRequest) -> HttpResponse:
    """Public reference data: the list of suggestions under a field (`?list=`), or a page to search in."""
    typed = request.GET.get("q", "").strip()[:80]
    kinds = [kind for kind in request.GET.get("kind", "").split(",") if kind in Territory.Kind.values]
    found = Territory.objects.matching(typed, kinds)
    facts = {"typed": typed, "kind": ",".join(kinds), "found": found, "kinds": Territory.Kind.choices}
    if "list" not in request.GET:
        return render(request, "accounts/territories.html", facts)
    answer = render(request, "accounts/territories.html#options", facts)
    patch_cache_control(answer, private=True, max_age=DAY)
    return answer


@require_GET
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in as the person a link of the terminal names.

    A GET that writes, against the rule of the house: a link on a terminal can only be that, the route exists in the
    demonstration alone (urls.py, config/checks.py), and the people it opens are invented.
    """
    person = person_of(token) if settings.DEMO else None
    if person is None:
        raise Http404
    login(request, person, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    if administers(person):
        messages.info(
            request,
            _("Démonstration : le second facteur, obligatoire pour une administratrice, n’est pas demandé ici."),
        )
    return redirect(settings.LOGIN_REDIRECT_URL)
