"""An invitation opens one door, once, for one address."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from spaces.actions import (
    AlreadyMember,
    ForeignInvitation,
    InvitationClosed,
    SignInFirst,
    TooManyInvitations,
    accept_invitation,
    invite,
    revoke_invitation,
)
from spaces.models import Invitation, Membership, Role
from spaces.permissions import takes_part
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.cohorts import CohortFactory

pytestmark = pytest.mark.django_db
ADDRESS = "jeanne@exemple.fr"


@pytest.fixture
def space():
    return CohortFactory().space


@pytest.fixture
def facilitator(space, member_of):
    return member_of(space, Role.FACILITATOR, display_name="Solène Marchal")


@pytest.fixture
def invitation(space, facilitator):
    return invite(space=space, email=ADDRESS, role=Role.PARTICIPANT, by=facilitator, display_name="Jeanne Roux")


def page(invitation):
    return reverse("spaces:invitation", args=[invitation.token])


# --- inviting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.CO_FACILITATOR, Role.SPONSOR])
def test_only_a_facilitator_invites(space, member_of, role):
    with pytest.raises(PermissionDenied):
        invite(space=space, email=ADDRESS, role=Role.PARTICIPANT, by=member_of(space, role))
    assert not Invitation.objects.exists()


def test_a_newer_invitation_closes_the_one_before(space, facilitator, invitation):
    newer = invite(space=space, email=ADDRESS.upper(), role=Role.PARTICIPANT, by=facilitator)
    invitation.refresh_from_db()
    assert invitation.revoked_at
    assert list(Invitation.objects.open()) == [newer]


def test_fifty_a_day_and_not_one_more(space, facilitator):
    for number in range(50):
        invite(space=space, email=f"p{number}@exemple.fr", role=Role.PARTICIPANT, by=facilitator)
    with pytest.raises(TooManyInvitations):
        invite(space=space, email=ADDRESS, role=Role.PARTICIPANT, by=facilitator)
    Invitation.objects.update(created_at=timezone.now() - timedelta(hours=25))
    invite(space=space, email=ADDRESS, role=Role.PARTICIPANT, by=facilitator)


def test_a_member_is_not_invited_again_in_the_same_role(space, facilitator, member_of):
    member = member_of(space)
    with pytest.raises(AlreadyMember):
        invite(space=space, email=member.email, role=Role.PARTICIPANT, by=facilitator)
    invite(space=space, email=member.email, role=Role.CO_FACILITATOR, by=facilitator)


def test_only_a_facilitator_revokes(space, invitation, member_of):
    with pytest.raises(PermissionDenied):
        revoke_invitation(invitation=invitation, by=member_of(space))


# --- one click -----------------------------------------------------------------------------------------------


def test_a_newcomer_is_signed_in_by_one_click_and_led_to_the_charter(space, invitation):
    client = Client()
    shown = client.get(page(invitation))
    assert shown.status_code == 200
    assert space.name in shown.text
    assert "Solène Marchal" in shown.text
    assert "Participant·e" in shown.text
    assert ADDRESS not in shown.text
    assert shown.text.count('<button class="btn btn-main"') == 1

    answer = client.post(page(invitation), {"client_id": uuid4()})
    assert answer.status_code == 302
    assert answer.url == reverse("cohorts:charter", args=[space.pk])
    person = User.objects.get(email=ADDRESS)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert takes_part(person, space)
    assert person.display_name == "Jeanne Roux"
    assert not person.has_usable_password()
    assert EmailAddress.objects.get(user=person).verified
    assert client.get(answer.url).status_code == 200


def test_a_get_changes_nothing(invitation):
    Client().get(page(invitation))
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert not User.objects.filter(email=ADDRESS).exists()


def test_the_organisation_and_function_of_the_invitation_fill_what_is_empty(space, facilitator):
    organisation = OrganisationFactory()
    invitation = invite(
        space=space,
        email=ADDRESS,
        role=Role.PARTICIPANT,
        by=facilitator,
        organisation=organisation,
        function="Maire",
    )
    person = accept_invitation(invitation=invitation, person=None)
    assert (person.organisation, person.function) == (organisation, "Maire")
    known = UserFactory(function="Préfète")
    other = invite(space=space, email=known.email, role=Role.PARTICIPANT, by=facilitator, function="Maire")
    assert accept_invitation(invitation=other, person=known).function == "Préfète"


def test_the_same_click_twice_is_one_click(space, invitation):
    sent = {"client_id": uuid4()}
    assert Client().post(page(invitation), sent).status_code == 302
    assert Client().post(page(invitation), sent).status_code == 302
    assert Membership.objects.filter(space=space, role=Role.PARTICIPANT).count() == 1


def test_whoever_has_accepted_and_clicks_again_is_led_in(invitation, sign_in):
    person = UserFactory(email=ADDRESS)
    client = sign_in(person)
    assert client.post(page(invitation)).status_code == 302
    assert client.post(page(invitation)).status_code == 302


# --- an account that lives is opened by its owner alone -----------------------------------------------------


def test_the_owner_of_an_account_signs_in_first_then_accepts(space, invitation, sign_in):
    person = UserFactory(email=ADDRESS)
    EmailAddress.objects.create(user=person, email=ADDRESS, verified=True, primary=True)
    anonymous = Client()
    answer = anonymous.post(page(invitation))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login") + "?next=%2Finvitations")
    assert "_auth_user_id" not in anonymous.session
    assert not takes_part(person, space)
    assert sign_in(person).post(page(invitation)).status_code == 302
    assert takes_part(person, space)


@pytest.mark.parametrize(
    "fields",
    [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}, {"last_login": timezone.now()}],
    ids=lambda fields: next(iter(fields)),
)
def test_an_invitation_never_opens_an_account_that_lives(invitation, fields):
    UserFactory(email=ADDRESS, **fields)
    with pytest.raises(SignInFirst):
        accept_invitation(invitation=invitation, person=None)


def test_an_invitation_never_goes_round_a_second_factor(invitation):
    person = UserFactory(email=ADDRESS)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    with pytest.raises(SignInFirst):
        accept_invitation(invitation=invitation, person=None)


def test_an_address_verified_as_second_address_of_somebody_is_hers(space, invitation):
    person = UserFactory(email="autre@exemple.fr")
    EmailAddress.objects.create(user=person, email=ADDRESS, verified=True)
    with pytest.raises(SignInFirst):
        accept_invitation(invitation=invitation, person=None)
    assert accept_invitation(invitation=invitation, person=person) == person


def test_what_somebody_prepared_under_the_address_is_gone(space, invitation):
    """Pre-hijacking (Sudhodanan and Paverd): an account and a session made before the owner proved the address."""
    prepared = User.objects.create_user(ADDRESS, "un mot de passe bien assez long", display_name="Pirate")
    EmailAddress.objects.create(user=prepared, email=ADDRESS, verified=False, primary=True)
    thief = Client()
    thief.force_login(prepared, backend="allauth.account.auth_backends.AuthenticationBackend")
    User.objects.filter(pk=prepared.pk).update(last_login=None)
    elsewhere = UserFactory()
    EmailAddress.objects.create(user=elsewhere, email=ADDRESS, verified=False)

    Client().post(page(invitation))

    person = User.objects.get(email=ADDRESS)
    assert person.pk != prepared.pk
    assert person.display_name == "Jeanne Roux"
    assert not person.has_usable_password()
    assert [address.user for address in EmailAddress.objects.filter(email=ADDRESS)] == [person]
    assert thief.get(reverse("cohorts:members", args=[space.pk])).status_code == 302


# --- refusals ------------------------------------------------------------------------------------------------


def test_a_wrong_link_is_unknown(invitation):
    for token in ("abc", invitation.token[:-1] + "x", f"{uuid4().hex}:zzz"):
        answer = Client().get(reverse("spaces:invitation", args=[token]))
        assert answer.status_code == 404
        assert "Nous ne connaissons pas cette invitation" in answer.text


def test_a_used_invitation_opens_nothing(space, invitation):
    accept_invitation(invitation=invitation, person=None)
    for answer in (Client().get(page(invitation)), Client().post(page(invitation))):
        assert answer.status_code == 410
        assert "déjà été utilisée" in answer.text
    assert Membership.objects.filter(space=space, role=Role.PARTICIPANT).count() == 1


def test_an_expired_invitation_opens_nothing(invitation):
    Invitation.objects.update(expires_at=timezone.now())
    for answer in (Client().get(page(invitation)), Client().post(page(invitation))):
        assert answer.status_code == 410
        assert "a expiré" in answer.text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_a_revoked_invitation_opens_nothing(invitation, facilitator):
    revoke_invitation(invitation=invitation, by=facilitator)
    answer = Client().post(page(invitation))
    assert answer.status_code == 410
    assert "annulée" in answer.text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_an_accepted_invitation_is_not_revoked(invitation, facilitator):
    accept_invitation(invitation=invitation, person=None)
    with pytest.raises(InvitationClosed):
        revoke_invitation(invitation=invitation, by=facilitator)


def test_somebody_else_signed_in_is_told_and_may_sign_out(space, invitation, sign_in):
    other = UserFactory()
    client = sign_in(other)
    for answer in (client.get(page(invitation)), client.post(page(invitation))):
        assert answer.status_code == 403
        assert "Cette invitation est adressée à une autre adresse" in answer.text
        assert reverse("account_logout") in answer.text
        assert ADDRESS not in answer.text
    assert not takes_part(other, space)
    with pytest.raises(ForeignInvitation):
        accept_invitation(invitation=invitation, person=other)


def test_a_sponsor_invited_to_facilitate_reads_why_not(space, facilitator, member_of, sign_in):
    sponsor = member_of(space, Role.SPONSOR)
    invitation = invite(space=space, email=sponsor.email, role=Role.FACILITATOR, by=facilitator)
    answer = sign_in(sponsor).post(page(invitation))
    assert answer.status_code == 409
    assert "commanditaire" in answer.text
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_mailed_words_hold_the_link_and_the_row_does_not(space, facilitator, django_capture_on_commit_callbacks):
    from cohorts.actions import invite_to_cohort
    from notifications.models import Notification

    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite_to_cohort(cohort=space.cohort, email=ADDRESS, role=Role.SPONSOR, by=facilitator)
    [letter] = mail.outbox
    assert letter.to == [ADDRESS]
    assert page(invitation) in letter.body
    assert invitation.token not in str(Notification.objects.values().get())


def test_a_referent_speaks_for_the_organisation_she_was_invited_for(space, facilitator):
    """Not for one she has chosen in her profile: she agrees to notes in its name."""
    chosen, invited_for = OrganisationFactory(), OrganisationFactory()
    for role, expected in ((Role.PARTICIPANT, chosen), (Role.ORGANISATION_LEAD, invited_for)):
        person = UserFactory(organisation=chosen)
        door = invite(space=space, email=person.email, role=role, by=facilitator, organisation=invited_for)
        accept_invitation(invitation=door, person=person)
        person.refresh_from_db()
        assert person.organisation == expected
