"""Asking the guards again, for everybody at once."""

import pytest

from discussions.models import Channel
from discussions.permissions import hearers_of_channel, may_hear_channel
from live.questions import still_heard
from live.sessions import sign_in_of
from spaces.models import Membership, Role, Space
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory
from tests.live.listening import session_cookie

pytestmark = pytest.mark.django_db


@pytest.fixture
def listener(sign_in):
    """`listener(space)`: the sign-in of a new member."""

    def make(space):
        person = MembershipFactory(space=space).person
        return sign_in_of(session_cookie(sign_in(person)).partition("=")[2])

    return make


def test_a_lease_costs_the_same_for_two_pages_and_for_six(listener, django_assert_num_queries):
    channel = ChannelFactory()
    pages = {listener(channel.space): {channel.topic} for _ in range(6)}
    for some in (dict(list(pages.items())[:2]), pages):
        with django_assert_num_queries(4):  # sessions, people, the channel, its readers
            told = still_heard(some)
        assert told == {sign_in: (sign_in, {channel.topic}) for sign_in in some}


def test_a_lease_tells_who_may_no_longer_hear_and_who_is_gone(listener, sign_in):
    channel = ChannelFactory()
    stays, left, gone, promoted = (listener(channel.space) for _ in range(4))
    Membership.objects.filter(person=left.person).delete()
    gone.person.is_active = False
    gone.person.save()
    promoted.person.is_superuser = True
    promoted.person.save()
    told = still_heard({one: {channel.topic} for one in (stays, left, gone, promoted)})
    assert told[stays] == (stays, {channel.topic})
    assert told[left] == (left, set())
    assert told[gone] is None
    renewed, heard = told[promoted]
    assert (renewed.person.is_superuser, heard) == (True, {channel.topic})


def test_the_guard_for_many_answers_what_the_guard_for_one_does():
    space, elsewhere = SpaceFactory(), SpaceFactory()
    people = [MembershipFactory(space=space, role=role).person for role in Role.values]
    people += [MembershipFactory(space=elsewhere).person, UserFactory(), UserFactory(is_superuser=True)]
    direct = ChannelFactory(space=space, kind=Channel.Kind.DIRECT, name="", pair="a-b")
    direct.people.set(people[:2])
    network = ChannelFactory(space=SpaceFactory(kind=Space.Kind.NETWORK))
    for channel in (ChannelFactory(space=space), direct, network):
        one_by_one = {person.pk for person in people if may_hear_channel(person, str(channel.pk))}
        assert hearers_of_channel({person.pk for person in people}, str(channel.pk)) == one_by_one
        assert one_by_one
    assert hearers_of_channel({people[0].pk}, "not-an-id") == set()
