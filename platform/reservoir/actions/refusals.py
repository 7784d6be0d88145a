"""What may be refused of a note, each with a sentence for the person who asked."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from reservoir.models import Note, NoteSection


class Refused(Exception):
    """Something that cannot be done now. Its text is a whole sentence, in the language of whoever asked."""


class Withdrawn(Refused):
    """The note was withdrawn: nothing more is written or published of it."""


class WrittenMeanwhile(Refused):
    """Somebody saved the same words after this person opened them; `row` holds what they saved."""

    def __init__(self, row: "NoteSection | Note") -> None:
        self.row = row
        super().__init__(_("Quelqu’un a enregistré ce texte pendant que vous écriviez."))


class NotReady(Refused):
    """What the degree requires is not all written; `missing` names the sections."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__(_("Il manque encore : %(sections)s.") % {"sections": ", ".join(missing)})


class ConsentMissing(Refused):
    """Somebody whose agreement the rung asks for has not given it to these words."""


class QuotesWaiting(Refused):
    """The note holds words of people who have not agreed to be quoted."""


class StillQuoted(Refused):
    """The words said to be rephrased are still there, or the line that says whose they are."""


class TextChanged(Refused):
    """The agreement was about to be given to words that are no longer there."""


class NotUnderReview(Refused):
    """The note is not waiting for a facilitator's reading, or already is."""


class TooManyLetters(Refused):
    """More letters in a day than one person may send to authors."""


class UnknownAuthor(Refused):
    """The person does not follow the path with the authors."""
