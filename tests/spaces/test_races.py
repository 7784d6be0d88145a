"""Two at once. Real transactions, real threads."""

from accounts.models import User
from spaces.actions import InvitationClosed, SignInFirst, accept_invitation
from spaces.models import Invitation, Membership, Role
from tests.factories import MembershipFactory, SpaceFactory, UserFactory


def test_an_invitation_accepted_by_many_at_once_makes_one_member(together):
    space, inviter = SpaceFactory(), UserFactory()
    MembershipFactory(space=space, person=inviter, role=Role.FACILITATOR)
    invitation = Invitation.objects.create(
        space=space, email="jeanne@exemple.fr", role=Role.PARTICIPANT, invited_by=inviter
    )
    results = together(*[lambda: accept_invitation(invitation=invitation, person=None)] * 8)
    assert sum(isinstance(result, User) for result in results) == 1
    assert all(isinstance(result, User | InvitationClosed | SignInFirst) for result in results)
    assert Membership.objects.filter(space=space, role=Role.PARTICIPANT).count() == 1
    assert User.objects.filter(email="jeanne@exemple.fr").count() == 1
