"""Agreements, publishing, and the way back (domain.md 5.4, 5.5; reliability.md threat 11)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from notifications.actions import notify, settle
from reservoir.actions.refusals import ConsentMissing, NotReady, Refused, TextChanged, Withdrawn
from reservoir.actions.writing import credits_of, locked, refuse_quotes, writable
from reservoir.finding import forget, make_findable
from reservoir.models import Note, NoteConsent, NoteRelease
from reservoir.permissions import RUNGS, Need, can_answer, is_author, leads_of, needs
from spaces.models import Visibility


def _rung(visibility: str) -> Visibility:
    if visibility not in RUNGS:
        raise Refused(_("Ce cercle de lecture n’existe pas."))
    return Visibility(visibility)


def _hold(note: Note, need: Need, *, up_to: str, content_hash: str, **facts: object) -> NoteConsent:
    """The row of this agreement to these words, up to this rung."""
    consent = need.consent or NoteConsent(note=note, kind=need.kind, person=need.person, organisation=need.organisation)
    if consent._state.adding:
        consent.up_to, consent.content_hash = up_to, content_hash
    consent.version = note.version
    for name, value in facts.items():
        setattr(consent, name, value)
    consent.save()
    return consent


@transaction.atomic
def ask_consents(*, note: Note, up_to: str, by: User) -> list[NoteConsent]:
    """Ask everyone whose agreement the rung needs and has not: each author, each organisation's referents.

    Who has already agreed to these words, up to this rung, is not asked again; who refused is.
    """
    note = writable(note, by)
    rung = _rung(up_to)
    if missing := note.missing():
        raise NotReady(missing)
    refuse_quotes(note)
    content_hash = note.content_hash()
    asked = []
    for need in needs(note, rung):
        if need.met or need.kind == NoteConsent.Kind.PERSON:
            continue
        consent = _hold(
            note,
            need,
            up_to=rung,
            content_hash=content_hash,
            state=NoteConsent.State.REQUESTED,
            given_by="",
            requested_at=timezone.now(),
            decided_at=None,
            decided_by=None,
        )
        asked.append(consent)
        for person in [need.person] if need.person else leads_of(note, need.organisation):  # type: ignore[arg-type]
            if person.pk != by.pk:
                notify(
                    address=person.email,
                    kind="note_consent",
                    facts={"note": str(note.pk), "person": str(person.pk)},
                    dedupe_key=f"note-consent:{consent.pk}:{note.version}:{rung}:{person.pk}",
                    language=person.language,
                    person=person,
                    path=reverse("reservoir:note", args=[note.pk]),
                    by=by,
                    about=("note", note.pk),
                )
    return asked


@transaction.atomic
def answer_consent(*, consent: NoteConsent, by: User, agree: bool) -> NoteConsent:
    """Give or refuse the agreement one was asked for.

    Raises TextChanged when the words are no longer those it was asked for: nobody agrees to what she has not read.
    """
    note = locked(consent.note)
    consent = NoteConsent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    consent.note = note
    if not can_answer(by, consent):
        raise PermissionDenied
    if note.state == Note.State.WITHDRAWN:
        raise Withdrawn(_("Cette note a été retirée."))
    if note.content_hash() != consent.content_hash:
        raise TextChanged(
            _("Le texte a changé depuis que cet accord vous a été demandé : ses auteurs doivent vous le redemander.")
        )
    consent.state = NoteConsent.State.GRANTED if agree else NoteConsent.State.REFUSED
    consent.decided_at, consent.decided_by = timezone.now(), by
    consent.save(update_fields=["state", "decided_at", "decided_by"])
    settle(person=by, about=("note", [note.pk]))
    return consent


@transaction.atomic
def record_organisation_consent(
    *, note: Note, organisation: Organisation, by: User, given_by: str, up_to: str, seen_version: int
) -> NoteConsent:
    """Note down the agreement of an organisation that has nobody here to give it, and who gave it.

    Only an author may, and only where no referent can click for herself.
    """
    note = writable(note, by)
    rung = _rung(up_to)
    if note.version != seen_version:
        raise TextChanged(_("Le texte a changé depuis que vous l’avez ouvert : relisez-le avant de répondre."))
    need = next((each for each in needs(note, rung) if each.organisation == organisation), None)
    if need is None or leads_of(note, organisation):
        raise PermissionDenied
    return _hold(
        note,
        need,
        up_to=rung,
        content_hash=note.content_hash(),
        state=NoteConsent.State.GRANTED,
        given_by=given_by,
        decided_at=timezone.now(),
        decided_by=by,
    )


@transaction.atomic
def publish(
    *, note: Note, by: User, visibility: str, seen_version: int, agree: bool = False, people_agree: bool = False
) -> NoteRelease:
    """Let readers of a rung see the note as it is: one transaction that asks every agreement again.

    `agree` is the click of the author who publishes; `people_agree` her word that every person one could recognise
    agrees. Nothing changes when something is missing: NotReady, ConsentMissing, TextChanged.
    """
    note = writable(note, by)
    rung = _rung(visibility)
    if note.version != seen_version:
        raise TextChanged(_("Le texte a changé depuis que vous l’avez ouvert : relisez-le avant de publier."))
    if missing := note.missing():
        raise NotReady(missing)
    # The rows of the agreements are held too: one taken back at the same moment comes before or after, never between.
    list(note.consents.select_for_update(of=("self",)))
    refuse_quotes(note)
    content_hash = note.content_hash()
    given = {
        "state": NoteConsent.State.GRANTED,
        "decided_at": timezone.now(),
        "decided_by": by,
    }
    absent = []
    for need in needs(note, rung):
        if need.met:
            continue
        if (need.person == by and agree) or (need.kind == NoteConsent.Kind.PERSON and people_agree):
            _hold(note, need, up_to=rung, content_hash=content_hash, **given)
        else:
            absent.append(_who(need))
    if absent:
        raise ConsentMissing(
            _("La note n’est pas publiée. Il manque l’accord de : %(who)s.") % {"who": ", ".join(absent)}
        )
    release = _release(note, rung, content_hash, by)
    note.state = Note.State.PUBLISHED
    note.visibility, note.licence = rung, release.licence
    note.published_at = note.confirmed_at = release.published_at
    note.save(update_fields=["state", "visibility", "licence", "published_at", "confirmed_at"])
    make_findable(note, release)
    return release


def _who(need: Need) -> str:
    if need.person:
        return need.person.name
    return need.organisation.name if need.organisation else _("les personnes que l’on peut reconnaître")


def _release(note: Note, rung: Visibility, content_hash: str, by: User) -> NoteRelease:
    """The copy for this rung: the current one moved there when its words are the same, a new edition otherwise."""
    content = note.content()
    current = note.releases.filter(is_current=True).first()
    if current and current.content_hash == content_hash:
        current.visibility, current.published_by = rung, by
        current.authors = credits_of(note)
        current.published_at = timezone.now()
        current.save(update_fields=["visibility", "published_by", "authors", "published_at"])
        return current
    note.releases.filter(is_current=True).update(is_current=False)
    last = note.releases.order_by("-edition").first()
    return NoteRelease.objects.create(
        note=note,
        edition=last.edition + 1 if last else 1,
        version=note.version,
        content_hash=content_hash,
        title=note.title,
        period=note.period,
        phase=note.phase,
        challenges=note.challenges,
        territory_id=note.territory_id,
        contact=note.contact,
        sections=content["sections"],
        authors=credits_of(note),
        visibility=rung,
        licence=content["licence"],
        published_by=by,
    )


@transaction.atomic
def lower(*, note: Note, by: User, visibility: str) -> Note:
    """Come down the ladder: always possible, for readers to come. To nobody at all is `withdraw`."""
    note = writable(note, by)
    rung = _rung(visibility)
    if rung.rung >= Visibility(note.visibility).rung:
        raise Refused(_("La note n’est pas visible au-delà de ce cercle."))
    _stand(note, rung)
    return note


def _stand(note: Note, rung: Visibility) -> None:
    note.visibility = rung
    note.save(update_fields=["visibility"])
    note.releases.filter(is_current=True).update(visibility=rung)


@transaction.atomic
def withdraw(*, note: Note, by: User) -> Note:
    """Take the note back from its readers: a tombstone stays, its words leave the index. Twice is harmless."""
    note = locked(note)
    if not is_author(by, note):
        raise PermissionDenied
    if note.state == Note.State.WITHDRAWN:
        return note
    if not note.is_published:
        raise Refused(_("Personne d’autre que ses auteurs ne lit cette note : il n’y a rien à retirer."))
    take_from_readers(note)
    return note


def take_from_readers(note: Note) -> None:
    """Leave a tombstone of a held and published note, and its words in no index."""
    note.withdrawn_from, note.withdrawn_at = note.visibility, timezone.now()
    note.visibility, note.state = Visibility.PRIVATE, Note.State.WITHDRAWN
    note.save(update_fields=["withdrawn_from", "withdrawn_at", "visibility", "state"])
    forget(note)


@transaction.atomic
def take_back_consent(*, consent: NoteConsent, by: User) -> NoteConsent:
    """Take one's agreement back, and at once what it allowed: an author's, the note; an organisation's, the network.

    Every agreement of the same person or organisation to this note goes with it, whatever the words.
    """
    note = locked(consent.note)
    consent = NoteConsent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    consent.note = note
    if not can_answer(by, consent):
        raise PermissionDenied
    now = timezone.now()
    note.consents.filter(kind=consent.kind, person=consent.person_id, organisation=consent.organisation_id).exclude(
        state=NoteConsent.State.REFUSED
    ).update(state=NoteConsent.State.WITHDRAWN, decided_at=now, decided_by=by)
    consent.refresh_from_db(fields=["state", "decided_at", "decided_by"])
    if note.is_published and consent.kind == NoteConsent.Kind.AUTHOR:
        withdraw(note=note, by=by)
    elif Visibility(note.visibility).rung > Visibility.COHORT.rung:
        _stand(note, Visibility.COHORT)
    return consent
