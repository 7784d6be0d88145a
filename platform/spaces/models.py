"""Spaces, the roles people hold in them, and the invitations that lead there."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.requests import Anyone


class Visibility(models.TextChoices):
    """The ladder, from the author alone to everyone (domain.md 5.4). Order matters: see `rungs`."""

    PRIVATE = "private", _("moi seulement")
    SESSION = "session", _("la séance")
    PEER_GROUP = "peer_group", _("mon groupe de pairs")
    COHORT = "cohort", _("ma cohorte")
    NETWORK = "network", _("toutes les cohortes")
    PUBLIC = "public", _("tout le monde")

    @property
    def rung(self) -> int:
        return list(type(self)).index(self)


class Role(models.TextChoices):
    """Roles in a space (domain.md 8.1). A visitor has none; an administrator is `User.is_superuser`."""

    PARTICIPANT = "participant", _("participant·e")
    ORGANISATION_LEAD = "organisation_lead", _("référent·e d’organisation")
    FACILITATOR = "facilitator", _("animateur·rice")
    CO_FACILITATOR = "co_facilitator", _("co-animateur·rice")
    WITNESS = "witness", _("témoin")
    RESEARCHER = "researcher", _("chercheur·e")
    SPONSOR = "sponsor", _("commanditaire")


FACILITATING = (Role.FACILITATOR, Role.CO_FACILITATOR)
#: Roles whose holder follows the path and appears in its directory, channels and board.
TAKING_PART = (Role.PARTICIPANT, Role.FACILITATOR, Role.CO_FACILITATOR)


class SpaceQuerySet(models.QuerySet["Space"]):
    def of(self, user: "Anyone", roles: Iterable[str] | None = None) -> Self:
        """Spaces where `user` holds a role now, one of `roles` when given."""
        if not user.is_authenticated:
            return self.none()
        held = Membership.objects.current().filter(person=user)
        if roles is not None:
            held = held.filter(role__in=list(roles))
        return self.filter(pk__in=held.values("space"))

    def visible_to(self, user: "Anyone") -> Self:
        return self.of(user)


class Space(models.Model):
    """People who are together: a cohort, a peer group inside it, or the network of all cohorts."""

    class Kind(models.TextChoices):
        COHORT = "cohort", _("cohorte")
        PEER_GROUP = "peer_group", _("groupe de pairs")
        NETWORK = "network", _("réseau des pionniers")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="peer_group", parent__isnull=False)
                | Q(kind__in=["cohort", "network"], parent__isnull=True),
                name="space_parent_fits_kind",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(left_at__isnull=True)

    def taking_part(self) -> Self:
        return self.current().filter(role__in=TAKING_PART)


class Membership(models.Model):
    """One role a person holds in a space, from `joined_at` until `left_at`."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["space", "person__display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "person", "role"], condition=Q(left_at__isnull=True), name="membership_role_once"
            )
        ]
        indexes = [models.Index(fields=["person", "space"], name="membership_person_space")]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Invitations that can still be used."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now())


def _in_seven_days() -> Any:
    return timezone.now() + timedelta(days=7)


class Invitation(models.Model):
    """One door into a space for one address, with its role already set. Its link is signed, never stored."""

    SALT = "spaces.invitation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("adresse électronique"))
    role = models.CharField(_("rôle"), max_length=20, choices=Role, default=Role.PARTICIPANT)
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    display_name = models.CharField(_("nom affiché"), max_length=80, blank=True)
    function = models.CharField(_("fonction"), max_length=120, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=_in_seven_days)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True, editable=False)  # of the form that accepted it

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def token(self) -> str:
        """What the mailed link carries: this row's id, signed. Single use and expiry are facts of the row."""
        return signing.Signer(salt=self.SALT).sign(self.pk.hex)

    @classmethod
    def pk_of(cls, token: str) -> uuid.UUID:
        """The id inside a token. Raises `signing.BadSignature` for a token that we did not make."""
        return uuid.UUID(hex=signing.Signer(salt=cls.SALT).unsign(token))
