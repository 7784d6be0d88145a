"""Quoting people in a note: asking them, their answer, and what an author does without it (domain.md 5.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.actions import tell, tell_many
from reservoir.actions.publishing import take_from_readers
from reservoir.actions.refusals import StillQuoted
from reservoir.actions.writing import locked, writable
from reservoir.models import Note, Quotation
from reservoir.quoting import copied, stands
from richtext import to_text

#: How long somebody has to answer before her words are to be rephrased or taken out.
PATIENCE = timedelta(hours=72)


@dataclass(frozen=True)
class Quote:
    """Words of a message, and whose."""

    person: User
    words: str
    message: UUID
    path: str


def page_of(note: Note) -> str:
    return reverse("reservoir:quotations", args=[note.pk])


@transaction.atomic
def ask_quoted(*, note: Note, by: User, quotes: Iterable[Quote]) -> list[Quotation]:
    """Ask each person quoted, but the author herself, whether her words may stand in the note. Once per message."""
    note = writable(note, by)
    asked = []
    for quote in quotes:
        if quote.person == by:
            continue
        quotation, created = Quotation.objects.get_or_create(
            note=note,
            message=quote.message,
            defaults={"person": quote.person, "asked_by": by, "words": quote.words, "path": quote.path},
        )
        if created:
            asked.append(quotation)
    for person in {quotation.person for quotation in asked if quotation.person}:
        tell(
            person=person,
            kind="quote_consent",
            path=page_of(note),
            facts={"note": str(note.pk), "who": by.name},
            dedupe_key=f"quote-consent:{note.pk}:{asked[0].pk}",
            by=by,
            about=("quotations", note.pk),
        )
    return asked


@transaction.atomic
def answer_quotation(*, quotation: Quotation, by: User, agree: bool) -> Quotation:
    """Agree to be quoted, or not; an answer may be changed, and a late one counts.

    Taken back after the note was published with these words, it takes the note from its readers, like any agreement.
    """
    note = locked(quotation.note)
    quotation = Quotation.objects.select_for_update(of=("self",)).get(pk=quotation.pk)
    if quotation.person_id != by.pk:
        raise PermissionDenied
    answer = Quotation.State.GRANTED if agree else Quotation.State.REFUSED
    if quotation.state == answer:
        return quotation
    quotation.state, quotation.answered_at = answer, timezone.now()
    quotation.save(update_fields=["state", "answered_at"])
    withdrawn = not agree and _is_read(quotation, note)
    if withdrawn:
        take_from_readers(note)
    _tell_authors(note, "quote_withdrawn" if withdrawn else "quote_answered", quotation)
    return quotation


def _is_read(quotation: Quotation, note: Note) -> bool:
    """Do readers see these words now?"""
    release = note.releases.filter(is_current=True).first() if note.is_published else None
    if release is None:
        return False
    html = [str(row["html"]) for row in release.sections]
    linked = any(str(quotation.message) in each for each in html)
    return linked or copied(quotation.words, "\n".join([release.title, *map(to_text, html)]))


def _tell_authors(note: Note, kind: str, quotation: Quotation) -> None:
    tell_many(
        people=note.authors.order_by("pk"),
        kind=kind,
        path=page_of(note),
        facts={
            "note": str(note.pk),
            "who": quotation.person.name if quotation.person else "",
            "agrees": quotation.state == Quotation.State.GRANTED,
        },
        dedupe_key=f"{kind}:{quotation.pk}:{quotation.state}",
        about=("quotations", note.pk),
    )


@transaction.atomic
def rephrase_quotation(*, quotation: Quotation, by: User) -> Quotation:
    """Have an author say that she has put it in her own words, or taken it out. Raises StillQuoted when it is there."""
    note = writable(quotation.note, by)
    quotation = Quotation.objects.select_for_update(of=("self",)).get(pk=quotation.pk)
    if stands(quotation, note):
        raise StillQuoted(
            _("Ces mots sont encore dans la note, ou le lien vers leur message : reformulez-les avec vos mots à vous.")
        )
    quotation.state, quotation.answered_at = Quotation.State.REPHRASED, timezone.now()
    quotation.save(update_fields=["state", "answered_at"])
    return quotation


@transaction.atomic
def lapse_quotations(*, now: datetime, gone: Iterable[UUID] = ()) -> int:
    """End the wait for those asked too long ago, and for the quotations `gone`; their authors are told. How many?"""
    waiting = Quotation.objects.filter(state=Quotation.State.ASKED)
    due = waiting.filter(asked_at__lte=now - PATIENCE) | waiting.filter(pk__in=list(gone))
    rows = Quotation.objects.select_for_update(of=("self",)).filter(pk__in=due.values("pk")).order_by("pk")
    ended = 0
    for quotation in rows.select_related("note", "person"):
        quotation.state, quotation.answered_at = Quotation.State.LAPSED, now
        quotation.save(update_fields=["state", "answered_at"])
        _tell_authors(quotation.note, "quote_lapsed", quotation)
        ended += 1
    return ended
