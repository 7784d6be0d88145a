"""An event moves, and whoever is expected knows it; nobody else moves it, and nobody moves what has begun."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from notifications import news
from notifications.models import Notification
from spaces.models import Role, Space
from tests.factories import SpaceFactory
from tests.factories.workshops import EventFactory
from workshops.actions import NotNow, NotReady, move_event, tell_presence
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db

THEN = datetime(2031, 3, 4, 13, tzinfo=UTC)
MOVED = {"starts_at": THEN, "ends_at": THEN + timedelta(hours=2), "place": "Blois"}


@pytest.fixture
def event():
    return EventFactory(title="Atelier de mars", starts_at=timezone.now() + timedelta(days=3))


@pytest.fixture
def facilitator(event, member_of):
    return member_of(event.space, Role.FACILITATOR)


@pytest.fixture
def participant(event, member_of):
    return member_of(event.space)


def told(person):
    rows = Notification.objects.visible_to(person).unread().newest_first()
    return [said.sentence.replace("\u202f", " ").replace("\xa0", " ") for _row, said in news.of(person, rows)]


def test_whoever_is_expected_knows_when_and_where(event, facilitator, participant, member_of):
    sponsor = member_of(event.space, Role.SPONSOR)
    move_event(event=event, by=facilitator, **MOVED)
    [sentence] = told(participant)
    assert sentence.startswith("« Atelier de mars » change : ce sera mardi 4 mars 2031, 14 h, Blois")
    assert told(facilitator) == told(sponsor) == []


def test_the_last_of_several_moves_is_told_and_the_same_again_is_none(event, facilitator, participant):
    move_event(event=event, by=facilitator, **MOVED)
    move_event(event=event, by=facilitator, **MOVED)
    first = Notification.objects.get(person=participant)
    move_event(event=event, by=facilitator, **MOVED | {"place": "Tours"})
    [sentence] = told(participant)
    assert Notification.objects.get(person=participant) != first
    assert "Tours" in sentence


def test_who_had_said_whether_she_comes_is_asked_again_when_the_time_changes(event, facilitator, participant):
    tell_presence(event=event, person=participant, coming=True)
    move_event(event=event, by=facilitator, starts_at=event.starts_at, ends_at=event.ends_at, place="Tours")
    assert Attendance.objects.get().state == Attendance.State.CONFIRMED
    move_event(event=event, by=facilitator, **MOVED)
    assert Attendance.objects.get().state == Attendance.State.EXPECTED
    tell_presence(event=Event.objects.get(), person=participant, coming=True)
    assert told(participant) == []  # she has answered: it is read


def test_a_cohort_s_facilitator_moves_what_its_peer_groups_do(event, facilitator, participant):
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=event.space)
    meeting = EventFactory(space=group, starts_at=timezone.now() + timedelta(days=1))
    assert move_event(event=meeting, by=facilitator, **MOVED).place == "Blois"
    with pytest.raises(PermissionDenied):
        move_event(event=meeting, by=participant, **MOVED | {"place": "Tours"})


@pytest.mark.parametrize("fields", [{"state": Event.State.CANCELLED}, {"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_what_has_begun_or_is_cancelled_stays_where_it_was(fields, event, facilitator, participant):
    Event.objects.update(**fields)
    with pytest.raises(NotNow):
        move_event(event=event, by=facilitator, **MOVED)
    assert told(participant) == []


@pytest.mark.parametrize(
    "wrong",
    [{"ends_at": THEN}, {"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"ends_at": THEN - timedelta(hours=1)}],
)
def test_an_event_neither_ends_before_it_begins_nor_begins_in_the_past(wrong, event, facilitator):
    with pytest.raises(NotReady):
        move_event(event=event, by=facilitator, **MOVED | wrong)


def test_a_wrong_form_comes_back_with_what_was_typed(event, facilitator, sign_in):
    url = f"/rencontres/{event.pk}/deplacer/"
    client = sign_in(facilitator)
    answer = client.post(url, {"day": "pas une date", "begins": "14:00", "ends": "16:00", "place": "Blois"})
    assert answer.status_code == 422
    assert 'value="Blois"' in answer.content.decode()
    answer = client.post(url, {"day": "2031-03-04", "begins": "14:00", "ends": "13:00", "place": "Blois"})
    assert answer.status_code == 422
    assert "finit après son début" in answer.content.decode()
    assert url in client.get(f"/rencontres/{event.pk}/").content.decode()
