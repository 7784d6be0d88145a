"""How facts are put in order and dated."""

from datetime import date
from unicodedata import normalize

from django.utils.formats import date_format
from django.utils.translation import get_language


def alphabetical(text: str) -> str:
    """A sort key that puts « Évian » beside « Evry », whatever the database does."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


def short(day: date) -> str:
    """« 11 février », « 1er mars »: a nine-month path needs no year."""
    words = date_format(day, "j F")
    return words if day.day > 1 or get_language() == "en" else words.replace("1 ", "1er ", 1)
