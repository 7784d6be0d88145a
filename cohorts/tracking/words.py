"""How facts are put in order, dated and timed."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
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


def in_hours(hours: Fraction | Decimal) -> str:
    """« 12 h 15 », « 40 h »: hours and minutes as people say them."""
    whole, minutes = divmod(round(hours * 60), 60)
    return f"{whole}\u00a0h" + (f"\u00a0{minutes:02}" if minutes else "")
