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
from reservoir.actions.quoting import (
    Quote,
    answer_quotation,
    ask_quoted,
    lapse_quotations,
    rephrase_quotation,
)
from reservoir.actions.refusals import (
    ConsentMissing,
    NotReady,
    NotUnderReview,
    QuotesWaiting,
    Refused,
    StillQuoted,
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
    "Quote",
    "QuotesWaiting",
    "Refused",
    "StillQuoted",
    "TextChanged",
    "TooManyLetters",
    "UnknownAuthor",
    "Withdrawn",
    "WrittenMeanwhile",
    "add_author",
    "answer_consent",
    "answer_quotation",
    "ask_consents",
    "ask_quoted",
    "ask_review",
    "create_note",
    "lapse_quotations",
    "lower",
    "publish",
    "record_organisation_consent",
    "rephrase_quotation",
    "review",
    "set_facts",
    "show_my_name",
    "take_back_consent",
    "withdraw",
    "write_section",
    "write_to_authors",
]
