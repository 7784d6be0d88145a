"""Signing in and out, as a browser does it. Answers never tell whether an address has an account."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase que personne ne devine"


@pytest.fixture
def nadia():
    person = UserFactory(email="nadia@exemple.fr", display_name="Nadia Kessler")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def code_in(message):
    return re.search(r"^ {4}(\S+)$", message.body, re.MULTILINE)[1]


def signed_in(client):
    return "_auth_user_id" in client.session


def without_secrets(html, *addresses):
    """What a person sees, without what changes at each request."""
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    for address in addresses:
        html = html.replace(address, "ADRESSE")
    return html


def totp_code(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_an_address_and_a_mailed_code_are_enough(client, nadia):
    answer = client.post(reverse("account_login"), {"login": "Nadia@exemple.fr"})
    assert answer.url == reverse("account_confirm_login_code")
    assert mail.outbox[0].to == ["nadia@exemple.fr"]
    assert mail.outbox[0].subject == "Votre code de connexion"

    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})

    assert client.session["_auth_user_id"] == str(nadia.pk)


def test_somebody_whom_an_invitation_brought_has_no_password_and_needs_none(client):
    person = User.objects.create_user("invitee@exemple.fr", display_name="Inès Vitée")
    client.post(reverse("account_login"), {"login": person.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})
    assert client.session["_auth_user_id"] == str(person.pk)
    assert EmailAddress.objects.get(user=person).verified


def test_a_deactivated_account_does_not_open(client, nadia):
    nadia.is_active = False
    nadia.save()
    client.post(reverse("account_login"), {"login": nadia.email})
    assert "Aucun compte" in mail.outbox[0].body
    assert not signed_in(client)


def test_a_wrong_code_is_refused_and_three_end_it(client, nadia):
    client.post(reverse("account_login"), {"login": nadia.email})
    for _ in range(2):
        page = client.post(reverse("account_confirm_login_code"), {"code": "FAUX"}).content.decode()
        assert "Code incorrect" in page
    client.post(reverse("account_confirm_login_code"), {"code": "FAUX"})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})
    assert not signed_in(client)


def test_another_code_can_be_sent(client, nadia):
    client.post(reverse("account_login"), {"login": nadia.email})
    client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    assert len(mail.outbox) == 2
    assert signed_in(client)


def test_a_password_signs_in_for_who_has_one(client, nadia):
    nadia.set_password(PASSWORD)
    nadia.save()
    client.post(reverse("account_login"), {"login": nadia.email, "password": PASSWORD})
    assert signed_in(client)
    assert not mail.outbox


def test_the_page_goes_where_one_was_going(client, nadia):
    wanted = reverse("accounts:profile")
    answer = client.post(reverse("account_login"), {"login": nadia.email, "next": wanted}, follow=True)
    page = answer.content.decode()
    assert f'name="next" value="{wanted}"' in page
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0]), "next": wanted})
    assert answer.url == wanted


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example", "/\\ailleurs.example"])
def test_the_page_does_not_go_elsewhere(client, nadia, elsewhere):
    nadia.set_password(PASSWORD)
    nadia.save()
    answer = client.post(reverse("account_login"), {"login": nadia.email, "password": PASSWORD, "next": elsewhere})
    assert signed_in(client)
    assert "ailleurs" not in answer.url


class TestNobodyLearnsWhoHasAnAccount:
    """Same status, same address, same page, byte for byte, for an address that is known and one that is not."""

    def compare(self, route, field, nadia, **more):
        seen = []
        for address in (nadia.email, "inconnue@exemple.fr"):
            browser = Client()
            answer = browser.post(reverse(route), {field: address, **more}, follow=True)
            seen.append((answer.status_code, answer.redirect_chain, without_secrets(answer.content.decode(), address)))
        assert seen[0] == seen[1]
        return seen[0]

    def test_when_asking_for_a_code(self, nadia):
        status, chain, page = self.compare("account_login", "login", nadia)
        assert status == 200
        assert chain[-1][0] == reverse("account_confirm_login_code")
        assert "Recopier le code" in page

    def test_when_asking_for_a_code_on_its_own_page(self, nadia):
        self.compare("account_request_login_code", "email", nadia)

    def test_when_the_password_is_wrong(self, nadia):
        nadia.set_password(PASSWORD)
        nadia.save()
        self.compare("account_login", "login", nadia, password="mauvais mot de passe")

    def test_when_creating_an_account(self, nadia):
        self.compare("account_signup", "email", nadia)

    def test_when_a_password_is_forgotten(self, nadia):
        self.compare("account_reset_password", "email", nadia)

    def test_when_a_code_is_wrong(self, nadia):
        seen = []
        for address in (nadia.email, "inconnue@exemple.fr"):
            browser = Client()
            browser.post(reverse("account_login"), {"login": address})
            answer = browser.post(reverse("account_confirm_login_code"), {"code": "FAUX"})
            seen.append((answer.status_code, without_secrets(answer.content.decode(), address)))
        assert seen[0] == seen[1]

    def test_each_address_receives_one_message(self, nadia):
        for address in (nadia.email, "inconnue@exemple.fr"):
            Client().post(reverse("account_login"), {"login": address})
        assert [message.to for message in mail.outbox] == [[nadia.email], ["inconnue@exemple.fr"]]
        assert "Aucun compte" in mail.outbox[1].body


def test_a_new_account_has_a_proved_address_and_no_role(client):
    client.post(reverse("account_signup"), {"email": "ines@exemple.fr"})
    assert not signed_in(client)
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    ines = User.objects.get(email="ines@exemple.fr")
    assert signed_in(client)
    assert EmailAddress.objects.get(user=ines).verified
    assert not ines.memberships.exists()
    assert not ines.is_staff


def test_an_account_cannot_be_prepared_for_somebody_else(client):
    """The attack: open an account with the victim's address and a password, wait for her to come."""
    Client().post(
        reverse("account_signup"),
        {
            "email": "victime@exemple.fr",
            "password1": PASSWORD,
            "password": PASSWORD,
            "is_staff": "1",
        },
    )
    victim = User.objects.get(email="victime@exemple.fr")
    assert not victim.has_usable_password()
    assert not victim.is_staff
    thief = Client()
    thief.post(reverse("account_login"), {"login": victim.email, "password": PASSWORD})
    assert not signed_in(thief)

    client.post(reverse("account_login"), {"login": victim.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    assert signed_in(client)


def test_a_forgotten_password_is_replaced_through_a_link_that_serves_once(client, nadia):
    client.post(reverse("account_reset_password"), {"email": nadia.email}, HTTP_HOST="localhost")
    link = re.search(r"http\S+", mail.outbox[0].body)[0]
    assert link.startswith("http://127.0.0.1:8000/compte/")
    path = link.removeprefix("http://127.0.0.1:8000")
    form = client.get(path, follow=True)
    assert "Choisir un mot de passe" in form.content.decode()
    page = client.post(form.redirect_chain[-1][0], {"password1": "court", "password2": "court"}).content.decode()
    assert "14 caractères" in page
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    nadia.refresh_from_db()
    assert nadia.check_password(PASSWORD)
    assert "Ce lien ne sert plus" in Client().get(path, follow=True).content.decode()


def test_messages_speak_the_language_of_who_receives_them(client, nadia):
    nadia.language = "en"
    nadia.save()
    with translation.override("en"):
        wanted = translation.gettext("Votre code de connexion")
    client.post(reverse("account_login"), {"login": nadia.email}, headers={"Accept-Language": "fr"})
    assert mail.outbox[0].subject == wanted
    assert code_in(mail.outbox[0])


def test_each_device_can_be_signed_out_alone_and_all_others_at_once(client, nadia):
    nadia.set_password(PASSWORD)
    nadia.save()
    browsers = [client, Client(), Client(), Client()]
    agents = ["Mozilla/5.0 (X11; Linux) Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/604", "Edg/1 Windows", "curl/8"]
    for browser, agent in zip(browsers, agents, strict=True):
        browser.defaults["HTTP_USER_AGENT"] = agent
        browser.post(reverse("account_login"), {"login": nadia.email, "password": PASSWORD})
    page = client.get(reverse("usersessions_list")).content.decode()
    for words in ("Firefox, Linux", "Safari, iPhone", "Edge, Windows", "Navigateur inconnu", "cet appareil"):
        assert words in page

    phone = UserSession.objects.get(user_agent__contains="iPhone")
    client.post(reverse("accounts:end_session", args=[phone.pk]))
    assert [signed_in(browser) for browser in browsers] == [True, False, True, True]

    client.post(reverse("usersessions_list"))
    assert [signed_in(browser) for browser in browsers] == [True, False, False, False]


def test_nobody_ends_the_session_of_somebody_else(sign_in, client, nadia):
    nadia.set_password(PASSWORD)
    nadia.save()
    client.post(reverse("account_login"), {"login": nadia.email, "password": PASSWORD})
    session = UserSession.objects.get(user=nadia)
    assert sign_in(UserFactory()).post(reverse("accounts:end_session", args=[session.pk])).status_code == 404
    assert signed_in(client)


def test_signing_out_takes_a_click(client, nadia):
    client.force_login(nadia, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(reverse("account_logout"))
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_a_second_factor_is_asked_after_the_code(client, nadia):
    secret = generate_totp_secret()
    TOTP.activate(nadia, secret)
    client.post(reverse("account_login"), {"login": nadia.email})
    answer = client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})
    assert answer.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert "Code incorrect" in client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert signed_in(client)


def test_the_secret_of_a_second_factor_is_not_readable_in_the_database(nadia):
    secret = generate_totp_secret()
    authenticator = TOTP.activate(nadia, secret).instance
    authenticator.refresh_from_db()
    assert secret not in str(authenticator.data)
    assert authenticator.wrap().validate_code(totp_code(secret))
