"""What may be refused in a space, each with a sentence for the person who asked."""


class Refused(Exception):
    """Something that cannot be done now. Its text is a whole sentence, in the language of whoever asked."""


class IncompatibleRoles(Refused):
    """The two roles may not be held by one person in one cohort (domain.md 8.2.3)."""


class LastFacilitator(Refused):
    """The space would be left without anyone to hold its frame."""


class TooManyInvitations(Refused):
    """More invitations in a day than one person may send."""


class AlreadyMember(Refused):
    """The address is that of somebody who already holds the role."""


class InvitationClosed(Refused):
    """The invitation was used, has expired or was revoked."""


class ForeignInvitation(Refused):
    """The invitation is addressed to somebody else."""


class SignInFirst(Refused):
    """The address already has an account: its owner signs in as usual before accepting."""
