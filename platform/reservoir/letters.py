"""What people are told of quotations, as it stands when they read it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from notifications import news
from notifications.news import News
from reservoir.models import NoteAuthor, Quotation

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.models import Notification

TO_THE_QUOTED = ("quote_consent",)
TO_AUTHORS = ("quote_answered", "quote_lapsed", "quote_withdrawn")


def register() -> None:
    news.register(TO_THE_QUOTED + TO_AUTHORS, describe)


def describe(person: "User", rows: "list[Notification]") -> dict[UUID, News]:
    """The quoted person may know while she has not answered, the authors while they are."""
    notes = {row.about_id for row in rows}
    waiting = Quotation.objects.filter(note__in=notes, person=person, state=Quotation.State.ASKED)
    asked = set(waiting.values_list("note", flat=True))
    written = set(NoteAuthor.objects.filter(note__in=notes, person=person).values_list("note", flat=True))
    return {
        row.pk: News(_sentence(row), row.path, row.created_at)
        for row in rows
        if row.about_id in (asked if row.kind in TO_THE_QUOTED else written)
    }


def _sentence(row: "Notification") -> str:
    who = {"who": row.facts["who"] or _("Une personne partie")}
    if row.kind == "quote_consent":
        return _("%(who)s vous demande si vos mots peuvent être cités dans une note") % who
    if row.kind == "quote_lapsed":
        return _("%(who)s n’a pas répondu : ses mots sont à reformuler ou à retirer de votre note") % who
    if row.kind == "quote_withdrawn":
        return _("%(who)s ne souhaite plus être cité·e : votre note est retirée à ses lecteurs") % who
    if row.facts["agrees"]:
        return _("%(who)s accepte d’être cité·e dans votre note") % who
    return _("%(who)s ne souhaite pas être cité·e : ses mots sont à reformuler ou à retirer de votre note") % who
