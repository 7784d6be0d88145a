"""Fourteen notes, in every state that a note can have."""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from cohorts.models import Cohort
from config.demonstration import words
from config.demonstration.people import Everyone
from config.demonstration.words import Written
from reservoir.actions import create_note, publish, withdraw, write_section
from reservoir.actions.writing import add_author, set_facts, show_my_name
from reservoir.models import Note, NoteConsent
from reservoir.permissions import needs
from richtext import from_text
from spaces.models import Visibility

#: Readers of the notes published long enough to be in a state that comes later.
LATER = {Note.State.STALE, Note.State.ARCHIVED}


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    for number, written in enumerate(words.notes()):
        at = now - timedelta(days=70 - 4 * number)
        note = _write(written, cohort, everyone, at)
        if written.visibility != Visibility.PRIVATE or written.state == Note.State.WITHDRAWN:
            _publish(note, written, everyone, at)
        _stand(note, written, everyone, at)


def _write(written: Written, cohort: Cohort, everyone: Everyone, at: datetime) -> Note:
    author = everyone[written.authors[0]]
    note = create_note(space=cohort.space, author=author, client_id=uuid.uuid4(), title=written.title)
    for section, text in written.sections.items():
        if section != "title":
            write_section(note=note, section=section, html=from_text(text), by=author, base_version=0)
    set_facts(
        note=note,
        by=author,
        base_version=1,
        title=written.title,
        period=f"{date_format(at - timedelta(days=300), 'F Y')} – {date_format(at, 'F Y')}",
        phase=written.phase,
        challenges=written.challenges,
        territory=author.organisation.territory if author.organisation else None,
        contact=author.function,
    )
    for key in written.authors[1:]:
        add_author(note=note, person=everyone[key], by=author)
    for key in written.authors:
        show_my_name(note=note, by=everyone[key], show=True)
    note.refresh_from_db()
    return note


def _publish(note: Note, written: Written, everyone: Everyone, at: datetime) -> None:
    rung = Visibility.NETWORK if written.state == Note.State.WITHDRAWN else Visibility(written.visibility)
    # Agreements are rows of their own: written here rather than asked by letter.
    for need in needs(note, rung):
        NoteConsent.objects.create(
            note=note,
            kind=need.kind,
            person=need.person,
            organisation=need.organisation,
            state=NoteConsent.State.GRANTED,
            up_to=rung,
            version=note.version,
            content_hash=note.content_hash(),
            given_by="" if need.person else "la direction de l’organisation",
            decided_at=at,
            decided_by=need.person,
        )
    release = publish(note=note, by=everyone[written.authors[0]], visibility=rung, seen_version=note.version)
    release.published_at = at
    release.save(update_fields=["published_at"])


def _stand(note: Note, written: Written, everyone: Everyone, at: datetime) -> None:
    author = everyone[written.authors[0]]
    note.refresh_from_db()
    if written.state == Note.State.WITHDRAWN:
        withdraw(note=note, by=author)
        note.refresh_from_db()
    elif written.state == Note.State.UNDER_REVISION:
        section = note.sections.all()[0]
        write_section(
            note=note,
            section=section.section,
            html=section.html + from_text("Une suite est en cours d’écriture."),
            by=author,
            base_version=section.version,
        )
        note.refresh_from_db()
    elif note.state != written.state:
        # The states of review and of age belong to later steps of the workflow than its pages reach.
        note.state = written.state
        note.save(update_fields=["state"])
    for name in ("published_at", "confirmed_at"):
        if getattr(note, name):
            setattr(note, name, at)
    note.created_at, note.updated_at = at - timedelta(days=20), min(at, timezone.now())
    note.save(update_fields=["published_at", "confirmed_at", "created_at", "updated_at"])
