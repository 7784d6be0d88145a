"""The numbered log of a topic."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from live.models import LiveEvent, Topic
from live.publish import last_seq, publish, recheck, redact


@pytest.mark.django_db(transaction=True)
def test_an_event_belongs_to_the_transaction_of_its_action():
    with pytest.raises(TransactionManagementError):
        publish("test:a", "moved")
    assert last_seq("test:a") == 0


@pytest.mark.django_db(transaction=True)
def test_numbers_of_a_topic_have_no_hole_even_after_an_action_that_failed():
    with transaction.atomic():
        assert publish("test:a", "moved") == 1
    with pytest.raises(ZeroDivisionError):
        _publish_and_fail()
    with transaction.atomic():
        assert publish("test:a", "moved") == 2
        assert publish("test:b", "moved") == 1
    assert [event.seq for event in LiveEvent.objects.after("test:a", 0)] == [1, 2]
    assert last_seq("test:a") == 2


@transaction.atomic
def _publish_and_fail() -> None:
    assert publish("test:a", "moved") == 2
    raise ZeroDivisionError


@pytest.mark.django_db
def test_facts_are_kept_as_pages_will_read_them():
    who, now = uuid4(), timezone.now()
    publish("test:a", "moved", who=who, at=now, step=3)
    facts = LiveEvent.objects.get().facts
    assert facts["who"] == str(who)
    assert facts["step"] == 3
    assert facts["at"].startswith(str(now.date()))


@pytest.mark.django_db
def test_words_taken_back_leave_the_log():
    publish("test:a", "said", html="<p>secret</p>")
    publish("test:a", "said", html="<p>reste</p>")
    redact("test:a", 1)
    assert list(LiveEvent.objects.after("test:a", 0).values_list("html", flat=True)) == ["", "<p>reste</p>"]


@pytest.mark.django_db
def test_the_log_forgets_after_a_week_and_keeps_its_numbers(capsys):
    publish("test:a", "moved")
    publish("test:a", "moved")
    LiveEvent.objects.filter(seq=1).update(created_at=timezone.now() - timedelta(days=8))
    call_command("prune_live_log")
    assert [event.seq for event in LiveEvent.objects.all()] == [2]
    assert Topic.objects.get().seq == 2
    assert capsys.readouterr().out == "1\n"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_needed_to_publish_where_no_page_can_be_open():
    with transaction.atomic():
        publish("test:a", "moved")
        recheck(uuid4())
    assert last_seq("test:a") == 1
