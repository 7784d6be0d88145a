"""From what somebody types to what is kept of it: pictures, names, marks."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from discussions import mentions
from discussions.models import Channel, Message
from richtext import plain
from richtext.marks import as_marks, from_marks
from richtext.shortcodes import with_pictures

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Words:
    """The words of a message as they are kept, whom they name, and what their author should know about it."""

    body: str
    named: frozenset[UUID]
    notice: str


def read(text: str, *, channel: Channel, author: "User", chosen: Collection[UUID] = ()) -> Words:
    """What `author` typed in `channel`. Raises `mentions.TooManyMentions`."""
    text = with_pictures(plain(text))
    found = mentions.find(text, channel=channel, author=author, chosen=chosen)
    body = from_marks(text, profile="message", people=found.places)
    return Words(body, frozenset(found.people), found.notice)


def as_typed(message: Message) -> str:
    """The words of a message as one would type them: what its author changes."""
    return as_marks(message.body)
