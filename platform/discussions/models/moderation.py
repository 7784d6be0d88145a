"""What is reported, and what is done about it: kept, so that each act can be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from discussions.models.messages import Message
from spaces.models import Space


class Report(models.Model):
    """A reader says that a message should not stand there, and why. Its author never learns who."""

    class Outcome(models.TextChoices):
        HIDDEN = "hidden", _("message masqué")
        KEPT = "kept", _("message laissé")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=600)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "person"], condition=Q(closed_at__isnull=True), name="report_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="report_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ModerationAct(models.Model):
    """One act of moderation: ids, a verb and the reason that was shown; never the words of the message."""

    class Verb(models.TextChoices):
        HIDE = "hide", _("masquer")
        RESTORE = "restore", _("rétablir")
        KEEP = "keep", _("laisser")
        REMOVE = "remove", _("supprimer")
        ANSWER = "answer", _("répondre")  # the author, to the reason

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="moderation_acts")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="moderation_acts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=8, choices=Verb)
    words = models.CharField(max_length=600, blank=True)  # the reason, or the author's answer
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"
