"""Several people who write at the same moment, on real connections: in one transaction, each with her own outcome."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from discussions.actions import ChannelClosed, ReusedClientId, post_message, posting
from discussions.models import Channel, Message
from live.models import LiveEvent
from spaces.models import Membership
from tests.factories.discussions import ChannelFactory

pytestmark = pytest.mark.django_db(transaction=True)

REFUSALS = (PermissionDenied, ChannelClosed, ReusedClientId, Channel.DoesNotExist)


@pytest.fixture
def channels():
    return [ChannelFactory() for _ in range(3)]


@pytest.fixture
def together(monkeypatch):
    """`together(act, …)`: what came of each, when all are in the line before the first is written."""
    groups: list[int] = []
    write = posting._write_together

    def counted(sent):
        groups.append(len(sent))
        return write(sent)

    monkeypatch.setattr(posting, "_write_together", counted)

    def run(act):
        try:
            return act()
        except REFUSALS as refusal:
            return refusal
        finally:
            connection.close()

    def let_loose(*acts):
        groups.clear()
        with ThreadPoolExecutor(len(acts)) as pool:
            with posting._line._lock:
                futures = [pool.submit(run, act) for act in acts]
                while len(posting._line._waiting) < len(acts):
                    time.sleep(0.01)
            return [future.result() for future in futures], groups

    return let_loose


def says(channel, author, words="Bonjour", client_id=None, **more):
    client_id = client_id or uuid4()
    return lambda: post_message(channel=channel, author=author, body=f"<p>{words}</p>", client_id=client_id, **more)


def test_those_who_wait_are_written_at_once_each_in_her_channel(channels, member_of, together):
    acts = [says(channel, member_of(channel.space), f"mot {n}") for n in range(4) for channel in channels]
    came, groups = together(*acts)
    assert groups == [12]
    for channel in channels:
        kept = list(channel.messages.order_by("seq"))
        assert [message.seq for message in kept] == [1, 2, 3, 4]
        assert {message.pk for message in kept} == {one.pk for one in came if one.channel_id == channel.pk}
        log = LiveEvent.objects.filter(topic__name=channel.topic).order_by("seq")
        assert [(event.seq, event.facts["message"]) for event in log] == [(one.seq, str(one.pk)) for one in kept]
        assert all(one.fragment in (event.html for event in log) for one in came if one.channel_id == channel.pk)


def test_who_may_not_write_keeps_nobody_else_from_it(channels, member_of, together):
    here, there, archived = channels
    Channel.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    gone = member_of(here.space)
    Membership.objects.filter(person=gone).update(left_at=timezone.now())
    inside = member_of(there.space)
    came, groups = together(
        says(here, member_of(here.space)), says(here, gone), says(there, inside), says(here, inside),
        says(archived, member_of(archived.space)),
    )  # fmt: skip
    assert groups == [5]
    assert [type(one).__name__ for one in came] == [
        "Message", "PermissionDenied", "Message", "PermissionDenied", "ChannelClosed",
    ]  # fmt: skip
    assert Message.objects.count() == LiveEvent.objects.count() == 2


def test_an_id_sent_several_times_at_once_is_one_message_in_one_channel(channels, member_of, together):
    here, there, _other = channels
    author, once = member_of(here.space), uuid4()
    Membership.objects.create(space=there.space, person=author, role="participant")
    came, groups = together(*[says(channel, author, client_id=once) for channel in (here, here, there)])
    assert groups == [3]
    written = [one for one in came if isinstance(one, Message)]
    assert Message.objects.count() == len({one.pk for one in written}) == 1
    assert all(isinstance(one, ReusedClientId) for one in came if one not in written)
    assert len(written) in (1, 2)  # whichever channel came first


def test_a_channel_that_is_no_more_takes_its_own_message_only(channels, member_of, together):
    erased, *others = channels
    acts = [says(channel, member_of(channel.space)) for channel in channels]
    Channel.objects.filter(pk=erased.pk).delete()
    came, groups = together(*acts)
    assert groups == [3, 1, 1, 1]
    assert isinstance(came[0], Channel.DoesNotExist)
    assert set(Message.objects.values_list("channel", flat=True)) == {channel.pk for channel in others}


def test_answers_in_several_threads_are_counted(channels, member_of, together):
    roots, acts = [], []
    for channel in channels[:2]:
        people = [member_of(channel.space) for _ in range(3)]
        roots.append(says(channel, people[0])())
        acts += [says(channel, person, thread=roots[-1]) for person in people]
    together(*acts)
    for root in roots:
        root.refresh_from_db()
        assert root.reply_count == root.replies.count() == 3
