"""What waits for each reader: exact, hers alone, and cheap."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions import actions, unread
from discussions.models import Channel, Draft, Following, Message, Reading
from live.models import LiveEvent
from spaces.models import Membership, Space
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelFactory()


@pytest.fixture
def me(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def other(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def said(channel, other):
    """`said(3)`: three messages of the other, one after the other; more fields as they are given."""

    def say(count=1, **fields):
        last = Message.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        fields = {"channel": channel, "author": other} | fields
        return [MessageFactory(seq=last + number, **fields) for number in range(1, count + 1)]

    return say


def count_of(user, channel):
    return unread.channels_of(user).get(pk=channel.pk).unread


def test_messages_of_others_wait_and_ones_own_do_not(channel, me, other, said):
    said(3)
    said(author=me)
    assert count_of(me, channel) == 3
    assert count_of(other, channel) == 1
    assert unread.total(me) == 3


def test_what_was_written_before_one_came_does_not_wait(channel, me, said):
    said(2, created_at=timezone.now() - timedelta(days=3))
    said(1)
    assert count_of(me, channel) == 1


def test_a_direct_message_waits_even_when_it_is_older_than_the_membership(channel, me, other):
    direct = actions.open_direct(by=other, other=me)
    Membership.objects.filter(person=me).update(joined_at=timezone.now() + timedelta(hours=1))
    MessageFactory(channel=direct, author=other)
    assert count_of(me, direct) == 1


def test_what_was_removed_or_hidden_does_not_wait(channel, me, said):
    said(1, removed_at=timezone.now(), body="")
    said(1, hidden_at=timezone.now(), hidden_reason="Hors sujet")
    assert count_of(me, channel) == 0


def test_replies_wait_in_the_threads_one_follows_and_not_in_the_channel(channel, me, said):
    (root,) = said()
    said(2, thread=root)
    assert count_of(me, channel) == 1
    assert list(unread.threads_of(me)) == []
    Following.objects.create(thread=root, person=me)
    assert [following.unread for following in unread.threads_of(me)] == [2]
    assert unread.total(me) == 3
    Following.objects.update(stopped=True)
    assert unread.total(me) == 1


def test_reading_goes_forward_only_and_not_beyond_what_is_written(channel, me, said):
    messages = said(4)
    assert actions.mark_read(channel=channel, person=me, seq=messages[1].seq) == 2
    assert actions.mark_read(channel=channel, person=me, seq=messages[0].seq) == 2
    assert actions.mark_read(channel=channel, person=me, seq=10**12) == 0
    said(1)
    assert count_of(me, channel) == 1


def test_reading_tells_ones_own_other_pages_and_nobody_else(channel, me, said):
    (message,) = said()
    actions.mark_read(channel=channel, person=me, seq=message.seq)
    actions.mark_read(channel=channel, person=me, seq=message.seq)
    event = LiveEvent.objects.get()
    assert (event.topic.name, event.kind, event.facts) == (f"person:{me.pk}", "unread", {"total": 0})


def test_a_thread_is_read_by_itself(channel, me, said):
    (root,) = said()
    first, second = said(2, thread=root)
    assert actions.mark_thread_read(root=root, person=me, seq=second.seq) == 1  # the root; she follows nothing
    Following.objects.create(thread=root, person=me)
    assert actions.mark_thread_read(root=root, person=me, seq=first.seq) == 2
    assert actions.mark_thread_read(root=root, person=me, seq=10**12) == 1
    assert Following.objects.get().seq == second.seq


def test_a_message_is_found_unread_again_with_those_after_it(channel, me, said):
    messages = said(4)
    actions.mark_read(channel=channel, person=me, seq=messages[3].seq)
    assert actions.mark_unread(message=messages[2], person=me) == 2
    assert unread.first_in(channel, me, Reading.objects.get().seq) == messages[2].seq


def test_a_reply_is_found_unread_again_in_its_thread(channel, me, said):
    (root,) = said()
    actions.mark_read(channel=channel, person=me, seq=root.seq)
    replies = said(3, thread=root)
    Following.objects.create(thread=root, person=me, seq=replies[2].seq, stopped=True)
    assert actions.mark_unread(message=replies[1], person=me) == 2


def test_all_is_read_at_once_in_as_many_statements_for_three_channels_as_for_one(channel, me, other, said):
    def again():
        said(2)
        (root,) = said()
        said(1, thread=root)
        Following.objects.create(thread=root, person=me)

    again()
    with CaptureQueriesContext(connection) as one:
        assert actions.mark_all_read(person=me) == 0
    for _ in range(2):
        elsewhere = ChannelFactory(space=channel.space)
        MessageFactory(channel=elsewhere, author=other, seq=1)
    again()
    assert unread.total(me) == 6
    with CaptureQueriesContext(connection) as three:
        assert actions.mark_all_read(person=me) == 0
    assert len(three) == len(one)
    assert unread.total(other) == 0


def test_a_muted_channel_waits_in_its_own_line_only(channel, me, said):
    said(2)
    actions.set_level(channel=channel, person=me, level=Reading.Level.NOTHING)
    assert count_of(me, channel) == 2
    assert unread.total(me) == 0


def test_choosing_a_level_does_not_make_the_past_unread(channel, me, said):
    said(5, created_at=timezone.now() - timedelta(days=2))
    said(1)
    actions.set_level(channel=channel, person=me, level=Reading.Level.ALL)
    assert count_of(me, channel) == 1


def test_the_count_stops_where_nobody_counts_any_more(channel, me, said, monkeypatch):
    monkeypatch.setattr(unread, "MOST", 4)
    said(6)
    assert count_of(me, channel) == 4


def test_every_channel_is_counted_in_one_query(channel, me, said, django_assert_num_queries):
    said(2)
    for number in range(3):
        MessageFactory(channel=ChannelFactory(space=channel.space), seq=number + 1)
    with django_assert_num_queries(1):
        assert sorted(row.unread for row in unread.channels_of(me)) == [1, 1, 1, 2]
    with django_assert_num_queries(1):
        assert unread.total(me) == 5


def test_counting_goes_by_the_indexes(channel, me, other):
    """Neither engine reads a channel from its beginning to know what one has not read."""
    first = MessageFactory(channel=channel, author=other, seq=1)
    Message.objects.bulk_create(
        MessageFactory.build(channel=channel, author=other, seq=number, thread=first if number % 2 else None)
        for number in range(2, 2001)
    )
    Following.objects.create(thread=first, person=me)
    with CaptureQueriesContext(connection) as captured:
        unread.total(me)
    (query,) = captured.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # two thousand rows are soon read; not a hundred thousand
        cursor.execute(f"{'EXPLAIN' if connection.vendor == 'postgresql' else 'EXPLAIN QUERY PLAN'} {query['sql']}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "Seq Scan on discussions_message" not in plan
    assert "SCAN discussions_message" not in plan
    assert "seq > " in plan or "seq>?" in plan
    assert "Index Cond: (thread_id IS NULL)" not in plan


def test_whoever_leaves_counts_nothing_any_more(channel, me, said):
    said(2)
    Membership.objects.filter(person=me).update(left_at=timezone.now())
    assert unread.total(me) == 0
    with pytest.raises(PermissionDenied):
        actions.mark_read(channel=channel, person=me, seq=1)


def test_the_network_is_read_by_whoever_takes_part_anywhere(me, other):
    network = SpaceFactory(kind=Space.Kind.NETWORK)
    channel = actions.open_general(space=network)
    MessageFactory(channel=channel, author=other)
    assert count_of(me, channel) == 1
    assert not Channel.objects.visible_to(UserFactory()).exists()


def test_a_draft_is_kept_replaced_and_forgotten(channel, me, said):
    (root,) = said()
    actions.keep_draft(channel=channel, person=me, body="Bonj")
    actions.keep_draft(channel=channel, person=me, body="Bonjour")
    actions.keep_draft(channel=channel, person=me, body="Dans le fil", thread=root)
    assert sorted(Draft.objects.values_list("body", flat=True)) == ["Bonjour", "Dans le fil"]
    actions.keep_draft(channel=channel, person=me, body=" \n")
    assert [draft.thread for draft in Draft.objects.all()] == [root]


def test_two_pages_that_read_at_the_same_moment_keep_the_farthest(channel, me, said, together):
    messages = said(6)
    results = together(
        *(lambda seq=message.seq: actions.mark_read(channel=channel, person=me, seq=seq) for message in messages)
    )
    assert not [each for each in results if isinstance(each, Exception)]
    assert Reading.objects.get().seq == messages[5].seq


def test_one_who_comes_back_finds_what_was_written_since(channel, me, said):
    said(1, created_at=timezone.now() - timedelta(days=9))
    Membership.objects.filter(person=me).update(left_at=timezone.now() - timedelta(days=8))
    said(1, created_at=timezone.now() - timedelta(days=5))
    MembershipFactory(space=channel.space, person=me, joined_at=timezone.now() - timedelta(days=2))
    said(1)
    assert count_of(me, channel) == 1
