"""Who holds which role, and what may not be held together."""

import pytest
from django.core.exceptions import PermissionDenied

from spaces.actions import (
    IncompatibleRoles,
    LastFacilitator,
    add_member,
    admit,
    change_role,
    remove_member,
)
from spaces.actions.invitations import invite
from spaces.models import Membership, Role, Space
from spaces.permissions import facilitates, holds, sponsors, takes_part
from tests.factories import MembershipFactory, SpaceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def facilitator(space, member_of):
    return member_of(space, Role.FACILITATOR)


@pytest.fixture
def group(space):
    return SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=space)


def test_a_facilitator_gives_a_role_once(space, facilitator):
    person = UserFactory()
    first = add_member(space=space, person=person, role=Role.PARTICIPANT, by=facilitator)
    again = add_member(space=space, person=person, role=Role.PARTICIPANT, by=facilitator)
    assert first == again
    assert takes_part(person, space)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.CO_FACILITATOR, Role.SPONSOR])
def test_others_give_no_role(space, member_of, role):
    with pytest.raises(PermissionDenied):
        add_member(space=space, person=UserFactory(), role=Role.PARTICIPANT, by=member_of(space, role))


def test_the_facilitator_of_another_space_gives_no_role_here(space, member_of):
    with pytest.raises(PermissionDenied):
        add_member(
            space=space, person=UserFactory(), role=Role.PARTICIPANT, by=member_of(SpaceFactory(), Role.FACILITATOR)
        )


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.CO_FACILITATOR])
def test_a_sponsor_does_not_facilitate_the_same_cohort(space, facilitator, member_of, role):
    sponsor = member_of(space, Role.SPONSOR)
    with pytest.raises(IncompatibleRoles, match="commanditaire"):
        add_member(space=space, person=sponsor, role=role, by=facilitator)
    assert not facilitates(sponsor, space)


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.CO_FACILITATOR])
def test_who_facilitates_does_not_become_sponsor(space, facilitator, member_of, role):
    person = member_of(space, role)
    with pytest.raises(IncompatibleRoles):
        add_member(space=space, person=person, role=Role.SPONSOR, by=facilitator)


def test_a_sponsor_of_the_cohort_does_not_facilitate_its_group_either(space, group, facilitator, member_of):
    with pytest.raises(IncompatibleRoles):
        admit(space=group, person=member_of(space, Role.SPONSOR), role=Role.FACILITATOR)


def test_a_sponsor_may_facilitate_another_cohort(space, member_of):
    sponsor = member_of(space, Role.SPONSOR)
    admit(space=SpaceFactory(), person=sponsor, role=Role.FACILITATOR)
    assert sponsors(sponsor, space)


def test_who_facilitates_a_cohort_facilitates_its_groups(space, group):
    person = UserFactory()
    admit(space=space, person=person, role=Role.CO_FACILITATOR)
    assert facilitates(person, group)


def test_leaving_a_cohort_is_leaving_its_groups_at_once(space, group, facilitator, member_of):
    person = member_of(space)
    MembershipFactory(space=group, person=person)
    remove_member(space=space, person=person, by=facilitator)
    assert not takes_part(person, space)
    assert not takes_part(person, group)
    assert Membership.objects.filter(person=person, left_at__isnull=False).count() == 2


def test_one_leaves_by_oneself_and_sends_nobody_else_away(space, facilitator, member_of):
    person, other = member_of(space), member_of(space)
    with pytest.raises(PermissionDenied):
        remove_member(space=space, person=other, by=person)
    remove_member(space=space, person=person, by=person)
    assert not takes_part(person, space)
    assert takes_part(other, space)


def test_the_last_facilitator_stays(space, facilitator):
    with pytest.raises(LastFacilitator):
        remove_member(space=space, person=facilitator, by=facilitator)
    with pytest.raises(LastFacilitator):
        change_role(space=space, person=facilitator, role=Role.PARTICIPANT, by=facilitator)
    admit(space=space, person=UserFactory(), role=Role.FACILITATOR)
    remove_member(space=space, person=facilitator, by=facilitator)
    assert not facilitates(facilitator, space)


def test_changing_a_role_ends_the_one_before(space, facilitator, member_of):
    person = member_of(space)
    change_role(space=space, person=person, role=Role.SPONSOR, by=facilitator)
    assert sponsors(person, space)
    assert not takes_part(person, space)


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.WITNESS, Role.RESEARCHER, Role.ORGANISATION_LEAD])
def test_who_does_not_meet_with_the_cohort_any_more_leaves_its_groups(space, group, facilitator, member_of, role):
    person = member_of(space)
    MembershipFactory(space=group, person=person, role=Role.PARTICIPANT)
    change_role(space=space, person=person, role=role, by=facilitator)
    assert not takes_part(person, group)


def test_who_goes_on_meeting_stays_in_her_group(space, group, facilitator, member_of):
    person = member_of(space, Role.CO_FACILITATOR)
    MembershipFactory(space=group, person=person, role=Role.PARTICIPANT)
    change_role(space=space, person=person, role=Role.PARTICIPANT, by=facilitator)
    assert takes_part(person, group)


def test_who_is_sent_away_does_not_come_back_by_an_invitation_that_waited(space, group, facilitator, member_of):
    person, other = member_of(space), UserFactory()
    theirs = [invite(space=each, email=person.email, role=Role.WITNESS, by=facilitator) for each in (space, group)]
    kept = invite(space=space, email=other.email, role=Role.WITNESS, by=facilitator)
    remove_member(space=space, person=person, by=facilitator)
    for invitation in (*theirs, kept):
        invitation.refresh_from_db()
    assert [bool(each.revoked_at) for each in (*theirs, kept)] == [True, True, False]


def test_a_facilitator_may_become_sponsor_and_leaves_the_groups(space, group, facilitator):
    person = UserFactory()
    admit(space=space, person=person, role=Role.FACILITATOR)
    change_role(space=space, person=person, role=Role.SPONSOR, by=facilitator)
    assert sponsors(person, space)
    assert not holds(person, [Role.FACILITATOR], group)


def test_a_refused_change_leaves_everything_as_it_was(space, group, facilitator, member_of):
    person = member_of(space)
    MembershipFactory(space=group, person=person, role=Role.CO_FACILITATOR)
    MembershipFactory(space=SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=space), person=person, role=Role.SPONSOR)
    with pytest.raises(IncompatibleRoles):
        change_role(space=space, person=person, role=Role.FACILITATOR, by=facilitator)
    assert takes_part(person, space)


def test_open_pages_ask_their_rights_again(
    space, facilitator, member_of, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr("spaces.actions.members.recheck", told.append)
    person = member_of(space)
    with django_capture_on_commit_callbacks(execute=True):
        remove_member(space=space, person=person, by=facilitator)
    assert told == [person.pk]
