"""What people do with talk: open a channel, write, take back."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from discussions.fragments import render_message
from discussions.models import Channel, Message
from discussions.permissions import can_post, can_remove
from live.publish import publish, redact
from spaces.models import Space
from spaces.permissions import facilitates

if TYPE_CHECKING:
    from accounts.models import User


class ReusedClientId(Exception):
    """The id of a message that was already sent came back with other words, or for another channel."""


@transaction.atomic
def create_channel(*, space: Space, name: str, by: "User", description: str = "") -> Channel:
    """Open a channel at the end of those of `space`."""
    if not (facilitates(by, space) or by.is_superuser):
        raise PermissionDenied
    position = Channel.objects.filter(space=space).count()
    return Channel.objects.create(space=space, name=name, description=description, position=position)


def post_message(*, channel: Channel, author: "User", body: str, client_id: UUID) -> Message:
    """Add a message once and wake the open pages.

    `body` is clean HTML (the form has passed it through `richtext`, before any lock is held).
    Raises ReusedClientId when the same id comes back with other words or in another channel.
    """
    try:
        return _post(channel, author, body, client_id)
    except IntegrityError:
        # The same id at the same moment in two channels: their locks do not exclude each other.
        if Message.objects.filter(author=author, client_id=client_id).exclude(channel=channel).exists():
            raise ReusedClientId from None
        raise


@transaction.atomic
def _post(channel: Channel, author: "User", body: str, client_id: UUID) -> Message:
    channel = Channel.objects.select_for_update(of=("self",)).select_related("space").get(pk=channel.pk)
    if not can_post(author, channel):
        raise PermissionDenied
    if already := Message.objects.filter(author=author, client_id=client_id).first():
        if already.channel_id == channel.pk and (already.removed_at or already.body == body):
            return already
        raise ReusedClientId
    message = Message(channel=channel, author=author, client_id=client_id, body=body)
    message.seq = publish(
        channel.topic,
        "message.posted",
        html=render_message(message),
        by=author.pk,
        client_id=client_id,
        message=message.pk,
    )
    message.save(force_insert=True)
    return message


@transaction.atomic
def remove_message(*, message: Message, by: "User") -> Message:
    """Take the words of a message back, from the page, the log and whoever has it open; its place stays."""
    channel = Channel.objects.select_for_update(of=("self",)).get(pk=message.channel_id)
    message = Message.objects.select_related("author__organisation", "channel__space").get(pk=message.pk)
    if not can_remove(by, message):
        raise PermissionDenied
    if message.removed_at:
        return message
    message.body, message.removed_at, message.removed_by = "", timezone.now(), by
    message.save(update_fields=["body", "removed_at", "removed_by"])
    tombstone = render_message(message)
    redact(channel.topic, message.seq, html=tombstone)
    publish(channel.topic, "message.removed", html=tombstone, message=message.pk)
    return message
