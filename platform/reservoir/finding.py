"""Published notes in the index, and how every page of the platform finds them."""

from typing import TYPE_CHECKING

import search
from reservoir.models import Note, NoteRelease
from richtext import to_text

if TYPE_CHECKING:
    from reservoir.models import NoteQuerySet

KIND = "note"


def make_findable(note: Note, release: NoteRelease) -> None:
    """Keep the words of what readers see, never of the draft."""
    words = [to_text(row["html"]) for row in release.sections]
    search.index(
        KIND,
        note.pk,
        title=release.title,
        body="\n".join(words),
        path=f"/notes/{note.pk}/",
        at=note.confirmed_at,
    )


def forget(note: Note) -> None:
    search.remove(KIND, note.pk)


def notes_found(notes: "NoteQuerySet", words: str) -> "NoteQuerySet":
    """Those of `notes` (already `published_to` a reader) that hold every word, best first; the latest without words."""
    found = search.matching(notes.order_by("-confirmed_at", "pk"), KIND, words, newest="confirmed_at")
    return found.order_by("-search_rank", "-confirmed_at", "pk") if words.strip() else found
