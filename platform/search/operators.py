"""« de: », « dans: », « avant: », « après: » in what someone typed, and the words that remain."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from search.words import MAX_CHARACTERS, folded

AUTHOR: Final = "de"
PLACE: Final = "dans"
BEFORE: Final = "avant"
AFTER: Final = "apres"

_OPERATOR: Final = re.compile(
    r"""(?<!\S)(?P<name>de|dans|avant|apr[eè]s)\s?:\s?(?:"(?P<quoted>[^"]*)"|«\s*(?P<french>[^»]*)»|(?P<bare>\S*))""",
    re.IGNORECASE,
)
_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
#: Dates that every engine and every time zone can hold.
_YEARS: Final = range(1900, 2200)


@dataclass(frozen=True)
class Typed:
    """The words, and what each operator was given, as typed."""

    words: str
    authors: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.words or self.narrows)

    @property
    def narrows(self) -> bool:
        return bool(self.authors or self.places or self.before or self.after)


def read_operators(text: str) -> Typed:
    """Never an error, whatever the text."""
    typed = Typed(words="")
    given = {AUTHOR: typed.authors, PLACE: typed.places, BEFORE: typed.before, AFTER: typed.after}

    def take(found: re.Match[str]) -> str:
        value = found["quoted"] or found["french"] or found["bare"] or ""
        given["".join(folded(found["name"]))].append(value.strip().strip('"«»“”').strip())
        return " "

    words = " ".join(_OPERATOR.sub(take, text[:MAX_CHARACTERS].replace("\x00", " ")).split())
    return Typed(words, typed.authors, typed.places, typed.before, typed.after)


def read_date(value: str) -> date | None:
    """A day as one writes it in France or in an address; None when it is none."""
    for form in _FORMATS:
        try:
            day = datetime.strptime(value, form).date()
        except ValueError:
            continue
        return day if day.year in _YEARS else None
    return None
