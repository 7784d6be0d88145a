"""Administrators must hold a second factor before anything else (domain.md SEC-02)."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as current
from django.core import mail
from django.urls import reverse

from tests.factories import UserFactory
from tests.factories.accounts import administrator, with_second_factor

pytestmark = pytest.mark.django_db
ADMIN = f"/{current.DJANGO_ADMIN_PATH}"


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
@pytest.mark.parametrize("path", [ADMIN, ADMIN + "accounts/user/", "/moi/", "/", "/territoires/"])
def test_without_it_every_page_leads_to_it(sign_in, settings, flag, path):
    settings.DEMO = False
    answer = sign_in(UserFactory(**{flag: True})).get(path)
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_index")


def test_without_it_nothing_can_be_written(sign_in, settings):
    settings.DEMO = False
    person = UserFactory(is_staff=True, display_name="Anne")
    answer = sign_in(person).post("/moi/", {"display_name": "Autre", "language": "fr"})
    assert answer.url == reverse("mfa_index")
    person.refresh_from_db()
    assert person.display_name == "Anne"


def test_its_pages_and_the_way_out_stay_open(sign_in, settings):
    settings.DEMO = False
    browser = sign_in(UserFactory(is_staff=True))
    page = browser.get(reverse("mfa_index"))
    assert "ajoutez un second facteur pour continuer" in page.content.decode()
    assert browser.get(reverse("account_logout")).status_code == 200
    assert browser.post(reverse("account_logout")).status_code == 302


def test_with_it_the_administration_opens(sign_in, settings):
    settings.DEMO = False
    browser = sign_in(administrator())
    for path in ("", "accounts/user/", "accounts/user/add/", "accounts/organisation/", "accounts/territory/"):
        assert browser.get(ADMIN + path).status_code == 200, path


def test_other_people_are_not_asked(sign_in, settings):
    settings.DEMO = False
    assert sign_in(UserFactory()).get("/moi/").status_code == 200


def test_the_administration_is_for_administrators(sign_in, client, settings):
    settings.DEMO = False
    assert client.get(ADMIN, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    assert client.get(ADMIN + "login/").url.startswith(reverse("account_login"))
    assert sign_in(with_second_factor(UserFactory())).get(ADMIN + "login/").status_code == 403


def test_the_demonstration_excuses_its_administrator_and_says_so(sign_in, settings):
    settings.DEMO = True
    browser = sign_in(UserFactory(is_staff=True, is_superuser=True))
    assert browser.get(ADMIN).status_code == 200
    assert "le second facteur, obligatoire pour administrer" in browser.get("/moi/").content.decode()


def test_an_administrator_does_not_choose_the_passwords_of_others(sign_in, settings):
    settings.DEMO = False
    person = UserFactory()
    page = sign_in(administrator()).get(f"{ADMIN}accounts/user/{person.pk}/change/").content.decode()
    assert 'name="password"' not in page
    assert 'name="display_name"' in page


def test_an_administrator_has_no_way_to_sign_in_as_somebody_else(sign_in, settings):
    settings.DEMO = False
    person = UserFactory(email="nadia@exemple.fr", display_name="Nadia")
    browser = sign_in(administrator())
    typed = {"email": "anne@exemple.fr", "display_name": "Nadia K.", "language": "fr", "is_active": "on"}
    assert browser.post(f"{ADMIN}accounts/user/{person.pk}/change/", typed).status_code == 302
    person.refresh_from_db()
    assert (person.email, person.display_name) == ("nadia@exemple.fr", "Nadia K.")
    for model in ("account/emailaddress", "socialaccount/socialaccount", "socialaccount/socialapp",
                  "socialaccount/socialtoken", "usersessions/usersession"):  # fmt: skip
        assert browser.get(f"{ADMIN}{model}/").status_code == 404, model
        assert browser.get(f"{ADMIN}{model}/add/").status_code == 404, model
    assert browser.get(f"{ADMIN}mfa/authenticator/add/").status_code == 403


def test_an_administrator_takes_a_lost_second_factor_away_without_reading_it(sign_in, settings):
    settings.DEMO = False
    factor = with_second_factor(UserFactory()).authenticator_set.get()
    browser = sign_in(administrator())
    page = browser.get(f"{ADMIN}mfa/authenticator/{factor.pk}/change/")
    assert page.status_code == 200
    assert factor.data["secret"] not in page.content.decode()
    assert browser.post(f"{ADMIN}mfa/authenticator/{factor.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not type(factor).objects.filter(pk=factor.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_first_factor_is_set_up_in_one_go(client, settings):
    """Sign in by code, activate the application, read the recovery codes, enter the administration."""
    settings.DEMO = False
    person = UserFactory(is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": person.email})
    code = re.search(r"^ {4}(\S+)$", mail.outbox[0].body, re.MULTILINE)[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.get(ADMIN).url == reverse("mfa_index")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">(\w+)<', page)[1]
    assert "data:image/svg+xml;base64," in page
    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
    assert secret in refused
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, counter))})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert client.get(answer.url).content.decode().count('class="secret"') == 10
    assert client.get(ADMIN).status_code == 200
    assert mail.outbox[-1].subject == "Second facteur ajouté"
