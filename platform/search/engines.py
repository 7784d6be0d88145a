"""The two engines behind `search`."""

from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, F, FloatField, Func, OuterRef, QuerySet, Subquery, Value

from search.models import SearchEntry
from search.words import Query, folded, read, stem

Q = TypeVar("Q", bound=QuerySet[Any])

MAX_BODY = 100_000  # characters of one object that can be found; PostgreSQL keeps at most 1 MB of them


def _clean(text: str, length: int) -> str:
    return text.replace("\x00", " ")[:length]


@transaction.atomic
def index(kind: str, object_id: UUID, *, title: str, body: str, path: str = "") -> None:
    entry, _ = SearchEntry.objects.update_or_create(
        kind=kind,
        object_id=object_id,
        defaults={"title": _clean(title, 300), "body": _clean(body, MAX_BODY), "path": path[:300]},
    )
    if connection.vendor == "sqlite":
        words = [" ".join(map(stem, folded(text))) for text in (entry.title, entry.body)]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_fts WHERE rowid = %s", [entry.pk])
            cursor.execute("INSERT INTO search_fts (rowid, title, body) VALUES (%s, %s, %s)", [entry.pk, *words])


@transaction.atomic
def remove(kind: str, object_id: UUID) -> None:
    entries = SearchEntry.objects.filter(kind=kind, object_id=object_id)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pk in entries.values_list("pk", flat=True):
                cursor.execute("DELETE FROM search_fts WHERE rowid = %s", [pk])
    entries.delete()


def matching(queryset: Q, kind: str, words: str) -> Q:
    if not words.strip():
        return queryset
    query = read(words)
    if not query:
        return cast(Q, queryset.annotate(search_rank=Value(0.0)).none())
    hit, rank = _postgresql(query) if connection.vendor == "postgresql" else _sqlite(query)
    entries = SearchEntry.objects.filter(kind=kind)
    best = entries.filter(object_id=OuterRef("pk")).annotate(rank=rank).values("rank")
    found = (
        queryset.filter(pk__in=entries.annotate(hit=hit).filter(hit=True).values("object_id"))
        .annotate(search_rank=Subquery(best[:1], output_field=FloatField()))
        .order_by("-search_rank", "-pk")
    )
    return cast(Q, found)


# --- SQLite ------------------------------------------------------------------------------------------------


def fts5(query: Query) -> str:
    """The query in FTS5's language. Words are letters and digits only, and quoted: nothing in them is an operator."""
    terms = [f'"{stem(word)}"' for word in query.words]
    terms += ['"' + " ".join(map(stem, phrase)) + '"' for phrase in query.phrases]
    if query.last:
        terms.append(f'"{stem(query.last)}" *')
    return " AND ".join(terms)


class _Found(Func):
    """Is the entry among what FTS5 finds? A subquery of its own, which SQLite runs once."""

    template = "%(expressions)s)"
    arg_joiner = " IN (SELECT rowid FROM search_fts WHERE search_fts MATCH "
    output_field = BooleanField()


def _sqlite(query: Query) -> tuple[Any, Any]:
    said = fts5(query)
    # bm25 asked row by row counts the whole index each time: the title first, then the newest, is what it is worth.
    return _Found(F("pk"), Value(said)), _Found(F("pk"), Value(f"{{title}} : ({said})"))


# --- PostgreSQL --------------------------------------------------------------------------------------------


def tsquery(query: Query) -> tuple[str, str]:
    """What must be there, and the unfinished word, in PostgreSQL's language."""
    terms = [*query.words, *("(" + " <-> ".join(phrase) + ")" for phrase in query.phrases)]
    return " & ".join(terms), f"{query.last}:*" if query.last else ""


class _Asked(Func):
    """`document` (the column of `0002_engines`) set against the query."""

    def __init__(self, query: Query, *, around: str, output_field: Any) -> None:
        firm, open_ended = tsquery(query)
        parts, values = [], []
        if firm:
            parts.append("to_tsquery('entre_pairs_fr', %s)")
            values.append(firm)
        if open_ended:
            # A word cut anywhere begins a whole word, not always a stem: « associatio » is longer than « associ ».
            parts.append("(to_tsquery('entre_pairs_fr', %s) || to_tsquery('entre_pairs_plain', %s))")
            values += [open_ended, open_ended]
        self.sql = around.format(" && ".join(parts))
        self.values = values
        super().__init__(output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        return self.sql, tuple(self.values)


def _postgresql(query: Query) -> tuple[Any, Any]:
    return (
        _Asked(query, around="document @@ ({})", output_field=BooleanField()),
        _Asked(query, around="ts_rank(document, {})", output_field=FloatField()),
    )
