"""Whether the words of somebody are still in a note, whatever was changed around them or in them.

A letter changed here and there is no paraphrase: the words count as quoted while eight in a row are the same, or half
of them in runs of three; and while the link that says whose they are is there.
"""

from typing import Final

from reservoir.models import Note, Quotation
from search.words import folded

LONG_RUN: Final = 8
SHORT_RUN: Final = 3
SHARE: Final = 0.5  # of the words quoted


def copied(quoted: str, text: str) -> bool:
    """Are the words of `quoted` in `text`, capitals, accents and signs apart?"""
    words, there = folded(quoted), folded(text)
    if not words:
        return False
    short = min(SHORT_RUN, len(words))
    if _runs(words, min(LONG_RUN, len(words))) & _runs(there, min(LONG_RUN, len(words))):
        return True
    known = _runs(there, short)
    same: set[int] = set()
    for at in range(len(words) - short + 1):
        if tuple(words[at : at + short]) in known:
            same.update(range(at, at + short))
    return len(same) / len(words) >= SHARE


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def stands(quotation: Quotation, note: Note) -> bool:
    """Is it still in the words of the draft, or its link to the message?"""
    sections = list(note.sections.all())
    if any(str(quotation.message) in section.html for section in sections):
        return True
    return copied(quotation.words, "\n".join([note.title, *(section.text for section in sections)]))


def holding_back(note: Note) -> list[Quotation]:
    """The quotes for which the note may not be read by anyone else yet.

    Those without agreement that it still holds; and those that nobody has said to be rephrased or taken out.
    """
    return [
        quotation
        for quotation in note.quotations.select_related("person")
        if quotation.state != Quotation.State.GRANTED
        and (quotation.state != Quotation.State.REPHRASED or stands(quotation, note))
    ]
