"""How facts are put in order and timed."""

from decimal import Decimal
from fractions import Fraction
from unicodedata import normalize


def alphabetical(text: str) -> str:
    """A sort key that puts « Évian » beside « Evry », whatever the database does."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


def in_hours(hours: Fraction | Decimal) -> str:
    """« 12 h 15 », « 40 h »: hours and minutes as people say them."""
    whole, minutes = divmod(round(hours * 60), 60)
    return f"{whole}\u00a0h" + (f"\u00a0{minutes:02}" if minutes else "")
