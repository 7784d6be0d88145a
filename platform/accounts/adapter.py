"""Where django-allauth asks us how sign-in behaves here."""

import base64
import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import codes
from accounts.models import Organisation, User

FRESH = 15 * 60  # seconds


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Anyone may have an account; it opens nothing. Roles come from invitations and accepted applications."""
        return True

    def pre_login(self, request: HttpRequest, user: User, *, email: str | None, **facts: Any) -> HttpResponse | None:
        """Somebody whom an invitation brought has no proved address yet: the code she has just typed proves it."""
        sync_user_email_address(user)
        records = get_authentication_records(request, user)
        if email and records and records[-1].get("method") == "code" and records[-1].get("email") == email:
            verify_email_indirectly(request, user, email)
        return super().pre_login(request, user, email=email, **facts)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the language of the person who receives, with addresses that the request cannot forge."""
        person = User.objects.filter(email=email.lower()).first()
        with translation.override(person.language if person else translation.get_language()):
            super().send_mail(template_prefix, email, {**context, "site_url": settings.SITE_URL})

    def get_reset_password_from_key_url(self, key: str) -> str:
        return settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_email_verified(self, provider: object, email: str) -> bool:
        """Never on a provider's word: an account is opened, or linked, by a code sent to the address (ID-04)."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """An account is linked only just after a code sent to its address was typed: a left-open session cannot."""
        if sociallogin.state.get("process") != AuthProcess.CONNECT or sociallogin.is_existing:
            return
        records = get_authentication_records(request, request.user)
        if not any(r.get("method") == "code" and time.time() - r["at"] < FRESH for r in records):
            messages.warning(
                request, _("Pour relier ce compte, reconnectez-vous d’abord avec un code reçu par courriel.")
            )
            raise ImmediateHttpResponse(redirect("socialaccount_connections"))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = sociallogin.user
        user.email = str(data.get("email") or "").lower()
        try:
            validate_email(user.email)
        except ValidationError:
            user.email = ""  # the person is then asked for one
        names = (data.get("first_name") or "", data.get("last_name") or "")
        user.display_name = (" ".join(filter(None, names)) or data.get("name") or "")[:80].strip()
        siret = codes.compact(str(data.get("siret") or ""))
        if codes.is_siret(siret):  # proposes an organisation, which the profile page can change; never a role (ID-05)
            user.organisation = Organisation.objects.filter(siren=siret[:9]).first()
        return user


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted with the vault's keys, which are not in the database."""

    def _vault(self) -> MultiFernet:
        digests = (hashlib.sha256(b"second factor:" + key.encode()).digest() for key in settings.VAULT_KEYS)
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

    def encrypt(self, text: str) -> str:
        return self._vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._vault().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return "Entre pairs"
