"""What readers do with a message: give a sign, pin it, keep it for later, follow its thread."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from discussions.actions.messages import MessageGone, locked, show_again
from discussions.models import Following, Message, Reaction, SavedMessage, Sign
from discussions.permissions import can_pin, can_react, can_read
from live.publish import publish

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def react(*, message: Message, by: "User", sign: str, on: bool) -> Message:
    """Put a sign under a message, or take one's own back. Raises MessageGone when it no longer stands."""
    message = locked(message)
    if not can_read(by, message.channel):
        raise PermissionDenied
    if not message.stands:
        raise MessageGone
    if not can_react(by, message):
        raise PermissionDenied
    mine = Reaction.objects.filter(message=message, person=by, sign=Sign(sign))
    if mine.exists() == on:
        return message
    if on:
        Reaction.objects.create(message=message, person=by, sign=sign)
    else:
        mine.delete()
    facts: dict[str, Any] = {"thread": message.thread_id} if message.thread_id else {}
    count = Reaction.objects.filter(message=message, sign=sign).count()
    facts |= {"message": message.pk, "sign": sign, "person": by.pk, "on": on, "count": count}
    publish(message.channel.topic, "message.reacted", **facts)
    return message


@transaction.atomic
def pin_message(*, message: Message, by: "User", on: bool) -> Message:
    """Pin a message for all who read the channel, or unpin it. Raises MessageGone when it no longer stands."""
    message = locked(message)
    if not can_read(by, message.channel):
        raise PermissionDenied
    if not message.stands:
        raise MessageGone
    if not can_pin(by, message):
        raise PermissionDenied
    if (message.pinned_at is not None) == on:
        return message
    message.pinned_at, message.pinned_by = (timezone.now(), by) if on else (None, None)
    message.save(update_fields=["pinned_at", "pinned_by"])
    show_again(message)
    return message


@transaction.atomic
def keep_for_later(*, message: Message, by: "User", on: bool) -> None:
    """Keep a message to find it again, or let it go. Nobody else knows."""
    if not on:
        SavedMessage.objects.filter(message=message, person=by).delete()
        return
    message = locked(message)
    if not can_read(by, message.channel):
        raise PermissionDenied
    if not message.stands:
        raise MessageGone
    SavedMessage.objects.get_or_create(message=message, person=by)


@transaction.atomic
def follow_thread(*, message: Message, by: "User", on: bool) -> None:
    """Be told of what is answered in the thread of a message, or no longer."""
    root = message.thread or message
    if not can_read(by, root.channel):
        raise PermissionDenied
    last = root.replies.order_by("-seq").values_list("seq", flat=True).first()
    Following.objects.update_or_create(
        thread=root,
        person=by,
        defaults={"stopped": not on},
        create_defaults={"stopped": not on, "seq": last or root.seq},
    )
