"""Every page of signing in and of one's account is drawn in our frame, in French and without inline code."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.urls import reverse

from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.accounts import TerritoryFactory, with_second_factor

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase que personne ne devine"
ENTRANCE = [
    "account_login",
    "account_request_login_code",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "socialaccount_login_cancelled",
    "accounts:territories",
]
OWN = [
    "accounts:profile",
    "accounts:organisation",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "socialaccount_connections",
    "usersessions_list",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
]
PROTECTED = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
]


@pytest.fixture
def nadia():
    person = UserFactory(email="nadia@exemple.fr", display_name="Nadia Kessler")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    EmailAddress.objects.create(user=person, email="nadia@ailleurs.fr", verified=True)
    return person


@pytest.fixture
def at_home(client, nadia):
    """A browser where Nadia has just typed her password."""
    client.post(reverse("account_login"), {"login": nadia.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def check(answer):
    assert answer.status_code == 200
    html = answer.content.decode()
    assert html.count("<h1") == 1
    assert re.search(r"<title>\S.* · Entre pairs</title>", html)
    assert 'id="content"' in html
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)
    for script in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in script or 'type="application/json"' in script
    for control in re.findall(r'<(?:input|select|textarea)\b[^>]*id="([^"]+)"[^>]*>', html):
        hidden = re.search(rf'<input[^>]*type="hidden"[^>]*id="{control}"', html)
        assert hidden or f'for="{control}"' in html, f"no label for {control}"
    return html


@pytest.mark.parametrize("route", ENTRANCE)
def test_a_page_of_the_entrance(client, route):
    check(client.get(reverse(route)))


@pytest.mark.parametrize("route", OWN)
def test_a_page_of_ones_own(at_home, route):
    check(at_home.get(reverse(route)))


@pytest.mark.parametrize("route", OWN)
def test_a_visitor_is_led_to_the_entrance(client, route):
    answer = client.get(reverse(route))
    assert answer.status_code == 302


@pytest.mark.parametrize("route", PROTECTED)
def test_a_page_of_the_second_factor(at_home, nadia, route):
    with_second_factor(nadia)
    RecoveryCodes.activate(nadia)
    Authenticator.objects.create(
        user=nadia, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé bleue", "credential": credential()}
    )
    check(at_home.get(reverse(route)))


@pytest.mark.parametrize("route", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_a_key_is_renamed_and_removed(at_home, nadia, route):
    key = Authenticator.objects.create(
        user=nadia, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé bleue", "credential": credential()}
    )
    check(at_home.get(reverse(route, args=[key.pk])))
    at_home.post(reverse(route, args=[key.pk]), {"name": "Clé verte"})
    left = Authenticator.objects.filter(pk=key.pk).first()
    assert (left is None) if route == "mfa_remove_webauthn" else (str(left) == "Clé verte")


def credential():
    return {"clientExtensionResults": {"credProps": {"rk": True}}, "id": "AQID", "rawId": "AQID", "type": "public-key"}


def test_who_has_no_password_may_choose_one(client):
    person = UserFactory()
    person.set_unusable_password()
    person.save()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    check(client.get(reverse("account_set_password")))


def test_pages_with_a_code_to_type(client, nadia):
    check(client.post(reverse("account_login"), {"login": nadia.email}, follow=True))
    client.cookies.clear()
    check(client.post(reverse("account_signup"), {"email": "autre@exemple.fr"}, follow=True))


def test_a_sensitive_change_is_confirmed_first(client, nadia):
    client.force_login(nadia, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_another_address_is_added_by_a_code(at_home, nadia):
    at_home.post(reverse("account_email"), {"action_add": "", "email": "nadia@mairie.fr"})
    assert not EmailAddress.objects.filter(email="nadia@mairie.fr").exists()
    code = re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
    at_home.post(reverse("account_email_verification_sent"), {"code": code})
    assert EmailAddress.objects.get(email="nadia@mairie.fr").user == nadia


def test_the_main_address_cannot_be_removed(at_home, nadia):
    at_home.post(reverse("account_email"), {"action_remove": "", "email": nadia.email})
    assert EmailAddress.objects.filter(email=nadia.email).exists()


def test_each_mail_is_plain_french_text(at_home, nadia):
    at_home.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": PASSWORD + " 2", "password2": PASSWORD + " 2"},
    )
    message = mail.outbox[-1]
    assert message.subject == "Votre mot de passe a changé"
    assert message.body.startswith("Bonjour,")
    assert "<" not in message.body
    assert not message.alternatives


def test_pages_speak_the_language_of_the_profile(at_home, nadia):
    nadia.language = "en"
    nadia.save()
    answer = at_home.get(reverse("mfa_index"))
    assert '<html lang="en"' in answer.content.decode()
    assert answer["Content-Language"] == "en"


def test_choosing_a_language_in_the_footer_changes_the_profile(at_home, nadia):
    at_home.post(reverse("set_language"), {"language": "en", "next": "/"})
    nadia.refresh_from_db()
    assert nadia.language == "en"
    at_home.post(reverse("set_language"), {"language": "klingon", "next": "/"})
    nadia.refresh_from_db()
    assert nadia.language == "en"


def test_facilitators_are_offered_a_second_factor_and_participants_are_left_alone(sign_in):
    words = "Vous animez une cohorte"
    facilitator = MembershipFactory(role="facilitator").person
    participant = MembershipFactory(role="participant").person
    assert words in sign_in(facilitator).get(reverse("accounts:profile")).content.decode()
    assert words not in sign_in(participant).get(reverse("accounts:profile")).content.decode()
    with_second_factor(facilitator)
    assert words not in sign_in(facilitator).get(reverse("accounts:profile")).content.decode()


def test_the_profile_is_read_by_a_constant_number_of_queries(sign_in, django_assert_max_num_queries):
    person = UserFactory()
    browser = sign_in(person)
    OrganisationFactory.create_batch(5, territory=TerritoryFactory())
    with django_assert_max_num_queries(10):
        browser.get(reverse("accounts:profile"))
