"""What people said they would try, and what became of it."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces.models import FACILITATING, TAKING_PART, Membership, Space
from workshops.models.events import Event

if TYPE_CHECKING:
    from accounts.models import User


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; those shared with the group one takes part in; those shared with its facilitator."""
        held = Membership.objects.current().filter(person=user)
        return self.filter(
            Q(person=user)
            | Q(visibility=Commitment.Visibility.GROUP, space__in=held.filter(role__in=TAKING_PART).values("space"))
            | Q(
                visibility=Commitment.Visibility.FACILITATOR,
                space__in=held.filter(role__in=FACILITATING).values("space"),
            )
        )


class Commitment(models.Model):
    """A dated small action that a person says she will try (domain.md 2.7)."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("moi seulement")
        GROUP = "group", _("mon groupe")
        FACILITATOR = "facilitator", _("mon animateur·rice")

    class Outcome(models.TextChoices):
        DONE = "done", _("fait")
        PARTLY = "partly", _("en partie")
        NOT_YET = "not_yet", _("pas encore")
        CHANGED = "changed", _("j’ai changé d’idée")
        DROPPED = "dropped", _("j’ai renoncé")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="commitments")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="commitments")
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="commitments")
    what = models.CharField(_("ce que je vais essayer"), max_length=140)
    first_step = models.CharField(_("premier pas"), max_length=140, blank=True)
    due = models.DateField(_("d’ici le"))
    obstacle = models.CharField(_("si…"), max_length=140, blank=True)
    plan = models.CharField(_("alors…"), max_length=140, blank=True)
    help_wanted = models.CharField(_("aide souhaitée"), max_length=140, blank=True)
    visibility = models.CharField(_("visible par"), max_length=12, choices=Visibility, default=Visibility.GROUP)
    outcome = models.CharField(_("suite"), max_length=8, choices=Outcome, blank=True)
    learned = models.CharField(_("ce que j’ai appris"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    reported_at = models.DateTimeField(null=True, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due", "id"]

    def __str__(self) -> str:
        return str(self.pk)
