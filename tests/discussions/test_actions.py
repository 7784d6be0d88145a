"""Writing in a channel and taking back."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from discussions.actions import ReusedClientId, create_channel, post_message, remove_message
from discussions.models import Channel, Message
from discussions.permissions import may_hear_channel
from live.models import LiveEvent
from live.publish import last_seq
from spaces.models import Membership, Role, Space
from tests.factories import SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory

pytestmark = pytest.mark.django_db


def test_who_facilitates_opens_channels_one_after_the_other(member_of):
    space = SpaceFactory()
    facilitator = member_of(space, Role.FACILITATOR)
    names = ["Général", "Covoiturage", "Lectures"]
    for name in names:
        create_channel(space=space, name=name, by=facilitator)
    assert [channel.name for channel in Channel.objects.filter(space=space)] == names
    with pytest.raises(PermissionDenied):
        create_channel(space=space, name="À part", by=member_of(space))


def test_a_message_takes_the_next_number_and_wakes_the_channel(member_of):
    channel = ChannelFactory()
    author = member_of(channel.space)

    first = post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=uuid4())
    second = post_message(channel=channel, author=author, body="<p>Rebonjour</p>", client_id=uuid4())

    assert [first.seq, second.seq] == [1, 2]
    assert list(channel.messages.after(1)) == [second]
    event = LiveEvent.objects.after(channel.topic, 1).get()
    assert (event.kind, event.facts, event.by) == ("message.posted", {"message": str(second.pk)}, author.pk)
    assert "<p>Rebonjour</p>" in event.html


def test_a_retried_post_adds_one_message(member_of):
    channel = ChannelFactory()
    author, once = member_of(channel.space), uuid4()

    first = post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=once)
    again = post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=once)

    assert again == first
    assert channel.messages.count() == 1
    assert last_seq(channel.topic) == 1


def test_the_same_id_with_other_words_is_refused(member_of):
    channel = ChannelFactory()
    author, once = member_of(channel.space), uuid4()
    post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=once)
    with pytest.raises(ReusedClientId):
        post_message(channel=channel, author=author, body="<p>Bonsoir</p>", client_id=once)
    assert [message.body for message in channel.messages.all()] == ["<p>Bonjour</p>"]


def test_the_same_id_in_another_channel_is_refused(member_of):
    channel = ChannelFactory()
    other = ChannelFactory(space=channel.space)
    author, once = member_of(channel.space), uuid4()
    post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=once)
    with pytest.raises(ReusedClientId):
        post_message(channel=other, author=author, body="<p>Bonjour</p>", client_id=once)
    assert not other.messages.exists()


def test_two_people_may_happen_upon_the_same_id(member_of):
    channel, once = ChannelFactory(), uuid4()
    for _ in range(2):
        post_message(channel=channel, author=member_of(channel.space), body="<p>Bonjour</p>", client_id=once)
    assert channel.messages.count() == 2


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.WITNESS, Role.RESEARCHER])
def test_who_does_not_take_part_neither_writes_nor_reads_nor_hears(member_of, role):
    channel = ChannelFactory()
    inside, outside = member_of(channel.space), member_of(channel.space, role)
    assert may_hear_channel(inside, str(channel.pk))
    assert list(Channel.objects.visible_to(inside)) == [channel]
    assert not may_hear_channel(outside, str(channel.pk))
    assert not Channel.objects.visible_to(outside).exists()
    with pytest.raises(PermissionDenied):
        post_message(channel=channel, author=outside, body="<p>Bonjour</p>", client_id=uuid4())


def test_who_leaves_reads_nothing_any_more(member_of):
    channel = ChannelFactory()
    person = member_of(channel.space)
    message = post_message(channel=channel, author=person, body="<p>Bonjour</p>", client_id=uuid4())
    assert list(Message.objects.visible_to(person)) == [message]
    Membership.objects.filter(person=person).update(left_at=timezone.now())
    assert not Message.objects.visible_to(person).exists()
    assert not may_hear_channel(person, str(channel.pk))


def test_the_cohort_does_not_read_its_peer_groups(member_of):
    cohort = SpaceFactory()
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort)
    channel = ChannelFactory(space=group)
    assert may_hear_channel(member_of(group), str(channel.pk))
    assert not may_hear_channel(member_of(cohort), str(channel.pk))


@pytest.mark.parametrize("topic_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_hears_a_channel_that_does_not_exist(topic_id):
    assert not may_hear_channel(UserFactory(), topic_id)


def test_words_taken_back_leave_the_message_the_log_and_the_pages(member_of):
    channel = ChannelFactory()
    author = member_of(channel.space)
    message = post_message(channel=channel, author=author, body="<p>Un secret</p>", client_id=uuid4())

    remove_message(message=message, by=author)
    remove_message(message=message, by=author)

    message.refresh_from_db()
    assert message.body == ""
    events = list(LiveEvent.objects.after(channel.topic, 0))
    assert [event.kind for event in events] == ["message.posted", "message.changed"]
    for event in events:
        assert "secret" not in event.html
        assert "Message supprimé" in event.html


def test_a_retry_does_not_bring_removed_words_back(member_of):
    channel = ChannelFactory()
    author, once = member_of(channel.space), uuid4()
    message = post_message(channel=channel, author=author, body="<p>Oups</p>", client_id=once)
    remove_message(message=message, by=author)
    assert post_message(channel=channel, author=author, body="<p>Oups</p>", client_id=once) == message
    message.refresh_from_db()
    assert message.body == ""


def test_a_facilitator_may_take_back_anyones_words_and_a_participant_her_own_only(member_of):
    channel = ChannelFactory()
    author, facilitator = member_of(channel.space), member_of(channel.space, Role.FACILITATOR)
    message = post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=uuid4())
    with pytest.raises(PermissionDenied):
        remove_message(message=message, by=member_of(channel.space))
    assert not remove_message(message=message, by=author).body
    another = post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=uuid4())
    assert remove_message(message=another, by=facilitator).removed_by == facilitator
