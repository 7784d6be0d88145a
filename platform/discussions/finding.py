"""Messages and their files in the index. The words of confidential channels are never there (domain.md 8.2.7)."""

from collections.abc import Iterable
from typing import Any

import search
from discussions.models import File, Message
from richtext import to_text

MESSAGE = "message"
FILE = "file"


def make_findable(message: Message) -> None:
    """Keep the words of a message that stands, and the names of its files; forget those of any other.

    For whoever edits and restores, with `message.channel` at hand.
    """
    if message.stands:
        make_findable_many([(message, message.files.all())])
    else:
        forget(message)


def make_findable_many(messages: Iterable[tuple[Message, Iterable[File]]]) -> None:
    """The same for messages that have just been posted, each with its files, at once."""
    found: list[search.Findable] = []
    for message, files in messages:
        channel = message.channel
        if channel.confidential:
            continue
        where: Any = {"scope": channel.space_id, "container": channel.pk, "author": message.author_id}
        where |= {"at": message.created_at}
        body = to_text(message.body)
        found.append(search.Findable(kind=MESSAGE, object_id=message.pk, title="", body=body, **where))
        for file in files:
            found.append(search.Findable(kind=FILE, object_id=file.pk, title=file.name, body=file.alt, **where))
    if found:
        search.index_many(found)


def forget(message: Message) -> None:
    """Leave no copy of its words, nor of the names of its files."""
    search.remove(MESSAGE, message.pk)
    for pk in message.files.values_list("pk", flat=True):
        search.remove(FILE, pk)
