"""Every write of the reservoir."""

from reservoir.actions.publishing import (
    answer_consent,
    ask_consents,
    lower,
    publish,
    record_organisation_consent,
    take_back_consent,
    withdraw,
)
from reservoir.actions.refusals import (
    ConsentMissing,
    NotReady,
    NotUnderReview,
    Refused,
    TextChanged,
    TooManyLetters,
    UnknownAuthor,
    Withdrawn,
    WrittenMeanwhile,
)
from reservoir.actions.reviewing import ask_review, review
from reservoir.actions.talking import write_to_authors
from reservoir.actions.writing import add_author, create_note, set_facts, show_my_name, write_section

__all__ = [
    "ConsentMissing",
    "NotReady",
    "NotUnderReview",
    "Refused",
    "TextChanged",
    "TooManyLetters",
    "UnknownAuthor",
    "Withdrawn",
    "WrittenMeanwhile",
    "add_author",
    "answer_consent",
    "ask_consents",
    "ask_review",
    "create_note",
    "lower",
    "publish",
    "record_organisation_consent",
    "review",
    "set_facts",
    "show_my_name",
    "take_back_consent",
    "withdraw",
    "write_section",
    "write_to_authors",
]
