"""Every write to spaces, roles and invitations."""

from spaces.actions.invitations import accept_invitation, invite, revoke_invitation
from spaces.actions.members import add_member, admit, change_role, remove_member
from spaces.actions.refusals import (
    AlreadyMember,
    ForeignInvitation,
    IncompatibleRoles,
    InvitationClosed,
    LastFacilitator,
    Refused,
    SignInFirst,
    TooManyInvitations,
)

__all__ = [
    "AlreadyMember",
    "ForeignInvitation",
    "IncompatibleRoles",
    "InvitationClosed",
    "LastFacilitator",
    "Refused",
    "SignInFirst",
    "TooManyInvitations",
    "accept_invitation",
    "add_member",
    "admit",
    "change_role",
    "invite",
    "remove_member",
    "revoke_invitation",
]
