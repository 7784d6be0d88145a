"""What is asked of each request of a signed-in person: her language, and a second factor from administrators."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from accounts.permissions import lacks_second_factor

View = Callable[..., HttpResponse]
#: What an administrator may still reach before she has a second factor: the way to one, and the way out.
OPEN_ROUTES = {"account_logout", "account_reauthenticate", "account_email", "account_email_verification_sent"}


class LanguageMiddleware(MiddlewareMixin):
    """Pages speak the language of the person's profile; choosing one in the footer changes the profile."""

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        user = request.user
        if not user.is_authenticated:
            return
        if request.method == "POST" and request.resolver_match and request.resolver_match.view_name == "set_language":
            chosen = request.POST.get("language", "")
            if chosen in dict(settings.LANGUAGES) and chosen != user.language:
                user.language = chosen
                user.save(update_fields=["language"])
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


class SecondFactorMiddleware(MiddlewareMixin):
    """An administrator without a second factor is led to it, whatever she asks for."""

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.view_name) or ""
        if name in OPEN_ROUTES or name.startswith("mfa_") or not lacks_second_factor(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))
