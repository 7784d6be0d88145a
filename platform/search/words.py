"""What someone typed, as words that both engines understand."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

#: Read of one query: enough for any sentence, little enough for any engine.
MAX_CHARACTERS: Final = 400
MAX_WORDS: Final = 12

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_WORD: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(r'["«»“”]')

#: The words of PostgreSQL's French stop list that `unaccent` leaves recognisable: it drops them, so do we.
STOP_WORDS: Final = frozenset(
    """au aux avec ce ces dans de des du elle en et eux il je la le leur lui ma mais me mes moi mon ne nos notre nous
    on ou par pas pour qu que qui sa se ses son sur ta te tes toi ton tu un une vos votre vous c d j l m n s t y suis
    es est sommes sont serai seras sera serons serez seront serais serait serions seriez seraient fus fut furent sois
    soit soyons soyez soient fusse fusses fussions fussiez fussent ayant ayante ayantes ayants eu eue eues eus ai as
    avons avez ont aurai auras aura aurons aurez auront aurais aurait aurions auriez auraient avais avait avions aviez
    avaient eut eurent aie aies ait ayons ayez aient eusse eusses eussions eussiez eussent a""".split()  # noqa: SIM905
)


def folded(text: str) -> list[str]:
    """The words of `text`, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def stem(word: str) -> str:
    """A word without the marks of French plural and feminine: enough to find « cantines » by « cantine »."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux") and len(word) > 4:
        return word[:-3] + "al"
    word = word[:-1] if word[-1] in "sx" else word
    return word.rstrip("e") if len(word.rstrip("e")) >= 3 else word


@dataclass(frozen=True)
class Query:
    """Words and phrases that must all be there; `last` is a word that may be unfinished."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    last: str

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases or self.last)


def read(text: str) -> Query:
    """The query in what was typed: never an error, whatever the text."""
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    # Between two quotes is a phrase; an opening quote without its closing one is just punctuation.
    pieces = _PIECE.split(text[:MAX_CHARACTERS])
    ends_in_quotes = len(pieces) % 2 == 1 and len(pieces) > 1 and not pieces[-1].strip()
    budget = MAX_WORDS
    for place, piece in enumerate(pieces):
        found = folded(piece)[:budget]
        budget -= len(found)
        if place % 2 and place < len(pieces) - 1 and len(found) > 1:
            if any(word not in STOP_WORDS for word in found):
                phrases.append(tuple(found))
        else:
            words += found
    last = ""
    if words and not ends_in_quotes:
        last = words.pop()
    said = tuple(dict.fromkeys(word for word in words if word not in STOP_WORDS))
    return Query(words=said, phrases=tuple(phrases), last="" if last in STOP_WORDS else last)
