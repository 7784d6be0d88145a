"""The thread of a note, which neither notes nor talk know of."""

import pytest
from django.urls import reverse

from discussions.models import Channel
from reservoir.actions import publish
from spaces.models import Role
from tests.factories import SpaceFactory
from tests.factories.reservoir import written_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def author(space, member_of):
    return member_of(space)


@pytest.fixture
def note(space, author):
    note = written_note(author, space=space)
    publish(note=note, by=author, visibility="cohort", seen_version=note.version, agree=True, people_agree=True)
    return note


def talk(client, note):
    return client.post(reverse("home:talk_about_note", args=[note.pk]))


def test_readers_of_a_note_talk_about_it_in_its_cohort(note, space, author, member_of, sign_in):
    client, page = sign_in(member_of(space)), reverse("reservoir:note", args=[note.pk])
    assert "En parler dans un fil" in client.get(page).content.decode()
    answer = talk(client, note)
    channel = Channel.objects.get()
    assert answer.url == channel.get_absolute_url() == talk(sign_in(author), note).url
    assert (channel.space, channel.confidential, channel.about_path) == (space, False, page)
    assert page in client.get(answer.url).content.decode()


def test_a_private_note_has_no_thread(space, author, sign_in):
    private = written_note(author, space=space)
    client = sign_in(author)
    page = client.get(reverse("reservoir:note", args=[private.pk])).content.decode()
    assert "En parler dans un fil" not in page
    assert talk(client, private).status_code == 404
    assert not Channel.objects.exists()


def test_whoever_does_not_take_part_is_offered_no_thread(note, space, member_of, sign_in):
    note.releases.update(visibility="public")
    type(note).objects.update(visibility="public")
    for person in (member_of(space, Role.SPONSOR), member_of(SpaceFactory())):
        client = sign_in(person)
        page = client.get(reverse("reservoir:note", args=[note.pk])).content.decode()
        assert "En parler dans un fil" not in page
        assert talk(client, note).status_code == 403
