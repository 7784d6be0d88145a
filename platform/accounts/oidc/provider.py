"""The provider: which claims make the person, and a nonce in each request."""

import secrets
from typing import Any

from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider, _pick_data
from django.http import HttpRequest

from accounts.oidc.views import Adapter

NONCES = "oidc_nonces"
KEPT_NONCES = 10


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = Adapter

    @classmethod
    def get_package(cls) -> str:
        return "accounts.oidc"

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        """Our own parameters and no others: what the address bar adds is not passed on (ProConnect refuses it)."""
        nonce = secrets.token_urlsafe(32)
        request.session[NONCES] = [*request.session.get(NONCES, []), nonce][-KEPT_NONCES:]
        return {**self.get_auth_params(), "nonce": nonce}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def extract_uid(self, data: dict[str, Any]) -> str:
        """`sub` belongs to one identity provider behind ProConnect: both together name the person (ID-04)."""
        claims = _pick_data(data)
        return ":".join(filter(None, [str(claims.get("idp_id") or ""), str(claims["sub"])]))

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        claims = _pick_data(data)
        return {
            "email": claims.get("email"),
            "name": claims.get("name"),
            "first_name": claims.get("given_name"),
            "last_name": claims.get("usual_name") or claims.get("family_name"),
            "siret": claims.get("siret"),
        }

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Addresses are proposed, never taken as proved: the person receives a code (ID-04)."""
        addresses = super().extract_email_addresses(data)
        for address in addresses:
            address.verified = False
        return list(addresses)


provider_classes = [Provider]
