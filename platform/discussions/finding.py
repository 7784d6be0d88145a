"""Messages and their files in the index. The words of confidential channels are never there (domain.md 8.2.7)."""

from collections.abc import Iterable
from typing import Any

import search
from discussions.models import File, Message
from richtext import to_text

MESSAGE = "message"
FILE = "file"


def make_findable(message: Message, files: Iterable[File] | None = None) -> None:
    """Keep the words of a message that stands, and the names of its files; forget those of any other.

    For whoever posts, edits, restores, with `message.channel` at hand. `files` spares a reading to who knows them.
    """
    if not message.stands or message.channel.confidential:
        forget(message)
        return
    channel = message.channel
    where: Any = {"scope": channel.space_id, "container": channel.pk, "author": message.author_id}
    where |= {"at": message.created_at}
    search.index(MESSAGE, message.pk, title="", body=to_text(message.body), **where)
    for file in message.files.all() if files is None else files:
        search.index(FILE, file.pk, title=file.name, body=file.alt, **where)


def forget(message: Message) -> None:
    """Leave no copy of its words, nor of the names of its files."""
    search.remove(MESSAGE, message.pk)
    for pk in message.files.values_list("pk", flat=True):
        search.remove(FILE, pk)
