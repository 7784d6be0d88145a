"""« En parler »: a reader writes to the authors of a note."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.actions import notify
from reservoir.actions.refusals import TooManyLetters
from reservoir.actions.writing import locked
from reservoir.models import Note, NoteLetter
from reservoir.permissions import can_talk_to_authors

LETTERS_A_DAY = 10


@transaction.atomic
def write_to_authors(*, note: Note, sender: User, body: str, client_id: UUID) -> NoteLetter:
    """Keep a letter for the authors, once per `client_id`, and tell each of them that it is there.

    The mail says that somebody wrote, not what. Raises TooManyLetters.
    """
    note = locked(note)
    if not can_talk_to_authors(sender, note):
        raise PermissionDenied
    if already := NoteLetter.objects.filter(sender=sender, client_id=client_id).first():
        return already
    since = timezone.now() - timedelta(days=1)
    if NoteLetter.objects.filter(sender=sender, created_at__gt=since).count() >= LETTERS_A_DAY:
        raise TooManyLetters(
            _("Vous avez écrit à des auteurs %(count)d fois en un jour : attendez demain pour la suivante.")
            % {"count": LETTERS_A_DAY}
        )
    letter = NoteLetter.objects.create(note=note, sender=sender, body=body, client_id=client_id)
    for author in note.authors.order_by("pk"):
        notify(
            address=author.email,
            kind="note_letter",
            facts={"note": str(note.pk), "letter": str(letter.pk)},
            dedupe_key=f"note-letter:{letter.pk}:{author.pk}",
            language=author.language,
            person=author,
            path=reverse("reservoir:note", args=[note.pk]),
            by=sender,
            about=("note", note.pk),
        )
    return letter
