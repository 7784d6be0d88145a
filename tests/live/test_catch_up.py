"""Catching up over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from live import views
from live.models import LiveEvent, Topic
from live.publish import publish
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/live/events/"


@pytest.fixture
def reader(ears, sign_in):
    person = UserFactory()
    ears.add(person.pk)
    client = sign_in(person)
    client.person = person

    def ask(after: object, epoch: object = 1, topic: str = "test:a"):
        return client.get(URL, {"topic": topic, "after": after, "epoch": epoch})

    client.ask = ask
    return client


def test_a_page_gets_what_it_missed_in_order_and_only_that(reader):
    for number in range(1, 6):
        publish("test:a", "said", html=f"<p>{number}</p>", number=number)
    publish("test:b", "said")

    answer = reader.ask(after=3)

    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("max-age=0") or "no-store" in answer["Cache-Control"]
    told = answer.json()
    assert (told["epoch"], told["head"]) == (1, 5)
    assert [(event["seq"], event["html"], event["facts"]) for event in told["events"]] == [
        (4, "<p>4</p>", {"number": 4}),
        (5, "<p>5</p>", {"number": 5}),
    ]


def test_a_long_absence_is_caught_up_page_by_page(reader, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    for _ in range(5):
        publish("test:a", "moved")
    seen: list[int] = []
    while (told := reader.ask(after=seen[-1] if seen else 0).json())["events"]:
        assert len(told["events"]) <= 2
        seen += [event["seq"] for event in told["events"]]
    assert seen == [1, 2, 3, 4, 5]


def test_a_page_that_is_up_to_date_gets_nothing(reader):
    publish("test:a", "moved")
    assert reader.ask(after=1).json()["events"] == []
    assert reader.ask(after=0, topic="test:silent").json() == {"epoch": 1, "head": 0, "events": []}


def test_a_page_that_does_not_know_the_epoch_yet_is_answered(reader):
    publish("test:a", "moved")
    assert reader.ask(after=0, epoch=0).status_code == 200


def test_a_page_loads_again_when_numbers_went_back_in_a_restore(reader):
    publish("test:a", "moved")
    Topic.objects.update(epoch=2)
    answer = reader.ask(after=1, epoch=1)
    assert answer.status_code == 410
    assert answer.json() == {"epoch": 2, "head": 1}
    assert reader.ask(after=5, epoch=2).status_code == 410


def test_a_page_loads_again_when_the_log_no_longer_holds_what_it_missed(reader):
    for _ in range(3):
        publish("test:a", "moved")
    LiveEvent.objects.filter(seq__lt=3).update(created_at=timezone.now() - timedelta(days=8))
    LiveEvent.objects.past_keeping().delete()
    assert reader.ask(after=1).status_code == 410
    assert reader.ask(after=2).status_code == 200


def test_a_page_loads_again_when_it_is_too_far_behind(reader, monkeypatch):
    monkeypatch.setattr(views, "TOO_FAR", 2)
    for _ in range(3):
        publish("test:a", "moved")
    assert reader.ask(after=0).status_code == 410
    assert reader.ask(after=1).status_code == 200


def test_who_may_not_hear_a_topic_does_not_learn_that_it_exists(reader, sign_in):
    publish("test:a", "moved")
    stranger = sign_in(UserFactory())
    query = {"topic": "test:a", "after": 0, "epoch": 1}
    assert reader.get(URL, query).status_code == 200
    assert stranger.get(URL, query).status_code == 404
    assert reader.get(URL, query | {"topic": "unguarded:a"}).status_code == 404
    assert Client().get(URL, query).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        *({"after": after} for after in ("-1", "x", "", "1.5", "٣", "²", "9" * 16, "9" * 5000)),
        *({"epoch": epoch} for epoch in ("", "-1", "9" * 16)),
        *({"topic": topic} for topic in ("", "a b:c", "test:" + "a" * 51)),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(reader, wrong):
    assert reader.get(URL, {"topic": "test:a", "after": 0, "epoch": 1} | wrong).status_code == 400


def test_the_client_made_id_is_told_to_its_author_alone(reader, ears, sign_in):
    other, once = UserFactory(), uuid4()
    ears.add(other.pk)
    publish("test:a", "said", by=reader.person.pk, client_id=once)
    query = {"topic": "test:a", "after": 0, "epoch": 1}
    assert reader.get(URL, query).json()["events"][0]["client_id"] == str(once)
    assert "client_id" not in sign_in(other).get(URL, query).json()["events"][0]


def test_catching_up_costs_the_same_with_one_event_and_with_three(reader, django_assert_num_queries):
    publish("test:a", "moved")
    with django_assert_num_queries(4):
        reader.ask(after=0)
    publish("test:a", "moved")
    publish("test:a", "moved")
    with django_assert_num_queries(4):
        reader.ask(after=0)
