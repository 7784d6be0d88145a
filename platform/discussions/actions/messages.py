"""Changing one's words, and taking them back."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from discussions.actions.files import forget_files
from discussions.actions.telling import tell_of_names
from discussions.finding import forget, make_findable
from discussions.fragments import render_message
from discussions.models import Channel, Edition, Mention, Message, ModerationAct, SavedMessage
from discussions.permissions import can_edit, can_remove
from live.publish import publish, redact
from notifications.actions import withdraw

if TYPE_CHECKING:
    from accounts.models import User


class MessageGone(Exception):
    """The message was taken back or hidden meanwhile."""


@transaction.atomic
def edit_message(*, message: Message, by: "User", body: str, named: Collection[UUID] = ()) -> Message:
    """Put other words in the place of a message's; the former ones stay to be read in its history.

    Who is named for the first time is told. Raises MessageGone when it no longer stands.
    """
    message = locked(message)
    if message.author_id == by.pk and not message.stands:
        raise MessageGone
    if not can_edit(by, message):
        raise PermissionDenied
    if message.body == body:
        return message
    Edition.objects.create(message=message, body=message.body)
    message.body, message.edited_at = body, timezone.now()
    message.save(update_fields=["body", "edited_at"])
    people = set(named) - {by.pk}
    before = set(message.mentions.order_by().values_list("person", flat=True))
    message.mentions.exclude(person__in=people).delete()
    Mention.objects.bulk_create(Mention(message=message, person_id=pk) for pk in people - before)
    make_findable(message)
    show_again(message)
    tell_of_names(message, people - before)
    return message


@transaction.atomic
def remove_message(*, message: Message, by: "User") -> Message:
    """Take the words of a message back, from the page, the log and whoever has it open; its place stays.

    Its files, its history and what was told of it go with them.
    """
    message = locked(message)
    if not can_remove(by, message):
        raise PermissionDenied
    if message.removed_at:
        return message
    counted = message.stands
    forget(message)
    forget_files(message=message)
    message.body, message.removed_at, message.removed_by = "", timezone.now(), by
    message.pinned_at = message.pinned_by = None
    message.save(update_fields=["body", "removed_at", "removed_by", "pinned_at", "pinned_by"])
    message.given, message.signs = [], []
    for kept in (message.editions, message.mentions, message.reactions):
        kept.all().delete()
    SavedMessage.objects.filter(message=message).delete()
    withdraw(about=told_about(message), seq=message.seq)
    if by.pk != message.author_id:
        ModerationAct.objects.create(
            space=message.channel.space, message=message, by=by, verb=ModerationAct.Verb.REMOVE
        )
    show_again(message, counted=-1 if counted else 0)
    return message


def locked(message: Message) -> Message:
    """The message as it stands now, with its channel locked: what is written there waits, and comes after."""
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=message.channel_id)
    return Message.objects.for_page().select_related("channel__space").get(pk=message.pk)


def show_again(message: Message, *, counted: int = 0) -> None:
    """Draw a changed message again for the log and the open pages, with those that quote it.

    `counted`: by how much it changes the number of answers that stand in its thread.
    """
    facts: dict[str, Any] = {}
    if message.thread_id:
        facts["thread"] = message.thread_id
        if counted:
            Message.objects.filter(pk=message.thread_id).update(reply_count=F("reply_count") + counted)
            facts["replies"] = Message.objects.values_list("reply_count", flat=True).get(pk=message.thread_id)
    _draw(message, **facts)
    for quoting in Message.objects.for_page().standing().filter(quoted=message).order_by("seq"):
        quoting.quoted = message
        _draw(quoting, **({"thread": quoting.thread_id} if quoting.thread_id else {}))


def _draw(message: Message, **facts: Any) -> None:
    fragment = render_message(message)
    redact(message.channel.topic, message.seq, html=fragment, message=message.pk)
    publish(message.channel.topic, "message.changed", html=fragment, message=message.pk, **facts)


def told_about(message: Message) -> tuple[str, UUID]:
    """What a person opens to have seen it (`telling`)."""
    return ("thread", message.thread_id) if message.thread_id else ("channel", message.channel_id)
