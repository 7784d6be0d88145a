"""The pages about the platform, and those for when something goes wrong."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

PAGES = ["home:start", "home:about", "home:legal", "home:privacy", "home:accessibility"]
OPERATOR = {
    "name": "Association des pairs",
    "address": "1 place de la Halle, 43000 Le Puy-en-Velay",
    "contact": "bonjour@pairs.exemple",
    "publisher": "Solène Marchal",
    "host": "Hébergeur coopératif, Lyon",
    "dpo": "donnees@pairs.exemple",
    "accessibility_contact": "acces@pairs.exemple",
}


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_page_about_the_platform_has_its_frame_for_everyone(page):
    html = Client().get(reverse(page)).content.decode()
    assert '<html lang="fr"' in html
    assert html.count("<h1") == 1
    assert 'href="#content"' in html
    assert '<main id="content"' in html
    assert f'<a href="{reverse("home:accessibility")}">Accessibilité : non conforme</a>' in html
    assert "django_htmx" not in html


@pytest.mark.django_db
def test_who_answers_for_the_platform_is_named(settings):
    settings.OPERATOR = OPERATOR
    legal = Client().get(reverse("home:legal")).content.decode()
    assert all(OPERATOR[fact] in legal for fact in ("name", "address", "contact", "publisher", "host"))
    assert "non déclaré" not in legal
    assert OPERATOR["dpo"] in Client().get(reverse("home:privacy")).content.decode()
    assert OPERATOR["accessibility_contact"] in Client().get(reverse("home:accessibility")).content.decode()


@pytest.mark.django_db
def test_a_platform_nobody_answers_for_says_so(settings):
    settings.OPERATOR = dict.fromkeys(OPERATOR, "")
    assert "non déclaré" in Client().get(reverse("home:legal")).content.decode()
    assert "mailto:" not in Client().get(reverse("home:accessibility")).content.decode()


@pytest.mark.django_db
def test_a_person_signed_in_finds_her_account_and_the_way_out(sign_in):
    person = UserFactory(display_name="Nadia Kessler")
    html = sign_in(person).get(reverse("home:about")).content.decode()
    assert "Mon compte, Nadia Kessler" in html
    assert "Me déconnecter" in html
    assert "Ma cohorte" in html
    assert "Se connecter" not in html


@pytest.mark.django_db
def test_the_display_is_chosen_and_given_back_to_the_device():
    client = Client()
    answer = client.post(reverse("home:theme"), {"theme": "dark", "next": "/a-propos/"})
    assert answer.url == "/a-propos/"
    assert 'data-theme="dark"' in client.get("/a-propos/").content.decode()
    client.post(reverse("home:theme"), {"theme": ""})
    assert "data-theme" not in client.get("/a-propos/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://ailleurs.exemple/", "//ailleurs.exemple", "javascript:alert(1)", ""])
def test_choosing_a_display_never_leads_elsewhere(elsewhere):
    answer = Client().post(reverse("home:theme"), {"theme": "neon", "next": elsewhere})
    assert answer.url == "/"
    assert not answer.cookies["theme"].value


@pytest.mark.parametrize("page", ["403.html", "403_csrf.html", "404.html", "409.html", "500.html"])
def test_an_error_page_stands_alone_and_speaks_of_what_was_written(page):
    html = render_to_string(page)  # no request, no person, no database
    assert html.count("<h1") == 1
    assert "enregistré" in html or "n’est pas perdu" in html


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_kindly():
    answer = Client().get("/nulle-part/")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_a_demonstration_says_at_the_foot_of_its_pages_that_it_is_invented(settings, demo):
    settings.DEMO = demo
    assert ("sont inventés" in Client().get(reverse("home:about")).text) == demo


def test_the_source_of_the_running_version_is_offered_where_it_is_known(client, settings):
    assert "Code source" not in client.get("/a-propos/").content.decode()
    settings.OPERATOR = settings.OPERATOR | {"source": "https://code.example.org/entre-pairs"}
    assert 'href="https://code.example.org/entre-pairs"' in client.get("/a-propos/").content.decode()
