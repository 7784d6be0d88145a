"""Inviting an address into a space, and walking through that door (docs/decisions/0003-invitations.md)."""

from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from spaces.actions.members import admit, locked
from spaces.actions.refusals import AlreadyMember, ForeignInvitation, InvitationClosed, SignInFirst, TooManyInvitations
from spaces.models import Invitation, Membership, Role, Space
from spaces.permissions import can_manage_members, has_proved, must_sign_in

INVITATIONS_A_DAY = 50  # reliability.md 4.9
#: A second click on the same button of the same page, within this time, is the first one repeated.
REPEATED = timedelta(minutes=2)


@transaction.atomic
def invite(
    *,
    space: Space,
    email: str,
    role: str,
    by: User,
    organisation: Organisation | None = None,
    display_name: str = "",
    function: str = "",
) -> Invitation:
    """Open one door into `space` for one address, with its role already set. The caller sends the letter.

    A new invitation for the same address and role closes the ones before. Raises AlreadyMember, TooManyInvitations.
    """
    space = locked(space)
    if not can_manage_members(by, space):
        raise PermissionDenied
    email = email.lower()
    now = timezone.now()
    if Membership.objects.current().filter(space=space, person__email=email, role=role).exists():
        raise AlreadyMember(
            _("Cette personne est déjà %(role)s dans « %(space)s ».") % {"role": Role(role).label, "space": space.name}
        )
    if Invitation.objects.filter(invited_by=by, created_at__gt=now - timedelta(days=1)).count() >= INVITATIONS_A_DAY:
        raise TooManyInvitations(
            _("Vous avez envoyé %(count)s invitations en un jour : attendez demain pour la suivante.")
            % {"count": INVITATIONS_A_DAY}
        )
    Invitation.objects.open().filter(space=space, email=email, role=role).update(revoked_at=now)
    return Invitation.objects.create(
        space=space,
        email=email,
        role=role,
        organisation=organisation,
        display_name=display_name,
        function=function,
        invited_by=by,
    )


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Close a door that nobody has walked through. Raises InvitationClosed when somebody has."""
    invitation = _locked_with_its_space(invitation)
    if not can_manage_members(by, invitation.space):
        raise PermissionDenied
    if invitation.accepted_at:
        raise InvitationClosed(_("Cette invitation a déjà été acceptée."))
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, person: User | None, client_id: UUID | None = None) -> User:
    """Give the invited person her role, once, and return her.

    `person` is whoever is signed in. Without one, the invitation, which reached her mailbox, proves the address of
    somebody who has no account yet, and makes that account; it never opens an account that already lives.
    Raises InvitationClosed, ForeignInvitation, SignInFirst, IncompatibleRoles.
    """
    invitation = _locked_with_its_space(invitation)
    if person and not has_proved(person, invitation.email):
        raise ForeignInvitation(_("Cette invitation est adressée à une autre adresse que la vôtre."))
    if invitation.accepted_by and _is_repeated(invitation, person, client_id):
        return invitation.accepted_by
    if sentence := why_closed(invitation):
        raise InvitationClosed(sentence)
    if person is None:
        if must_sign_in(invitation.email):
            raise SignInFirst(_("Connectez-vous avec cette adresse, puis acceptez l’invitation."))
        person = _newcomer(invitation)
    admit(space=invitation.space, person=person, role=invitation.role)
    _introduce(person, invitation)
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = person
    invitation.client_id = client_id
    invitation.save(update_fields=["accepted_at", "accepted_by", "client_id"])
    return person


def why_closed(invitation: Invitation) -> str:
    """The sentence that says why the invitation opens nothing; empty when it does."""
    if invitation.accepted_at:
        return _("Cette invitation a déjà été utilisée.")
    if invitation.revoked_at:
        return _("Cette invitation a été annulée ou remplacée par une plus récente.")
    if invitation.expires_at <= timezone.now():
        return _("Cette invitation a expiré.")
    return ""


def _locked_with_its_space(invitation: Invitation) -> Invitation:
    """Both rows, the space first: the order in which every action takes them."""
    locked(invitation.space)
    return (
        Invitation.objects.select_for_update(of=("self",)).select_related("space", "accepted_by").get(pk=invitation.pk)
    )


def _is_repeated(invitation: Invitation, person: User | None, client_id: UUID | None) -> bool:
    if person is not None:
        return person == invitation.accepted_by
    return (
        client_id is not None
        and client_id == invitation.client_id
        and invitation.accepted_at is not None
        and timezone.now() - invitation.accepted_at < REPEATED
    )


def _newcomer(invitation: Invitation) -> User:
    """An account whose address is proved. What somebody else may have prepared under that address goes first."""
    User.objects.filter(email=invitation.email).delete()
    EmailAddress.objects.filter(email__iexact=invitation.email, verified=False).delete()
    try:
        with transaction.atomic():
            person = User.objects.create_user(invitation.email)
    except IntegrityError:  # another invitation of hers made the account a moment ago
        raise SignInFirst(_("Connectez-vous avec cette adresse, puis acceptez l’invitation.")) from None
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def _introduce(person: User, invitation: Invitation) -> None:
    """Fill what the person has not said of herself with what the invitation knows.

    A referent agrees in the name of an organisation: of the one she was invited for, whatever her profile said.
    """
    changed = []
    for name in ("display_name", "function", "organisation"):
        decides = name == "organisation" and invitation.role == Role.ORGANISATION_LEAD
        if getattr(invitation, name) and (decides or not getattr(person, name)):
            setattr(person, name, getattr(invitation, name))
            changed.append(name)
    if changed:
        person.save(update_fields=changed)
