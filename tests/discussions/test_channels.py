"""Who opens channels, who keeps them, who reads them."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cohorts.actions import make_peer_group
from discussions import actions
from discussions.actions import ChannelClosed, GeneralStays, NameTaken
from discussions.actions.direct import direct_between
from discussions.models import Channel, Message
from discussions.permissions import can_post, may_hear_channel, may_type_along
from live.models import LiveEvent
from spaces.models import Membership, Role, Space
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.cohorts import CohortFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def facilitator(space, member_of):
    return member_of(space, Role.FACILITATOR)


@pytest.fixture
def general(space):
    return actions.open_general(space=space)


def names(space):
    return [each.name for each in Channel.objects.of_spaces().open().filter(space=space)]


def kinds(channel):
    return [event.kind for event in LiveEvent.objects.after(channel.topic, 0)]


# --- keeping -----------------------------------------------------------------------------------------------


def test_a_peer_group_has_its_general_channel_from_the_start(member_of):
    cohort = CohortFactory()
    facilitator = member_of(cohort.space, Role.FACILITATOR)
    group = make_peer_group(cohort=cohort, name="Groupe A", people=[member_of(cohort.space)], by=facilitator)
    assert Channel.objects.get(space=group.space).kind == Channel.Kind.GENERAL


def test_the_general_channel_is_the_same_when_asked_again(general, space):
    assert actions.open_general(space=space) == general


def test_a_channel_is_named_described_and_kept_for_announcements(space, facilitator):
    channel = actions.create_channel(space=space, name="Covoiturage", by=facilitator, read_only=True)
    changed = actions.change_channel(
        channel=channel, name="Trajets", description="Qui part d’où.", read_only=False, by=facilitator
    )
    assert (changed.name, changed.description, changed.read_only) == ("Trajets", "Qui part d’où.", False)
    assert kinds(channel) == ["channel.changed"]


def test_two_open_channels_of_a_space_do_not_share_a_name(space, facilitator):
    one = actions.create_channel(space=space, name="Covoiturage", by=facilitator)
    other = actions.create_channel(space=space, name="Lectures", by=facilitator)
    with pytest.raises(NameTaken):
        actions.create_channel(space=space, name="covoiturage", by=facilitator)
    with pytest.raises(NameTaken):
        actions.change_channel(channel=other, name="COVOITURAGE", description="", read_only=False, by=facilitator)
    actions.change_channel(channel=one, name="Covoiturage", description="Même nom", read_only=False, by=facilitator)
    actions.archive_channel(channel=one, by=facilitator)
    actions.create_channel(space=space, name="Covoiturage", by=facilitator)
    with pytest.raises(NameTaken):
        actions.reopen_channel(channel=one, by=facilitator)


def test_channels_change_places_and_the_first_stays_first(space, facilitator, general):
    for name in ("Covoiturage", "Lectures"):
        actions.create_channel(space=space, name=name, by=facilitator)
    first, second, third = Channel.objects.filter(space=space)
    actions.move_channel(channel=third, up=True, by=facilitator)
    actions.move_channel(channel=first, up=True, by=facilitator)
    assert names(space) == [first.name, "Lectures", "Covoiturage"]
    actions.move_channel(channel=first, up=False, by=facilitator)
    actions.move_channel(channel=second, up=False, by=facilitator)
    assert names(space) == ["Lectures", first.name, "Covoiturage"]


def test_an_archived_channel_is_read_but_not_written_in_until_it_is_reopened(space, facilitator, member_of):
    channel = actions.create_channel(space=space, name="Covoiturage", by=facilitator)
    person = member_of(space)
    actions.archive_channel(channel=channel, by=facilitator)
    actions.archive_channel(channel=channel, by=facilitator)
    assert may_hear_channel(person, str(channel.pk))
    with pytest.raises(ChannelClosed):
        actions.post_message(channel=channel, author=person, body="Bonjour", client_id=uuid4())
    actions.reopen_channel(channel=channel, by=facilitator)
    assert actions.post_message(channel=channel, author=person, body="Bonjour", client_id=uuid4())
    assert kinds(channel)[:2] == ["channel.changed", "channel.changed"]


def test_the_general_channel_is_never_archived(general, facilitator):
    with pytest.raises(GeneralStays):
        actions.archive_channel(channel=general, by=facilitator)


def test_announcements_are_written_by_those_who_facilitate(space, facilitator, member_of):
    channel = actions.create_channel(space=space, name="Annonces", by=facilitator, read_only=True)
    assert can_post(facilitator, channel)
    assert not can_post(member_of(space), channel)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.SPONSOR, Role.ORGANISATION_LEAD, Role.WITNESS])
def test_nobody_else_keeps_the_channels_of_a_space(space, facilitator, member_of, role):
    channel = actions.create_channel(space=space, name="Covoiturage", by=facilitator)
    administrator = UserFactory(is_superuser=True)
    for person in (member_of(space, role), administrator):
        with pytest.raises(PermissionDenied):
            actions.create_channel(space=space, name="À part", by=person)
        with pytest.raises(PermissionDenied):
            actions.change_channel(channel=channel, name="À part", description="", read_only=False, by=person)
        with pytest.raises(PermissionDenied):
            actions.move_channel(channel=channel, up=True, by=person)
        with pytest.raises(PermissionDenied):
            actions.archive_channel(channel=channel, by=person)
        with pytest.raises(PermissionDenied):
            actions.reopen_channel(channel=channel, by=person)


# --- the network -------------------------------------------------------------------------------------------


def test_the_network_is_kept_by_administrators_and_its_own_facilitators(member_of):
    network = SpaceFactory(kind=Space.Kind.NETWORK)
    elsewhere = member_of(SpaceFactory(), Role.FACILITATOR)
    for person in (UserFactory(is_superuser=True), member_of(network, Role.FACILITATOR)):
        assert actions.create_channel(space=network, name=f"Fil de {person.pk}", by=person)
    with pytest.raises(PermissionDenied):
        actions.create_channel(space=network, name="À part", by=elsewhere)


def test_the_network_is_read_from_every_cohort_and_not_by_an_administrator(member_of):
    channel = actions.open_general(space=SpaceFactory(kind=Space.Kind.NETWORK))
    for space in (SpaceFactory(), SpaceFactory()):
        assert may_hear_channel(member_of(space), str(channel.pk))
        assert not may_hear_channel(member_of(space, Role.SPONSOR), str(channel.pk))
    assert not may_hear_channel(UserFactory(is_superuser=True), str(channel.pk))


# --- two people --------------------------------------------------------------------------------------------


@pytest.fixture
def two(space, member_of):
    return member_of(space), member_of(space)


def test_two_members_have_one_conversation_whoever_opens_it(two, space):
    one, other = two
    channel = actions.open_direct(by=one, other=other)
    assert actions.open_direct(by=other, other=one) == channel
    assert (channel.space, set(channel.people.all())) == (space, {one, other})
    assert direct_between(other, one) == channel


def test_two_members_who_open_it_at_the_same_moment_have_one(two, together):
    one, other = two
    made = together(
        lambda: actions.open_direct(by=one, other=other),
        lambda: actions.open_direct(by=other, other=one),
        lambda: actions.open_direct(by=one, other=other),
    )
    assert {channel.pk for channel in made} == {Channel.objects.get().pk}
    assert Channel.people.through.objects.count() == 2


def test_nobody_else_reads_it_neither_facilitator_nor_administrator(two, space, facilitator, member_of):
    one, other = two
    channel = actions.open_direct(by=one, other=other)
    message = actions.post_message(channel=channel, author=one, body="Entre nous", client_id=uuid4())
    for person in (facilitator, member_of(space), UserFactory(is_superuser=True)):
        assert not may_hear_channel(person, str(channel.pk))
        assert not Message.objects.visible_to(person).exists()
        with pytest.raises(PermissionDenied):
            actions.remove_message(message=message, by=person)
    assert set(channel.readers()) == {one, other}


def test_it_ends_when_one_leaves_the_space(two):
    one, other = two
    channel = actions.open_direct(by=one, other=other)
    Membership.objects.filter(person=other).update(left_at=timezone.now())
    assert not may_hear_channel(other, str(channel.pk))
    assert may_hear_channel(one, str(channel.pk))
    assert not can_post(one, channel)
    with pytest.raises(PermissionDenied):
        actions.open_direct(by=one, other=other)


def test_people_who_share_no_space_do_not_write_to_each_other(two):
    one, _other = two
    for stranger in (one, UserFactory(), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            actions.open_direct(by=one, other=stranger)
        with pytest.raises(PermissionDenied):
            actions.open_direct(by=stranger, other=one)


def test_people_of_two_cohorts_write_to_each_other_in_the_network(two, member_of):
    one, _other = two
    far = member_of(SpaceFactory())
    network = SpaceFactory(kind=Space.Kind.NETWORK)
    channel = actions.open_direct(by=one, other=far)
    assert channel.space == network
    assert not may_hear_channel(_other, str(channel.pk))


def test_a_sponsor_is_nobody_one_writes_to(two, space, member_of):
    with pytest.raises(PermissionDenied):
        actions.open_direct(by=two[0], other=member_of(space, Role.SPONSOR))


# --- about something ---------------------------------------------------------------------------------------


def about(space, by, **fields):
    given = {"kind": "note", "object_id": uuid4(), "name": "La halle", "path": "/notes/x/"} | fields
    return actions.open_about(space=space, by=by, **given)


def test_a_thing_has_one_thread_in_its_space(space, member_of):
    once = uuid4()
    person = member_of(space)
    channel = about(space, person, object_id=once)
    assert about(space, member_of(space), object_id=once, name="Autrement") == channel
    assert (channel.name, channel.confidential) == ("La halle", False)
    with pytest.raises(PermissionDenied):
        about(space, member_of(space, Role.SPONSOR))


def test_a_long_title_is_cut_where_a_name_ends(space, member_of):
    assert len(about(space, member_of(space), name="x" * 300).name) == 80


def test_an_erased_thread_leaves_no_word_in_the_log(space, member_of):
    person, once = member_of(space), uuid4()
    channel = about(space, person, kind="session", object_id=once, confidential=True)
    kept = ChannelFactory(space=space)
    for each in (channel, kept):
        actions.post_message(channel=each, author=person, body="Entre nous", client_id=uuid4())
    actions.erase_about(kind="session", object_id=once)
    assert not Channel.objects.filter(pk=channel.pk).exists()
    assert {event.topic.name for event in LiveEvent.objects.filter(html__contains="Entre nous")} == {kept.topic}


# --- who is writing ----------------------------------------------------------------------------------------


def test_a_small_channel_says_who_is_writing_and_a_large_one_does_not(space, member_of):
    channel = ChannelFactory(space=space)
    for _ in range(15):
        member_of(space)
    assert may_type_along(channel)
    member_of(space)
    assert not may_type_along(channel)


def test_a_person_counts_once_however_many_roles_she_holds(space, member_of):
    channel = ChannelFactory(space=space)
    person = member_of(space)
    MembershipFactory(space=space, person=person, role=Role.CO_FACILITATOR)
    MessageFactory(channel=channel, author=person)
    assert list(channel.readers()) == [person]
