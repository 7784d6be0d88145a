"""What people write, and what others do with it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from discussions.models.channels import Channel
from richtext import shown, to_text

if TYPE_CHECKING:
    from accounts.models import User
    from discussions.models.files import File

MAX_LENGTH = 8_000  # characters of a message
BEGINNING = 140  # characters of a message that is quoted


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(channel__in=Channel.objects.visible_to(user))

    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq)

    def before(self, seq: int) -> Self:
        return self.filter(seq__lt=seq)

    def roots(self) -> Self:
        """Messages of the channel itself, without what was answered in their threads."""
        return self.filter(thread__isnull=True)

    def standing(self) -> Self:
        """Neither taken back nor hidden."""
        return self.filter(removed_at__isnull=True, hidden_at__isnull=True)

    def for_page(self) -> Self:
        """With what is drawn of each, but its signs: `fragments.with_signs` counts those of all at once."""
        return self.select_related("channel", "author__organisation", "quoted__author").prefetch_related("files")


class Message(models.Model):
    """What someone wrote. `seq` is the number its posting has in the log of the channel's topic."""

    #: What a page adds for whoever reads it: the signs she gave, and whether she keeps the message for later.
    mine: Collection[str] = ()
    saved = False
    #: « root » for the first message of a thread, on the page of that thread.
    place = ""
    #: As it was drawn for everybody, when it has just been posted.
    fragment = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The indexes below begin with these three keys: one more on each would only slow the writing.
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages", db_index=False)
    # The message that this one answers in its thread; a thread has no threads.
    thread = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies", db_index=False
    )
    # The message that this one quotes, of the same channel.
    quoted = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Words stay with who wrote them; erasing a person empties her messages first.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    client_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    by_mail = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # Hidden by a facilitator, with the reason everyone reads; its words wait for what is decided.
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    hidden_reason = models.CharField(max_length=300, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # Of a message with a thread: how many stand in it, and when the last came. Kept by the actions, for the list.
    reply_count = models.PositiveIntegerField(default=0)
    last_reply_at = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""), name="message_hidden_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "seq"], condition=Q(thread=None), name="message_roots"),
            models.Index(fields=["channel", "created_at"], condition=Q(thread=None), name="message_days"),
            models.Index(fields=["thread", "seq"], condition=Q(thread__isnull=False), name="message_replies"),
            models.Index(fields=["channel"], condition=Q(pinned_at__isnull=False), name="message_pinned"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        """The place where it stands: in its thread, or in its channel, at whatever depth."""
        if self.thread_id:
            return f"{reverse('discussions:message', args=[self.channel_id, self.thread_id])}#{self.anchor}"
        return f"{reverse('discussions:channel', args=[self.channel_id])}?autour={self.seq}#{self.anchor}"

    @property
    def page(self) -> str:
        """Its own page, where its thread and all its actions are."""
        return reverse("discussions:message", args=[self.channel_id, self.pk])

    @property
    def html(self) -> SafeString:
        return shown(self.body, profile="message")

    @property
    def anchor(self) -> str:
        return f"m-{self.pk}"

    @property
    def stands(self) -> bool:
        return self.removed_at is None and self.hidden_at is None

    @property
    def beginning(self) -> str:
        """Its first words, on one line: what a quotation shows."""
        return Truncator(" ".join(to_text(self.body).split())).chars(BEGINNING)

    @cached_property
    def given(self) -> list["File"]:
        """The files that came with it."""
        return list(self.files.all())

    @cached_property
    def signs(self) -> list["SignCount"]:
        """The signs under it, each with how many gave it, in the order of `Sign`."""
        return signs_of([self.pk])[self.pk]


class Edition(models.Model):
    """The words a message had before its author changed them."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="editions")
    body = models.TextField()
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["message", "until", "pk"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def html(self) -> SafeString:
        return shown(self.body, profile="message")


class Sign(models.TextChoices):
    """The five signs a person may put under a message (design/DIRECTION.md): drawn, named, never counted per person."""

    THANKS = "thanks", _("Merci")
    USEFUL = "useful", _("Utile")
    AGREE = "agree", _("D’accord")
    SAME_HERE = "same_here", _("Chez nous aussi")
    BRAVO = "bravo", _("Bravo")

    @property
    def icon(self) -> str:
        return _ICONS[self.value]


_ICONS = {
    "thanks": "hand-heart",
    "useful": "lightbulb",
    "agree": "thumbs-up",
    "same_here": "map-pin-house",
    "bravo": "party-popper",
}


class Reaction(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sign = models.CharField(max_length=12, choices=Sign)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["message", "created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["message", "person", "sign"], name="reaction_once")]

    def __str__(self) -> str:
        return f"{self.sign} {self.pk}"


@dataclass(frozen=True)
class SignCount:
    """A sign under a message, and how many people gave it."""

    sign: Sign
    count: int


def signs_of(messages: Collection[uuid.UUID]) -> dict[uuid.UUID, list[SignCount]]:
    """The signs under each of these messages: one query, however many gave one."""
    counted: dict[uuid.UUID, dict[str, int]] = {pk: {} for pk in messages}
    rows = Reaction.objects.filter(message__in=messages).order_by().values_list("message", "sign")
    for pk, sign, count in rows.annotate(count=models.Count("pk")):
        counted[pk][sign] = count
    return {pk: [SignCount(sign, counts[sign]) for sign in Sign if sign in counts] for pk, counts in counted.items()}


class Mention(models.Model):
    """A person named in a message, by her name or as one of the facilitators or of everyone."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="mention_once")]

    def __str__(self) -> str:
        return str(self.pk)


class SavedMessage(models.Model):
    """A message that a person keeps for later. Nobody else knows."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_messages")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="saved_once")]

    def __str__(self) -> str:
        return str(self.pk)
