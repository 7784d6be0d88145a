"""The two engines behind `search`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, F, FloatField, Func, OuterRef, QuerySet, Subquery, Value

from search import Findable
from search.models import SearchEntry
from search.words import Query, folded, read, stem

Q = TypeVar("Q", bound=QuerySet[Any])

MAX_BODY = 100_000  # characters of one object that can be found; PostgreSQL keeps at most 1 MB of them
RANKED = 300  # of the rows that hold the words, the latest that `matching` ranks when told what makes them late
MANY_SCOPES = 40  # beyond, reading what holds the words costs less than asking the index for each scope

_UNIQUE = ["kind", "object_id"]
_WRITTEN = ["title", "body", "path", "scope", "container", "author", "at"]


def _clean(text: str, length: int) -> str:
    return text.replace("\x00", " ")[:length]


@transaction.atomic(savepoint=False)
def index(found: Collection[Findable]) -> None:
    entries = [
        SearchEntry(
            kind=one.kind,
            object_id=one.object_id,
            title=_clean(one.title, 300),
            body=_clean(one.body, MAX_BODY),
            path=one.path[:300],
            scope=one.scope,
            container=one.container,
            author=one.author,
            at=one.at,
        )
        for one in found
    ]
    SearchEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=_UNIQUE, update_fields=_WRITTEN)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO search_fts (rowid, scope, title, body) VALUES (%s, %s, %s, %s)",
                [(one.pk, scope_word(one.kind, one.scope), stems(one.title), stems(one.body)) for one in entries],
            )


def remove(kind: str, object_id: UUID) -> None:
    _take_out(SearchEntry.objects.filter(kind=kind, object_id=object_id))


def keep_only(kind: str, objects: "QuerySet[Any]") -> None:
    _take_out(SearchEntry.objects.filter(kind=kind).exclude(object_id__in=objects))


@transaction.atomic(savepoint=False)
def _take_out(entries: "QuerySet[SearchEntry]") -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pk in list(entries.values_list("pk", flat=True)):
                cursor.execute("DELETE FROM search_fts WHERE rowid = %s", [pk])
    entries.delete()


def matching(queryset: Q, kind: str, words: str, *, newest: str) -> Q:
    if not words.strip():
        return queryset
    query = read(words)
    if not query:
        return cast(Q, queryset.annotate(search_rank=Value(0.0)).none())
    found = queryset.filter(pk__in=_hits(kind, query, [None]).values("object_id"))
    if newest:
        candidates = found.order_by(f"-{newest}", "pk").values("pk")[:RANKED]
        found = cast(Q, queryset.model._default_manager.filter(pk__in=candidates))
    best = SearchEntry.objects.filter(kind=kind, object_id=OuterRef("pk")).annotate(rank=_rank(query)).values("rank")
    ranked = found.annotate(search_rank=Subquery(best[:1], output_field=FloatField()))
    return cast(Q, ranked.order_by("-search_rank", "-pk"))


def latest(
    kind: str,
    words: str,
    *,
    scopes: Collection[UUID],
    within: Collection[UUID],
    authors: Collection[UUID] | None,
    after: datetime | None,
    before: datetime | None,
    limit: int,
) -> "QuerySet[SearchEntry, UUID]":
    query = read(words)
    if not query or not within:
        return SearchEntry.objects.none().values_list("object_id", flat=True)
    entries = _hits(kind, query, scopes if len(scopes) <= MANY_SCOPES else []).filter(container__in=list(within))
    if authors is not None:
        entries = entries.filter(author__in=list(authors))
    if after is not None:
        entries = entries.filter(at__gte=after)
    if before is not None:
        entries = entries.filter(at__lt=before)
    return entries.order_by(F("at").desc(nulls_last=True), "-pk").values_list("object_id", flat=True)[:limit]


def _hits(kind: str, query: Query, scopes: Collection[UUID | None]) -> "QuerySet[SearchEntry]":
    """The entries of these scopes, or of any when there are none, that hold what the query asks for."""
    hit: Any
    if connection.vendor == "postgresql":
        everywhere = _anywhere(query, "document @@ ({})", BooleanField())
        hit = _in_scopes(kind, query, scopes) if scopes else everywhere
    else:
        here = " OR ".join(f'"{scope_word(kind, scope)}"' for scope in scopes)
        said = f"{{title body}} : ({fts5(query)})"
        hit = _Found(F("pk"), Value(f"scope : ({here}) AND {said}" if here else said))
    return SearchEntry.objects.filter(kind=kind).annotate(hit=hit).filter(hit=True)


def _rank(query: Query) -> Any:
    if connection.vendor == "postgresql":
        return _anywhere(query, "ts_rank(document, {})", FloatField())
    # bm25 asked row by row counts the whole index each time: the title first, then the newest, is what it is worth.
    return _Found(F("pk"), Value(f"title : ({fts5(query)})"))


# --- SQLite ------------------------------------------------------------------------------------------------


def scope_word(kind: str, scope: UUID | None) -> str:
    """The scope as one word of letters and digits."""
    return f"{kind}x{scope.hex if scope else ''}"


def stems(text: str) -> str:
    return " ".join(map(stem, folded(text)))


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


# --- PostgreSQL --------------------------------------------------------------------------------------------


def tsquery(query: Query) -> str:
    """What must be there, the unfinished word apart, in PostgreSQL's language."""
    return " & ".join([*query.words, *("(" + " <-> ".join(phrase) + ")" for phrase in query.phrases)])


def scoped(kind: str, query: Query, scope: UUID | None) -> tuple[str, str]:
    """The lexeme of a scope, and the unfinished word in it, where words are kept as written: few begin so in one."""
    begun = f"'={kind}{str(scope or '')[:8]}:{query.last}':*" if query.last else ""
    return f"'={kind}{scope or ''}'", begun


class _Asked(Func):
    """`document` (the column of `0004_spaces`) set against the query."""

    def __init__(self, sql: str, values: list[str], output_field: Any) -> None:
        self.sql, self.values = sql, tuple(values)
        super().__init__(output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[str | int, ...]]:
        return self.sql, self.values


def _in_scopes(kind: str, query: Query, scopes: Collection[UUID | None]) -> _Asked:
    """One condition a scope: the index reads a few short lists for each, sooner than one long list for all."""
    parts, values = [], []
    for scope in scopes:
        here, begun = scoped(kind, query, scope)
        asked, given = ["%s::tsquery"], [here]
        if firm := tsquery(query):
            asked.append("to_tsquery('entre_pairs_fr', %s)")
            given.append(firm)
        if begun:
            # A word cut anywhere begins a whole word, not always a stem: « associatio » is longer than « associ ».
            asked.append("(to_tsquery('entre_pairs_fr', %s) || %s::tsquery)")
            given += [query.last, begun]
        parts.append(f"document @@ ({' && '.join(asked)})")
        values += given
    return _Asked(f"({' OR '.join(parts)})", values, BooleanField())


def _anywhere(query: Query, around: str, output_field: Any) -> _Asked:
    values = list(filter(None, [tsquery(query), f"{query.last}:*" if query.last else ""]))
    return _Asked(around.format(" && ".join(["to_tsquery('entre_pairs_fr', %s)"] * len(values))), values, output_field)
