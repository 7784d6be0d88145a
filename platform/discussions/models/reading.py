"""Where each person stands in each channel: known to her alone, never shown to another (domain.md 0.4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from discussions.models.channels import Channel
from discussions.models.messages import Message


class Reading(models.Model):
    """How far a person has read a channel, and what she wants to be told of it."""

    class Level(models.TextChoices):
        ALL = "all", _("tous les messages")
        MENTIONS = "mentions", _("ce qui me nomme, et les réponses")
        NOTHING = "nothing", _("rien")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="readings")
    seq = models.PositiveBigIntegerField(default=0)  # the last number read
    level = models.CharField(max_length=8, choices=Level, default=Level.MENTIONS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "person"], name="reading_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Following(models.Model):
    """A thread a person follows: she wrote in it, was named in it, or asked to. `stopped`: she asked not to."""

    thread = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="followings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followings")
    seq = models.PositiveBigIntegerField(default=0)  # the last number read
    stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="following_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Draft(models.Model):
    """What a person has begun to write, found again on her other devices."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    body = models.TextField()  # as typed, not HTML
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], condition=Q(thread=None), name="draft_once"),
            models.UniqueConstraint(
                fields=["person", "thread"], condition=Q(thread__isnull=False), name="draft_once_in_thread"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
