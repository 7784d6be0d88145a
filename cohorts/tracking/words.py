"""How facts are put in order."""

from unicodedata import normalize


def alphabetical(text: str) -> str:
    """A sort key that puts « Évian » beside « Evry », whatever the database does."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
