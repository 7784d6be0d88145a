"""How what moderation tells people reads, on their page and in their mails: never the words of a message."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from discussions.models import Message
from discussions.permissions import can_answer_moderation, can_see_reports
from notifications.models import Notification
from notifications.news import News

if TYPE_CHECKING:
    from accounts.models import User


def describe(person: "User", rows: list[Notification]) -> dict[UUID, News]:
    """What `person` may still know: her own hidden message, or what waits in a space she still moderates."""
    messages = Message.objects.select_related("channel__space").in_bulk([row.facts["message"] for row in rows])
    read = {}
    for row in rows:
        message = messages.get(UUID(row.facts["message"]))
        if message is not None and MAY_KNOW[row.kind](person, message):
            place = message.channel.space.name
            read[row.pk] = News(_SENTENCES[row.kind] % {"place": place}, row.path, row.created_at, place=place)
    return read


def _moderates(person: "User", message: Message) -> bool:
    return can_see_reports(person, message.channel.space)


def _hidden(person: "User", message: Message) -> bool:
    return message.hidden_at is not None and can_answer_moderation(person, message)


MAY_KNOW: dict[str, Callable[["User", Message], bool]] = {
    "message_reported": _moderates,
    "message_hidden": _hidden,
    "moderation_answered": _moderates,
}
_SENTENCES = {
    "message_reported": _("Un message est signalé dans %(place)s : il attend votre réponse"),
    "message_hidden": _("L’animation a masqué un de vos messages dans %(place)s, en disant pourquoi"),
    "moderation_answered": _("L’auteur·rice d’un message masqué vous répond dans %(place)s"),
}
