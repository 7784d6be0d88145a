"""Messages as they are shown: once for every reader of their channel, and what a page adds for the one who asks."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation

from discussions.models import Message, Reaction, SavedMessage, signs_of

if TYPE_CHECKING:
    from accounts.models import User


def render_message(message: Message) -> str:
    # One drawing for everybody, so in the language of the platform and without anything of its reader.
    with translation.override(settings.LANGUAGE_CODE):
        return get_template("discussions/message.html").render({"message": message}).strip()


class Drawing:
    """A message drawn before it has its number, so that nobody waits for the drawing."""

    def __init__(self, message: Message) -> None:
        self._place = secrets.randbelow(10**17) + 10**17  # a number that no words hold by chance
        self.again(message)

    def again(self, message: Message) -> None:
        """Draw it as it is now, not as it was."""
        message.seq = self._place
        self._html = render_message(message)

    def numbered(self, seq: int) -> str:
        return self._html.replace(str(self._place), str(seq))


def with_signs(messages: Iterable[Message], reader: "User | None" = None) -> list[Message]:
    """The messages with the signs under them, and with what `reader` gave and keeps: three queries at most."""
    rows = list(messages)
    by_pk = {message.pk: message for message in rows}
    for pk, signs in signs_of(by_pk).items():
        by_pk[pk].signs = signs
    if reader is not None and rows:
        given = Reaction.objects.filter(message__in=by_pk, person=reader).order_by("sign")
        for pk, sign in given.values_list("message", "sign"):
            by_pk[pk].mine = [*by_pk[pk].mine, sign]
        for pk in SavedMessage.objects.filter(message__in=by_pk, person=reader).order_by().values_list("message"):
            by_pk[pk[0]].saved = True
    return rows
