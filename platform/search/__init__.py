"""How words are found, on two engines: PostgreSQL full text and SQLite FTS5.

`index` and `remove` are called by the actions that change what can be found; `matching` narrows a queryset that is
already `visible_to(user)`, in the same SQL, so that an answer never depends on rows one may not see. `latest` does it
for what lies in containers (the messages of channels): the scopes that the reader reads narrow the index itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from django.db.models import QuerySet

Q = TypeVar("Q", bound="QuerySet[Any]")

# The imports below wait for the call: Django reads this file before its tables are ready.


@dataclass(frozen=True, kw_only=True)
class Findable:
    """An object and the words, in plain text, by which it is found.

    `container` is what one must read to read the object, in `scope`, of which a reader has a few; `author` and `at` are
    what `latest` filters and orders by.
    """

    kind: str
    object_id: UUID
    title: str
    body: str
    path: str = ""
    scope: UUID | None = None
    container: UUID | None = None
    author: UUID | None = None
    at: datetime | None = None


def index(kind: str, object_id: UUID, *, title: str, body: str, **more: Any) -> None:
    """Make an object findable, or by its new words; `more` is what else a `Findable` holds."""
    index_many([Findable(kind=kind, object_id=object_id, title=title, body=body, **more)])


def index_many(found: Collection[Findable]) -> None:
    """The same for several objects: one statement, two on SQLite, and nothing read before."""
    from search import engines

    engines.index(found)


def remove(kind: str, object_id: UUID) -> None:
    """Leave no copy of the object's words in the index."""
    from search import engines

    engines.remove(kind, object_id)


def keep_only(kind: str, objects: "QuerySet[Any]") -> None:
    """Take out of the index every object of this kind that is not in `objects` (a queryset of ids)."""
    from search import engines

    engines.keep_only(kind, objects)


def matching(queryset: Q, kind: str, words: str, *, newest: str = "") -> Q:
    """Rows of `queryset` (by uuid primary key) that hold every word, best first, with `search_rank` on each.

    Accents and capitals do not count, « "two words" » asks for a phrase, the last word may be unfinished. Blank
    `words` leave the queryset as it is; words that say nothing ("le", "…") find nothing. No input raises.
    With `newest`, a field of theirs, only the latest `RANKED` are ranked and found: a word that is everywhere costs
    no more than a rare one.
    """
    from search import engines

    return engines.matching(queryset, kind, words, newest=newest)


def latest(
    kind: str,
    words: str,
    *,
    scopes: Collection[UUID],
    within: Collection[UUID],
    authors: Collection[UUID] | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
    limit: int,
) -> "QuerySet[Any, UUID]":
    """The ids of the `limit` latest objects of these containers that hold every word: a subquery for `pk__in`.

    The caller still narrows her rows by `visible_to`; `scopes`, those of the containers, only keep the index from
    reading the others.
    """
    from search import engines

    return engines.latest(
        kind, words, scopes=scopes, within=within, authors=authors, after=after, before=before, limit=limit
    )
