"""What people should know, once each, and whether it has left."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NotificationQuerySet(models.QuerySet["Notification"]):
    def waiting(self) -> Self:
        """Letters that have not left, and that no worker has in hand."""
        now = timezone.now()
        return self.filter(Q(locked_until=None) | Q(locked_until__lt=now), sent_at=None, dropped_at=None)


class Notification(models.Model):
    """One thing one address should know. Its facts are ids and names, never confidential words (domain.md 8.2.7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.SlugField(max_length=40)
    facts = models.JSONField(default=dict)
    language = models.CharField(max_length=2, default="fr")
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # its reason had gone when its turn came
    locked_until = models.DateTimeField(null=True, blank=True)  # a worker has it in hand
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(sent_at=None, dropped_at=None), name="notification_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
