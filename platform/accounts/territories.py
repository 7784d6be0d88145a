"""Finding a territory by what a person types: part of a name, a postcode, a code."""

import re
import unicodedata

#: Words that people put before the name, or leave out: both sides of a comparison lose them.
_LEADING = {"l", "la", "le", "les", "d", "de", "du", "des"}
_LEADING |= {"cc", "ca", "cu", "communaute", "communes", "agglomeration", "urbaine"}
_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def fold(text: str) -> str:
    """Lower case, no accent, one space between words."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(_SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", text))


def key(name: str) -> str:
    """The search key of a name, or of the beginning of one: « L’Abergement » and « abergement » have the same."""
    words = fold(name).split()
    while len(words) > 1 and words[0] in _LEADING:
        words = words[1:]
    return " ".join(words)
