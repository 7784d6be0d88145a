"""How words are found, on two engines: PostgreSQL full text and SQLite FTS5.

`index` and `remove` are called by the actions that change what can be found; `matching` narrows a queryset that is
already `visible_to(user)`, in the same SQL, so that an answer never depends on rows one may not see.
"""

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from django.db.models import QuerySet

Q = TypeVar("Q", bound="QuerySet[Any]")

# The imports below wait for the call: Django reads this file before its tables are ready.


def index(kind: str, object_id: UUID, *, title: str, body: str, path: str = "") -> None:
    """Make an object findable by the words of `title` and `body` (plain text), or by its new words."""
    from search import engines

    engines.index(kind, object_id, title=title, body=body, path=path)


def remove(kind: str, object_id: UUID) -> None:
    """Leave no copy of the object's words in the index."""
    from search import engines

    engines.remove(kind, object_id)


def matching(queryset: Q, kind: str, words: str) -> Q:
    """Rows of `queryset` (by uuid primary key) that hold every word, best first, with `search_rank` on each.

    Accents and capitals do not count, « "two words" » asks for a phrase, the last word may be unfinished. Blank
    `words` leave the queryset as it is; words that say nothing ("le", "…") find nothing. No input raises.
    """
    from search import engines

    return engines.matching(queryset, kind, words)
