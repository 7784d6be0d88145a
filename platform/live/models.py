"""The numbered log of each topic: what open pages catch up from."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Topic(models.Model):
    """Something that pages listen to, with the number of its last event.

    `epoch` is raised by a restore: numbers that went back are then noticed instead of silently ignored.
    """

    name = models.CharField(max_length=80, unique=True)
    seq = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class LiveEventQuerySet(models.QuerySet["LiveEvent"]):
    def after(self, topic: str, seq: int) -> Self:
        """Events of `topic` with a higher number than `seq`, in order."""
        return self.filter(topic__name=topic, seq__gt=seq).order_by("seq").select_related("topic")

    def past_keeping(self) -> Self:
        """Events older than the log is kept (`LIVE_KEEP_DAYS`)."""
        return self.filter(created_at__lt=timezone.now() - timedelta(days=settings.LIVE_KEEP_DAYS))


class LiveEvent(models.Model):
    """One thing that happened, as every watcher of its topic may know it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    html = models.TextField(blank=True)
    # Who did it and under which client-made id: told back to that person's own pages only, and to nobody else.
    by = models.UUIDField(null=True)
    client_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = LiveEventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "seq"], name="live_event_number_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"
