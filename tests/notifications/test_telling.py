"""Who is told what, once, and when it counts as read."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from live.hub import hub
from notifications.actions import settle, tell, tell_many
from notifications.models import KEPT, Notification
from notifications.permissions import may_hear_person
from spaces.models import Membership
from tests.factories import SpaceFactory, UserFactory

pytestmark = pytest.mark.django_db


def about_her(person, key="mention:1", **fields):
    tell(person=person, **{"kind": "mention", "path": "/fils/1/", "facts": {"who": "Anne"}, "dedupe_key": key} | fields)


def test_a_person_is_told_one_thing_once_whatever_the_kind():
    person = UserFactory()
    about_her(person)
    about_her(person, kind="answer")
    assert [row.kind for row in Notification.objects.visible_to(person).unread()] == ["mention"]


def test_nobody_is_told_what_she_did_herself_nor_after_her_account_is_closed():
    author, reader, gone = UserFactory(), UserFactory(), UserFactory(is_active=False)
    tell_many(people=[author, reader, gone], by=author, kind="mention", path="/", facts={}, dedupe_key="m")
    assert [row.person for row in Notification.objects.all()] == [reader]


def test_nothing_of_a_space_is_known_to_who_has_left_it(member_of):
    space = SpaceFactory()
    person = member_of(space)
    about_her(person, space=space)
    assert Notification.objects.visible_to(person).count() == 1
    Membership.objects.update(left_at=timezone.now())
    assert not Notification.objects.visible_to(person).exists()


def test_reading_settles_what_is_about_it_and_no_further():
    person, other, channel = UserFactory(), UserFactory(), uuid4()
    for seq in (4, 5, 6):
        about_her(person, f"m{seq}", about=("channel", channel), seq=seq)
    about_her(other, "m4", about=("channel", channel), seq=4)
    about_her(person, "elsewhere", about=("channel", uuid4()), seq=1)
    assert settle(person=person, about=("channel", [channel]), up_to=5) == 2
    assert settle(person=person, about=("channel", [channel]), up_to=5) == 0
    assert Notification.objects.unread().filter(person=person).count() == 2
    assert Notification.objects.unread().filter(person=other).count() == 1


def test_her_own_pages_hear_that_there_is_something(django_capture_on_commit_callbacks, monkeypatch):
    heard = []
    monkeypatch.setattr(hub, "tell_whisper", lambda *said: heard.append(said))
    person = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        about_her(person)
        assert heard == []
    assert heard == [(f"person:{person.pk}", "notice", {"fresh": True})]
    assert may_hear_person(person, str(person.pk))
    assert not may_hear_person(UserFactory(), str(person.pk))


def test_what_was_told_is_forgotten_after_a_year(capsys):
    person = UserFactory()
    about_her(person, "old")
    Notification.objects.update(created_at=timezone.now() - KEPT - timedelta(hours=1))
    about_her(person, "new")
    call_command("prune_notifications")
    assert capsys.readouterr().out == "1 effacée(s).\n"
    assert Notification.objects.get().dedupe_key.startswith("new")
