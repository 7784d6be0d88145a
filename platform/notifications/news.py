"""What people are told, in words, as it stands now: for their page, their mails, their digest.

The package that tells a kind registers how it reads: `register(kinds, describe)`. `describe(person, rows)` asks the
rights again and answers, by the id of the row, what she may still know; a row it leaves out is not shown and not
mailed. A kind that nobody has registered reads as the subject of its letter (`letters.register`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from notifications import letters
from notifications.models import Notification

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class News:
    """One thing, as one person may know it now."""

    sentence: str  # whole, without the words themselves: « Anne vous a nommé·e dans Vie de la cohorte »
    path: str
    at: datetime
    words: str = ""  # clean HTML of what was written; empty when it is confidential
    conversation: str = ""  # mails of the same one stand together in mail readers
    place: str = ""  # its name
    reply_to: str = ""  # the address that answers go to


Describe = Callable[["User", list[Notification]], dict[UUID, News]]
_describers: dict[str, Describe] = {}


def register(kinds: Iterable[str], describe: Describe) -> None:
    """Say how notifications of these kinds read."""
    for kind in kinds:
        _describers[kind] = describe


def of(person: "User", rows: Iterable[Notification]) -> list[tuple[Notification, News]]:
    """Those of `rows` that `person` may still know, in their order, each with how it reads in the current language."""
    rows = list(rows)
    by_describer: dict[Describe, list[Notification]] = defaultdict(list)
    for row in rows:
        by_describer[_describers.get(row.kind, _as_its_letter)].append(row)
    read: dict[UUID, News] = {}
    for describe, theirs in by_describer.items():
        read |= describe(person, theirs)
    return [(row, read[row.pk]) for row in rows if row.pk in read]


def _as_its_letter(person: "User", rows: list[Notification]) -> dict[UUID, News]:
    subjects = {row.pk: letters.subject(row) for row in rows}
    return {row.pk: News(subjects[row.pk], row.path, row.created_at) for row in rows if subjects[row.pk]}
