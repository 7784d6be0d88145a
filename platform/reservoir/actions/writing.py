"""Writing a note: its beginning, its sections, its facts, its authors."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Territory, User
from reservoir.actions.refusals import QuotesWaiting, UnknownAuthor, Withdrawn, WrittenMeanwhile
from reservoir.models import Note, NoteAuthor, NoteSection
from reservoir.permissions import can_begin, can_write, is_author
from reservoir.quoting import holding_back
from reservoir.sections import BY_ID, HIDDEN, OPENING, SECTIONS
from richtext import clean_html, to_text
from spaces.models import Space
from spaces.permissions import takes_part

_POSITIONS = {section.id: position for position, section in enumerate(SECTIONS)}


def locked(note: Note) -> Note:
    """The note as it is now, held until the transaction ends."""
    return Note.objects.select_for_update(of=("self",)).select_related("space").get(pk=note.pk)


def writable(note: Note, by: User) -> Note:
    """The locked note, for one of its authors. Raises PermissionDenied, or Withdrawn when it is gone."""
    note = locked(note)
    if not is_author(by, note):
        raise PermissionDenied
    if not can_write(by, note):
        raise Withdrawn(_("Cette note a été retirée : elle ne peut plus être modifiée."))
    return note


def refuse_quotes(note: Note) -> None:
    """Raise QuotesWaiting while the note holds words of people who have not agreed to be quoted."""
    if waiting := holding_back(note):
        names = dict.fromkeys(quote.person.name if quote.person else _("une personne partie") for quote in waiting)
        raise QuotesWaiting(
            _(
                "Cette note cite des mots sans l’accord de : %(who)s. "
                "Attendez leur réponse, reformulez-les ou retirez-les."
            )
            % {"who": ", ".join(names)}
        )


def _touch(note: Note, *fields: str) -> None:
    """The words have changed: a new version, to which nobody has agreed yet; readers keep the last release."""
    note.version += 1
    note.updated_at = timezone.now()
    if note.state in {Note.State.PUBLISHED, Note.State.STALE}:
        note.state = Note.State.UNDER_REVISION
    note.save(update_fields=["version", "updated_at", "state", *fields])


@transaction.atomic
def create_note(
    *,
    space: Space,
    author: User,
    client_id: UUID,
    title: str,
    story: str = "",
    degree: str = Note.Degree.TELL,
) -> Note:
    """Begin a note in a cohort, once per `client_id`, with the story its author tells (HTML) if she has begun to."""
    if not can_begin(author, space):
        raise PermissionDenied
    if already := Note.objects.filter(created_by=author, client_id=client_id).first():
        return already
    organisation = author.organisation
    note = Note.objects.create(
        space=space,
        created_by=author,
        client_id=client_id,
        title=title,
        degree=degree,
        territory_id=organisation.territory_id if organisation else None,
        contact=author.function,
    )
    NoteAuthor.objects.create(note=note, person=author)
    html = clean_html(story)
    if text := to_text(html):
        NoteSection.objects.create(
            note=note, section=OPENING, html=html, text=text, position=_POSITIONS[OPENING], updated_by=author
        )
    return note


@transaction.atomic
def write_section(*, note: Note, section: str, html: str, by: User, base_version: int) -> NoteSection:
    """Replace the words of one section by `html`.

    `base_version` is that of the words which the author had before her, 0 for none. Raises WrittenMeanwhile when
    somebody saved others since; saving the same words again changes nothing. `richtext.TooLong` when there are
    too many.
    """
    html = clean_html(html)  # before the lock, and whoever calls: nothing unclean is stored
    if BY_ID[section].needed(note.degree) == HIDDEN:
        raise PermissionDenied
    note = writable(note, by)
    row = NoteSection.objects.filter(note=note, section=section).first()
    if row is None:
        row = NoteSection(note=note, section=section, position=_POSITIONS[section], version=0)
    if row.html == html:
        return row
    if row.version != base_version:
        raise WrittenMeanwhile(row)
    row.html, row.text = html, to_text(html)
    row.version += 1
    row.updated_at, row.updated_by = timezone.now(), by
    row.save()
    _touch(note)
    return row


@transaction.atomic
def set_facts(
    *,
    note: Note,
    by: User,
    base_version: int,
    title: str,
    period: str,
    phase: str,
    challenges: list[str],
    territory: Territory | None,
    contact: str,
) -> Note:
    """Set the title and « Repères ». Raises WrittenMeanwhile when somebody set others since `base_version`."""
    note = writable(note, by)
    facts = {
        "title": title,
        "period": period,
        "phase": phase,
        "challenges": challenges,
        "territory": territory,
        "contact": contact,
    }
    if all(getattr(note, name) == value for name, value in facts.items()):
        return note
    if note.facts_version != base_version:
        raise WrittenMeanwhile(note)
    for name, value in facts.items():
        setattr(note, name, value)
    note.facts_version += 1
    _touch(note, "facts_version", *facts)
    return note


@transaction.atomic
def add_author(*, note: Note, person: User, by: User) -> NoteAuthor:
    """Write with somebody of the same cohort; adding twice is harmless. Her agreement is asked like the others'.

    Raises QuotesWaiting: who did not agree to be quoted is read by nobody new.
    """
    note = writable(note, by)
    if not takes_part(person, note.space):
        raise UnknownAuthor(_("Cette personne ne fait pas partie de la cohorte."))
    refuse_quotes(note)
    authorship, created = NoteAuthor.objects.get_or_create(
        note=note, person=person, defaults={"position": note.authorships.count()}
    )
    if created:
        # Her organisation may change the licence, her agreement is missing: no one has agreed to this yet.
        _touch(note)
    return authorship


@transaction.atomic
def show_my_name(*, note: Note, by: User, show: bool) -> NoteAuthor:
    """Let one's own name out with the note, or keep it back, in what readers see now too.

    Only the name: who else has joined the authors since, and what became of their organisations, waits for the next
    release and its agreements.
    """
    note = locked(note)
    authorship = NoteAuthor.objects.filter(note=note, person=by).first()
    if authorship is None:
        raise PermissionDenied
    authorship.show_name = show
    authorship.save(update_fields=["show_name"])
    if release := note.releases.filter(is_current=True).first():
        # Authors are added at the end: those of the release are the first ones, in the same order.
        for row, line in zip(note.authorships.order_by("position", "pk"), release.authors, strict=False):
            if row.person_id == by.pk:
                line["name"] = by.name if show else ""
        release.save(update_fields=["authors"])
    return authorship


def credits_of(note: Note) -> list[dict[str, str]]:
    """The credit line as data: each author's function and organisation, the name where she agreed to it."""
    return [
        {
            "name": row.person.name if row.show_name else "",
            "function": row.person.function,
            "organisation": row.person.organisation.name if row.person.organisation else "",
        }
        for row in note.authorships.select_related("person__organisation").order_by("position", "pk")
    ]
