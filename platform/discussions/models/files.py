"""Files that people give with their messages."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from discussions.filing import label
from discussions.models.channels import Channel
from discussions.models.messages import Message

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_HEIGHT = 288  # pixels


def _place(file: "File", name: str) -> str:
    """Where it lies: a random name in a private folder, never the one it came with."""
    return f"discussions/{file.pk.hex[:2]}/{uuid.uuid4().hex}"


class FileQuerySet(models.QuerySet["File"]):
    def visible_to(self, user: "User") -> Self:
        """Files of messages that stand and that `user` reads, and those she has not sent yet."""
        mine = models.Q(message__isnull=True, owner=user)
        read = models.Q(message__removed_at__isnull=True, message__hidden_at__isnull=True, message__isnull=False)
        return self.filter(mine | read, channel__in=Channel.objects.visible_to(user))

    def waiting(self) -> Self:
        """Given but not sent with any message."""
        return self.filter(message__isnull=True)


class File(models.Model):
    """One file of a channel, private: each reading asks the rights. Without a message it waits for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="files")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="files")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)  # cleaned, as shown and as downloaded
    content = models.FileField(upload_to=_place, max_length=100)
    preview = models.FileField(upload_to=_place, max_length=100, blank=True)  # an image, smaller
    media_type = models.CharField(max_length=100)  # found in its bytes
    size = models.PositiveIntegerField()  # bytes
    width = models.PositiveIntegerField(null=True, blank=True)  # pixels of the preview
    height = models.PositiveIntegerField(null=True, blank=True)
    alt = models.CharField(_("description de l’image"), max_length=240, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = FileQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("fichier")

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("discussions:file", args=[self.pk])

    @property
    def preview_url(self) -> str:
        return reverse("discussions:preview", args=[self.pk]) if self.preview else ""

    @property
    def shown_size(self) -> tuple[int, int]:
        """Pixels that its preview takes in a page, width then height: known before it has come, so nothing moves."""
        scale = min(1, SHOWN_HEIGHT / (self.height or 1))
        return round((self.width or 0) * scale), round((self.height or 0) * scale)

    @property
    def kind(self) -> str:
        return label(self.media_type)

    @property
    def weight(self) -> str:
        """Its size as people say it: « 340 Ko », « 2,4 Mo »."""
        if self.size < 1024 * 1024:
            return gettext("%(size)s Ko") % {"size": max(1, round(self.size / 1024))}
        return gettext("%(size)s Mo") % {"size": formats.number_format(round(self.size / 1024 / 1024, 1))}
