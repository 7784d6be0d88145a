"""How what is told of talk reads: on a person's page, in her mails, in her digest. Rights are asked again each time."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from discussions import unread
from discussions.models import Channel, Message, Reading
from notifications import gathering, mailbox, news
from notifications.gathering import Line
from notifications.models import Notification
from notifications.news import News

if TYPE_CHECKING:
    from accounts.models import User

#: What an address that answers come back to is about (`notifications.mailbox`).
THREAD, CHANNEL = "t", "c"

MESSAGES = ("mention", "answer", "direct_message", "channel_message")


def register() -> None:
    news.register(MESSAGES, describe_messages)
    gathering.register_lines(busy_channels)


def describe_messages(person: "User", rows: list[Notification]) -> dict[UUID, News]:
    """The messages that stand and that `person` reads; the words of a confidential channel stay where they are."""
    wanted = {str(row.facts.get("message")) for row in rows}
    found = Message.objects.visible_to(person).standing().filter(pk__in=wanted)
    messages = {str(message.pk): message for message in found.select_related("author", "channel__space")}
    return {
        row.pk: _said(person, row, messages[str(row.facts["message"])])
        for row in rows
        if str(row.facts.get("message")) in messages
    }


def _said(person: "User", row: Notification, message: Message) -> News:
    channel = message.channel
    who = message.author.name
    if channel.is_direct:
        sentence = _("%(who)s vous a écrit") % {"who": who}
    else:
        sentence = {
            "mention": _("%(who)s vous a nommé·e dans %(where)s"),
            "answer": _("%(who)s a répondu dans %(where)s"),
        }.get(row.kind, _("%(who)s a écrit dans %(where)s")) % {"who": who, "where": channel.name}
    # Where an answer goes: the thread of the message, but a line of talk between two people has no threads to look for.
    kind, place = (CHANNEL, channel.pk) if channel.is_direct else (THREAD, message.thread_id or message.pk)
    return News(
        sentence=sentence,
        path=message.get_absolute_url(),
        at=message.created_at,
        words="" if channel.confidential else message.body,
        conversation=place.hex,
        place="" if channel.is_direct else channel.name,
        reply_to="" if channel.confidential else mailbox.address(person=person, kind=kind, object_id=place),
    )


def busy_channels(person: "User", since: datetime) -> list[Line]:
    """What a digest says of channels in which something new is unread: how much, never what."""
    channels = [
        channel
        for channel in unread.channels_of(person).prefetch_related("people")
        if channel.unread and channel.level != Reading.Level.NOTHING
    ]
    newest = dict(
        Message.objects.standing()
        .roots()
        .filter(channel__in=channels, created_at__gt=since)
        .exclude(author=person)
        .order_by()
        .values_list("channel")
        .annotate(Max("created_at"))
    )
    return [_line(channel, person, newest[channel.pk]) for channel in channels if channel.pk in newest]


def _line(channel: Channel, person: "User", at: datetime) -> Line:
    count = channel.unread  # type: ignore[attr-defined]
    detail = ngettext("%(count)d message non lu", "%(count)d messages non lus", count) % {"count": count}
    return Line(channel.title_for(person), detail, channel.get_absolute_url(), at)
