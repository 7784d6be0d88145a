"""OpenID Connect as ProConnect speaks it, against a small issuer of our own on this machine."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """Discovery, keys, token and user-info; `claims` and the rest are what a test changes."""

    def __init__(self):
        self.claims = {
            "sub": "abc",
            "idp_id": "ministere",
            "email": "nadia@interieur.gouv.fr",
            "email_verified": True,
            "given_name": "Nadia",
            "usual_name": "Kessler",
            "siret": "55210055400013",
        }
        self.nonce = None
        self.key = self.userinfo_key = KEY
        self.signed_userinfo = True
        self.userinfo_sub = None
        self.seen = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(*issuer.get(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                issuer.seen.append(parse_qs(body))
                self.answer(*issuer.token())

            def answer(self, kind, body):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, path):
        if path.endswith("openid-configuration"):
            ends = {
                name: self.url + address
                for name, address in {
                    "issuer": "",
                    "authorization_endpoint": "/authorize",
                    "token_endpoint": "/token",
                    "userinfo_endpoint": "/userinfo",
                    "jwks_uri": "/jwks",
                }.items()
            }
            return "application/json", json.dumps(ends).encode()
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return "application/json", json.dumps({"keys": [public | {"kid": "un", "alg": "RS256"}]}).encode()
        facts = self.claims | ({"sub": self.userinfo_sub} if self.userinfo_sub else {})
        if not self.signed_userinfo:
            return "application/json", json.dumps(facts).encode()
        return "application/jwt", self.sign(facts, self.userinfo_key).encode()

    def sign(self, claims, key):
        standard = {"iss": self.url, "aud": "entre-pairs", "exp": int(time.time()) + 60}
        return jwt.encode(standard | claims, key, algorithm="RS256", headers={"kid": "un"})

    def token(self):
        id_token = self.sign({"sub": self.claims["sub"], "nonce": self.nonce}, self.key)
        body = {"access_token": "jeton", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}
        return "application/json", json.dumps(body).encode()


@pytest.fixture
def issuer(settings):
    it = Issuer()
    app = {
        "provider_id": "proconnect",
        "name": "ProConnect",
        "client_id": "entre-pairs",
        "secret": "secret",
        "settings": {"server_url": it.url, "scope": ["openid", "email", "siret"]},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": [app]}
    }
    yield it
    it.server.shutdown()
    it.server.server_close()


def leave(client, issuer, process="login"):
    """Press the button; what the provider is asked, as a dictionary."""
    address = reverse("openid_connect_login", args=["proconnect"])
    page = client.post(f"{address}?process={process}&scope=phone&auth_params=prompt%3Dnone").content.decode()
    wanted = re.search(r'href="(http://127[^"]+authorize[^"]+)"', page)[1].replace("&amp;", "&")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(wanted).query).items()}
    issuer.nonce = asked["nonce"]
    return asked


def come_back(client, asked, **more):
    return client.get(
        reverse("openid_connect_callback", args=["proconnect"]), {"code": "un-code", "state": asked["state"]} | more
    )


def code_in(message):
    return re.search(r"^ {4}(\S+)$", message.body, re.MULTILINE)[1]


def test_the_button_is_there_when_a_provider_is_configured(client, issuer):
    page = client.get(reverse("account_login")).content.decode()
    assert "S’identifier avec ProConnect" in page
    assert page.index("ProConnect") < page.index("Par courriel")


def test_the_button_is_not_there_otherwise(client):
    assert "S’identifier avec" not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("openid_connect_login", args=["proconnect"])).status_code == 404


def test_what_is_asked_of_the_provider(client, issuer):
    asked = leave(client, issuer)
    assert set(asked["scope"].split()) == {"openid", "email", "siret"}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert "prompt" not in asked
    assert len(asked["nonce"]) >= 32


def test_a_newcomer_proves_her_address_and_receives_no_role(client, issuer):
    organisation = OrganisationFactory(siren="552100554")
    come_back(client, leave(client, issuer))
    assert "_auth_user_id" not in client.session
    assert mail.outbox[0].to == ["nadia@interieur.gouv.fr"]

    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})

    nadia = User.objects.get(email="nadia@interieur.gouv.fr")
    assert client.session["_auth_user_id"] == str(nadia.pk)
    assert nadia.display_name == "Nadia Kessler"
    assert nadia.organisation == organisation
    assert not nadia.memberships.exists()
    assert not nadia.is_staff
    assert SocialAccount.objects.get(user=nadia).uid == "ministere:abc"


def test_she_comes_back_without_a_code(client, issuer):
    test_a_newcomer_proves_her_address_and_receives_no_role(client, issuer)
    sent = len(mail.outbox)
    again = Client()
    come_back(again, leave(again, issuer))
    assert again.session["_auth_user_id"] == client.session["_auth_user_id"]
    assert len(mail.outbox) == sent


def test_the_same_sub_from_another_employer_is_somebody_else(client, issuer):
    test_a_newcomer_proves_her_address_and_receives_no_role(client, issuer)
    issuer.claims |= {"idp_id": "autre", "email": "paul@autre.fr"}
    other = Client()
    come_back(other, leave(other, issuer))
    assert "_auth_user_id" not in other.session
    assert mail.outbox[-1].to == ["paul@autre.fr"]


def test_an_address_that_already_has_an_account_does_not_open_it(client, issuer):
    """Even when the provider says that it verified the address."""
    known = UserFactory(email="nadia@interieur.gouv.fr")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    answer = come_back(client, leave(client, issuer))
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()
    assert answer.url == reverse("account_email_verification_sent")  # as for a newcomer: nothing is told
    assert mail.outbox[-1].subject == "Vous avez déjà un compte"


def test_linking_takes_a_code_typed_just_before(client, issuer):
    known = UserFactory(email="nadia@exemple.fr")
    EmailAddress.objects.create(user=known, email=known.email, verified=True, primary=True)
    old = Client()
    old.force_login(known, backend="allauth.account.auth_backends.AuthenticationBackend")
    come_back(old, leave(old, issuer, "connect"))
    assert not SocialAccount.objects.exists()

    client.post(reverse("account_login"), {"login": known.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    come_back(client, leave(client, issuer, "connect"))
    linked = SocialAccount.objects.get()
    assert linked.user == known
    assert "ProConnect, depuis le" in client.get(reverse("socialaccount_connections")).content.decode()
    client.post(reverse("socialaccount_connections"), {"account": linked.pk})
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "attack", ["nonce", "id token key", "user-info key", "another sub", "another state", "refused by the provider"]
)
def test_what_is_not_signed_for_us_opens_nothing(client, issuer, attack):
    asked = leave(client, issuer)
    more = {}
    match attack:
        case "nonce":
            issuer.nonce = "celui-d-un-autre"
        case "id token key":
            issuer.key = OTHER_KEY
        case "user-info key":
            issuer.userinfo_key = OTHER_KEY
        case "another sub":
            issuer.userinfo_sub = "xyz"
        case "another state":
            more = {"state": "inconnu"}
        case "refused by the provider":
            more = {"error": "server_error"}
    answer = come_back(client, asked, **more)
    assert "Connexion impossible" in answer.content.decode()
    assert not User.objects.exists()
    assert not mail.outbox


def test_a_plain_user_info_is_read_too(client, issuer):
    issuer.signed_userinfo = False
    come_back(client, leave(client, issuer))
    assert User.objects.get().display_name == "Nadia Kessler"
