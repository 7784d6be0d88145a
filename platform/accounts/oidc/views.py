"""The two steps of signing in elsewhere: leaving for the provider, and coming back from it."""

from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

SIGNATURES = frozenset({"RS256", "ES256"})


class Adapter(OpenIDConnectOAuth2Adapter):
    """Checks what allauth leaves out: the nonce, the signature of the ID token, and a signed user-info (ID-02)."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        id_token = self._decode_id_token(app, kwargs["response"].get("id_token") or "")
        nonces = request.session.pop("oidc_nonces", [])
        if id_token.get("nonce") not in nonces:
            raise OAuth2Error("The nonce is not one of ours")
        userinfo = self._fetch_user_info(token.token)
        if userinfo.get("sub") != id_token["sub"]:
            raise OAuth2Error("The user-info is about somebody else")
        data = {"userinfo": {**id_token, **userinfo}, "id_token": id_token}
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode(self, app: SocialApp, token: str) -> dict[str, Any]:
        if self._algorithm(token) not in SIGNATURES:
            raise OAuth2Error("Unexpected signature algorithm")
        return jwtkit.verify_and_decode(
            credential=token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return self._decode(app, id_token)

    @staticmethod
    def _algorithm(token: str) -> str:
        try:
            return str(jwt.get_unverified_header(token).get("alg"))
        except jwt.PyJWTError as error:
            raise OAuth2Error("Invalid token") from error

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            response.raise_for_status()
        if response.headers.get("Content-Type", "").startswith("application/jwt"):
            return self._decode(self.get_provider().app, response.text)
        return response.json()


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Leave by a page rather than by a redirection.

    Browsers follow the redirections of a form only to the addresses that `form-action` names, and the provider may
    send the person on to others.
    """
    answer = _step(OAuth2LoginView, request, provider_id)
    if isinstance(answer, HttpResponseRedirect) and urlsplit(answer.url).netloc:
        return render(request, "socialaccount/login_redirect.html", {"redirect_to": answer.url})
    return answer


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _step(OAuth2CallbackView, request, provider_id)


def _step(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return view.adapter_view(Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
