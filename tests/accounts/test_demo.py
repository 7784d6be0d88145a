"""The one-click links of the demonstration, which exist nowhere else."""

import importlib

import pytest
from django.conf import settings as current
from django.core import signing
from django.http import Http404
from django.urls import NoReverseMatch, clear_url_caches, reverse

from accounts import demo, urls, views
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings):
    """The addresses as they are when the settings say DEMO."""
    settings.DEMO = True
    reload()
    yield settings
    settings.DEMO = False
    reload()


def reload():
    importlib.reload(urls)
    importlib.reload(importlib.import_module(current.ROOT_URLCONF))
    clear_url_caches()


@pytest.mark.usefixtures("demonstration")
def test_a_link_signs_in_as_its_person(client):
    person = UserFactory()
    link = demo.link_for(person)
    assert link.startswith("http://127.0.0.1:8000/demonstration/")
    answer = client.get(link.removeprefix("http://127.0.0.1:8000"))
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.usefixtures("demonstration")
def test_the_administrator_reads_why_no_second_factor_is_asked(client):
    answer = client.get(demo.link_for(UserFactory(is_superuser=True, is_staff=True)), follow=True)
    assert "le second facteur, obligatoire" in answer.content.decode()


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("made", ["forged", "other salt", "nobody", "not an id"])
def test_a_link_that_was_not_made_here_opens_nothing(client, made):
    person = UserFactory()
    token = {
        "forged": signing.dumps(str(person.pk), key="autre", salt=demo.SALT),
        "other salt": signing.dumps(str(person.pk), salt="autre"),
        "nobody": signing.dumps("9d0e1c1a-6e2c-4f0e-9d0a-3f3b3f3b3f3b", salt=demo.SALT),
        "not an id": signing.dumps({"pk": 1}, salt=demo.SALT),
    }[made]
    answer = client.get(f"/demonstration/{token}/")
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("demonstration")
def test_a_deactivated_person_is_not_opened(client):
    person = UserFactory(is_active=False)
    assert client.get(demo.link_for(person)).status_code == 404


def test_the_address_does_not_exist_elsewhere(client):
    person = UserFactory()
    token = signing.dumps(str(person.pk), salt=demo.SALT)
    assert client.get(f"/demonstration/{token}/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("accounts:demo", kwargs={"token": token})


def test_the_view_itself_refuses_elsewhere(rf, settings):
    settings.DEMO = False
    token = signing.dumps(str(UserFactory().pk), salt=demo.SALT)
    with pytest.raises(Http404):
        views.demo(rf.get("/"), token)
