"""A facilitator reads a note before it is shared: of the frame only (domain.md 5.5)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.actions import notify, settle
from reservoir.actions.refusals import NotUnderReview
from reservoir.actions.writing import locked, refuse_quotes, writable
from reservoir.models import Note, NoteReview
from reservoir.permissions import can_review
from spaces.models import FACILITATING, Membership
from spaces.permissions import facilitates

#: From where a note can be handed to a facilitator.
REVIEWABLE = (Note.State.DRAFT, Note.State.SELF_CHECK, Note.State.PEER_REVIEW, Note.State.CHANGES_REQUESTED)


@transaction.atomic
def ask_review(*, note: Note, by: User) -> Note:
    """Hand the draft to the facilitators of the cohort, who may read it from now on. Raises NotUnderReview."""
    note = writable(note, by)
    if note.state not in REVIEWABLE:
        raise NotUnderReview(_("Cette note est déjà en relecture, ou n’en a plus besoin."))
    refuse_quotes(note)
    note.state = Note.State.FACILITATOR_REVIEW
    note.save(update_fields=["state"])
    facilitators = Membership.objects.current().filter(space=note.space_id, role__in=FACILITATING)
    for person in {row.person for row in facilitators.select_related("person")} - {by}:
        _tell(note, person, "note_to_review")
    return note


@transaction.atomic
def review(*, note: Note, by: User, respected: bool, words: str = "") -> NoteReview:
    """Say that the frame is respected, or ask for changes and say which. Raises NotUnderReview."""
    note = locked(note)
    if not facilitates(by, note.space):
        raise PermissionDenied
    if not can_review(by, note):
        raise NotUnderReview(_("Cette note n’attend pas, ou plus, votre relecture."))
    note.state = Note.State.ORG_VALIDATION if respected else Note.State.CHANGES_REQUESTED
    note.save(update_fields=["state"])
    made = NoteReview.objects.create(note=note, by=by, version=note.version, respected=respected, words=words)
    settle(person=by, about=("note", [note.pk]))
    for author in note.authors.order_by("pk"):
        _tell(note, author, "note_reviewed", made.pk)
    return made


def _tell(note: Note, person: User, kind: str, about: int | None = None) -> None:
    notify(
        address=person.email,
        kind=kind,
        facts={"note": str(note.pk)},
        dedupe_key=f"{kind}:{note.pk}:{about or note.version}:{person.pk}",
        language=person.language,
        person=person,
        path=reverse("reservoir:write" if kind == "note_reviewed" else "reservoir:note", args=[note.pk]),
        about=("note", note.pk),
    )
