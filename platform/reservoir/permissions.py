"""Questions about notes: who writes, who reads a draft, who must agree, and who may say so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Organisation
from reservoir.models import Note, NoteConsent
from spaces.models import FACILITATING, Membership, Role, Space, Visibility
from spaces.permissions import holds, takes_part

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import Anyone

#: The rungs on which a note can be published, lowest first.
RUNGS = (Visibility.COHORT, Visibility.NETWORK, Visibility.PUBLIC)


def can_begin(user: "Anyone", space: Space) -> bool:
    return takes_part(user, space)


def is_author(user: "Anyone", note: Note) -> bool:
    return user.is_authenticated and any(row.person_id == user.pk for row in note.authorships.all())


def can_write(user: "Anyone", note: Note) -> bool:
    """Its authors, even after they left the cohort; nobody once it is withdrawn (domain.md 8.2.12: authors only)."""
    return is_author(user, note) and note.state != Note.State.WITHDRAWN


def reads_draft(user: "Anyone", note: Note) -> bool:
    """May `user` read the words being written, not only what was published?"""
    if is_author(user, note):
        return True
    if not user.is_authenticated or note.state == Note.State.WITHDRAWN:
        return False
    if note.state == Note.State.FACILITATOR_REVIEW and holds(user, FACILITATING, note.space):
        return True
    return any(
        consent.kind == NoteConsent.Kind.ORGANISATION
        and consent.state in {NoteConsent.State.REQUESTED, NoteConsent.State.GRANTED}
        and consent.version == note.version
        and consent.organisation_id == user.organisation_id
        for consent in note.consents.all()
    ) and holds(user, (Role.ORGANISATION_LEAD,), note.space)


def leads_of(note: Note, organisation: Organisation) -> "list[User]":
    """Who may agree for an organisation: its referents in the note's cohort."""
    held = Membership.objects.current().filter(
        space=note.space_id, role=Role.ORGANISATION_LEAD, person__organisation=organisation
    )
    return [membership.person for membership in held.select_related("person")]


def can_review(user: "Anyone", note: Note) -> bool:
    """A facilitator of the cohort, while its authors ask for it, and never of her own note."""
    return (
        note.state == Note.State.FACILITATOR_REVIEW
        and not is_author(user, note)
        and holds(user, FACILITATING, note.space)
    )


def can_talk_to_authors(user: "Anyone", note: Note) -> bool:
    """Whoever is signed in and reads a published note may write to its authors, who are not herself."""
    return (
        user.is_authenticated
        and not is_author(user, note)
        and Note.objects.published_to(user).filter(pk=note.pk).exists()
    )


def can_answer(user: "Anyone", consent: NoteConsent) -> bool:
    """May `user` give, refuse or take back this agreement? An author hers, a referent her organisation's."""
    if not user.is_authenticated:
        return False
    if consent.kind == NoteConsent.Kind.AUTHOR:
        return consent.person_id == user.pk
    return (
        consent.kind == NoteConsent.Kind.ORGANISATION
        and consent.organisation_id == user.organisation_id
        and holds(user, (Role.ORGANISATION_LEAD,), consent.note.space)
    )


@dataclass(frozen=True)
class Need:
    """One agreement that a rung asks for, and the row that answers it for the words as they are now."""

    kind: str
    person: "User | None"
    organisation: Organisation | None
    consent: NoteConsent | None
    met: bool
    #: Was it given once, for other words or a lower rung?
    outdated: bool

    @property
    def state(self) -> str:
        return self.consent.state if self.consent else ""


def needs(note: Note, visibility: str) -> list[Need]:
    """Every agreement that publishing `note` on this rung asks for (domain.md 5.4), met or not."""
    rung = Visibility(visibility)
    content_hash = note.content_hash()
    consents = list(note.consents.all())
    found: list[Need] = []

    def need(kind: str, person: "User | None" = None, organisation: Organisation | None = None) -> None:
        theirs = [
            each
            for each in consents
            if each.kind == kind
            and each.person_id == (person.pk if person else None)
            and each.organisation_id == (organisation.pk if organisation else None)
        ]
        covering = next((each for each in theirs if each.covers(content_hash, rung)), None)
        asked = next((each for each in theirs if each.content_hash == content_hash and each.up_to == rung), None)
        outdated = not covering and any(each.state == NoteConsent.State.GRANTED for each in theirs)
        found.append(Need(kind, person, organisation, covering or asked, covering is not None, outdated))

    if rung.rung >= Visibility.COHORT.rung:
        for authorship in note.authorships.all():
            need(NoteConsent.Kind.AUTHOR, person=authorship.person)
        need(NoteConsent.Kind.PERSON)
    if rung.rung >= Visibility.NETWORK.rung:
        for organisation in note.organisations():
            need(NoteConsent.Kind.ORGANISATION, organisation=organisation)
    return found
