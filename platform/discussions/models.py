"""Channels and the messages written in them."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from richtext import shown
from spaces.models import TAKING_PART, Space

if TYPE_CHECKING:
    from accounts.models import User

MAX_LENGTH = 8_000  # characters of a message


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: "User") -> Self:
        """Channels of the spaces where `user` takes part: whoever only follows a cohort does not read its talk."""
        return self.filter(space__in=Space.objects.of(user, TAKING_PART))


class Channel(models.Model):
    """A thread of talk in a space. Its readers are those who take part in the space, all of them, nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(_("nom"), max_length=80)
    description = models.CharField(_("description"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "created_at", "id"]
        verbose_name = _("fil")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("discussions:channel", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"channel:{self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(channel__in=Channel.objects.visible_to(user))

    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq)

    def before(self, seq: int) -> Self:
        return self.filter(seq__lt=seq)


class Message(models.Model):
    """What someone wrote. `seq` is the number its posting has in the log of the channel's topic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    # Words stay with who wrote them; erasing a person empties her messages first.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages")
    client_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "seq"]
        verbose_name = _("message")
        constraints = [
            models.UniqueConstraint(fields=["channel", "seq"], name="message_number_once"),
            models.UniqueConstraint(fields=["author", "client_id"], name="message_client_id_once"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(body=""), name="message_removed_without_words"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return f"{reverse('discussions:channel', args=[self.channel_id])}#{self.anchor}"

    @property
    def html(self) -> SafeString:
        return shown(self.body, profile="message")

    @property
    def anchor(self) -> str:
        return f"m-{self.pk}"
