"""The few words around what was found, for the page that shows it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from search.words import Query, folded, read, stem

_WORD: Final = re.compile(r"[^\W_]+")
#: What may follow a stem of four letters or more in forms of one word, as PostgreSQL's stemmer reads French.
_ENDINGS: Final = frozenset(
    "e s x es ee ees er ez ent ons ant ante ants antes ait ais aient a ai as era erait eront ation ations ement".split()  # noqa: SIM905
) | {""}
AROUND: Final = 70  # characters before the first word found
LENGTH: Final = 220


@dataclass(frozen=True)
class Piece:
    """A run of characters; `found` when they are what was looked for."""

    text: str
    found: bool = False


def holds(text: str, words: str) -> bool:
    """Is every word of `words` in `text`, as the engines would have it? For short texts, read in one by one."""
    query = read(words)
    there = folded(text)
    stems = {stem(word) for word in there}
    return (
        bool(query)
        and all(stem(word) in stems for word in query.words)
        and all(_in_a_row(phrase, there) for phrase in query.phrases)
        and (not query.last or any(_begun(word, query.last) for word in there))
    )


def named(name: str, words: str) -> bool:
    """Does each word of `words` begin a word of `name`? None are in no name."""
    asked, there = folded(words), folded(name)
    return bool(asked) and all(any(word.startswith(each) for word in there) for each in asked)


def _in_a_row(phrase: tuple[str, ...], words: list[str]) -> bool:
    asked, there = [stem(word) for word in phrase], [stem(word) for word in words]
    return any(there[at : at + len(asked)] == asked for at in range(len(there)))


def _begun(word: str, last: str) -> bool:
    return word.startswith(last) or stem(word).startswith(stem(last))


def excerpt(text: str, words: str, *, length: int = LENGTH) -> list[Piece]:
    """At most `length` characters of `text` from just before the first word found, cut into pieces."""
    query = read(words)
    text = " ".join(text.split())
    first = next((found.start() for found in _WORD.finditer(text) if _is_asked(found.group(), query)), 0)
    start = text.find(" ", first - AROUND) + 1 if first > AROUND else 0
    end = start + length
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + length // 2)
    return [
        *([Piece("… ")] if start else []),
        *marked(text[start:end], words),
        *([Piece(" …")] if end < len(text) else []),
    ]


def marked(text: str, words: str) -> list[Piece]:
    """The whole of `text`, cut where words found begin and end."""
    query = read(words)
    pieces, done = [], 0
    for found in _WORD.finditer(text):
        if _is_asked(found.group(), query):
            if found.start() > done:
                pieces.append(Piece(text[done : found.start()]))
            pieces.append(Piece(found.group(), found=True))
            done = found.end()
    return [*pieces, Piece(text[done:])] if done < len(text) else pieces


@lru_cache(maxsize=4096)  # a page asks again and again of « de » and « la »
def _is_asked(written: str, query: Query) -> bool:
    asked = [*query.words, *(word for phrase in query.phrases for word in phrase), *filter(None, [query.last])]
    return any(
        any(_akin(word, each) for each in asked) or bool(query.last and _begun(word, query.last))
        for word in folded(written)
    )


def _akin(word: str, asked: str) -> bool:
    """Forms of one word: the same stem, or two French endings on what they have in common."""
    if stem(word) == stem(asked):
        return True
    return any(
        word[:cut] == asked[:cut] and word[cut:] in _ENDINGS and asked[cut:] in _ENDINGS
        for cut in range(4, min(len(word), len(asked)) + 1)
    )
