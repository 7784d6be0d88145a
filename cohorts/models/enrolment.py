"""Asking to join a path."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import ActorKind, Territory
from cohorts.models.cohorts import Cohort


class Application(models.Model):
    """One person's request to join a path for her organisation, and the written answer she was given."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("à lire")
        ACCEPTED = "accepted", _("acceptée")
        REFUSED = "refused", _("refusée")
        WAITING = "waiting", _("sur liste d’attente")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="applications")
    name = models.CharField(_("prénom et nom"), max_length=80)
    email = models.EmailField(_("adresse électronique"))  # always lower case
    function = models.CharField(_("fonction"), max_length=120)
    organisation_name = models.CharField(_("organisation"), max_length=160)
    organisation_kind = models.CharField(_("nature de l’organisation"), max_length=20, choices=ActorKind)
    territory = models.ForeignKey(
        Territory, verbose_name=_("territoire"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: One `{"question": …, "answer": …}` per question, as they were asked that day.
    answers = models.JSONField(default=list)
    state = models.CharField(_("état"), max_length=10, choices=State, default=State.SUBMITTED)
    reply = models.TextField(_("réponse"), max_length=2000, blank=True)
    client_id = models.UUIDField(null=True, blank=True, editable=False)  # of the form that brought it
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("candidature")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "email"], name="application_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="application_email_lower_case"),
            models.CheckConstraint(
                condition=Q(state="submitted") | ~Q(reply=""), name="application_answered_in_writing"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def can_be_decided(self) -> bool:
        """Accepted and refused are final; the waiting list is not."""
        return self.state in (self.State.SUBMITTED, self.State.WAITING)
