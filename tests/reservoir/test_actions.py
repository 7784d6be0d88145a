from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import ActorKind
from reservoir.actions import (
    ConsentMissing,
    NotReady,
    Refused,
    TextChanged,
    UnknownAuthor,
    Withdrawn,
    WrittenMeanwhile,
    add_author,
    answer_consent,
    ask_consents,
    create_note,
    lower,
    publish,
    record_organisation_consent,
    set_facts,
    show_my_name,
    take_back_consent,
    withdraw,
    write_section,
)
from reservoir.models import Licence, Note, NoteConsent, NoteRelease
from richtext import TooLong
from search.models import SearchEntry
from spaces.models import Role, Visibility
from tests.factories import OrganisationFactory, SpaceFactory, UserFactory
from tests.factories.reservoir import note_by, written_note

pytestmark = pytest.mark.django_db

COHORT, NETWORK, PUBLIC = Visibility.COHORT, Visibility.NETWORK, Visibility.PUBLIC


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def author(member_of, space):
    return member_of(space, function="chargée de mission")


def published(note, by, visibility=COHORT, **more):
    """The note on that rung, every agreement given by the ordinary way."""
    if visibility != COHORT:
        for organisation in note.organisations():
            record_organisation_consent(
                note=note, organisation=organisation, by=by, given_by="la directrice, le 3 mars",
                up_to=visibility, seen_version=note.version,
            )  # fmt: skip
    publish(note=note, by=by, visibility=visibility, seen_version=note.version, agree=True, people_agree=True, **more)
    note.refresh_from_db()
    return note


def unchanged(note) -> bool:
    """Is the note the draft it was, with nothing half-published?"""
    note.refresh_from_db()
    return (
        note.visibility == Visibility.PRIVATE
        and note.state == Note.State.DRAFT
        and not NoteRelease.objects.filter(note=note).exists()
        and not note.consents.filter(state=NoteConsent.State.GRANTED).exists()
        and not SearchEntry.objects.exists()
    )


# --- writing ---


def test_a_note_begins_with_its_story(space, author):
    note = create_note(
        space=space, author=author, client_id=uuid4(), title="Une halle", story="<p>Il était <b>une</b> fois</p>"
    )
    assert note.sections.get().section == "story"
    assert note.sections.get().html == "<p>Il était <strong>une</strong> fois</p>"
    assert note.contact == "chargée de mission"


def test_beginning_twice_makes_one_note(space, author):
    once = uuid4()
    first = create_note(space=space, author=author, client_id=once, title="Une halle")
    assert create_note(space=space, author=author, client_id=once, title="Une halle") == first
    assert Note.objects.count() == 1


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.WITNESS, None])
def test_only_who_takes_part_begins_a_note(space, member_of, role):
    person = member_of(space, role) if role else UserFactory()
    with pytest.raises(PermissionDenied):
        create_note(space=space, author=person, client_id=uuid4(), title="Une halle")


def test_words_are_cleaned_whoever_sends_them(author, space):
    note = note_by(author, space=space)
    row = write_section(
        note=note, section="story", html="<p onclick=x>a<script>b</script></p>", by=author, base_version=0
    )
    assert row.html == "<p>a</p>"


def test_an_author_writes_and_others_do_not(author, space, member_of):
    note = note_by(author, space=space)
    write_section(note=note, section="story", html="<p>un</p>", by=author, base_version=0)
    for other in (member_of(space), member_of(space, Role.FACILITATOR), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            write_section(note=note, section="story", html="<p>deux</p>", by=other, base_version=1)
    assert note.sections.get().text == "un"


def test_a_section_saved_meanwhile_is_not_overwritten(author, space, member_of):
    note = note_by(author, member_of(space), space=space)
    write_section(note=note, section="story", html="<p>un</p>", by=author, base_version=0)
    with pytest.raises(WrittenMeanwhile) as refusal:
        write_section(note=note, section="story", html="<p>deux</p>", by=author, base_version=0)
    assert refusal.value.row.text == "un"
    assert note.sections.get().text == "un"


def test_saving_the_same_words_again_is_harmless(author, space):
    note = note_by(author, space=space)
    for _ in range(2):
        write_section(note=note, section="story", html="<p>un</p>", by=author, base_version=0)
    note.refresh_from_db()
    assert (note.sections.get().version, note.version) == (1, 2)


def test_a_text_too_long_is_refused(author, space):
    note = note_by(author, space=space)
    with pytest.raises(TooLong):
        write_section(note=note, section="story", html="x" * 70_000, by=author, base_version=0)
    assert not note.sections.exists()


def test_a_section_of_another_degree_is_refused(author, space):
    note = note_by(author, space=space)
    with pytest.raises(PermissionDenied):
        write_section(note=note, section="indicators", html="<p>un</p>", by=author, base_version=0)


def facts(**changed):
    return {"title": "Une halle", "period": "2024", "phase": "modelling", "challenges": ["skills"], "territory": None,
            "contact": "maire"} | changed  # fmt: skip


def test_facts_saved_meanwhile_are_not_overwritten(author, space):
    note = note_by(author, space=space)
    set_facts(note=note, by=author, base_version=1, **facts())
    with pytest.raises(WrittenMeanwhile):
        set_facts(note=note, by=author, base_version=1, **facts(title="Deux halles"))
    set_facts(note=note, by=author, base_version=1, **facts())
    note.refresh_from_db()
    assert (note.title, note.facts_version) == ("Une halle", 2)


def test_an_author_is_of_the_cohort(author, space, member_of):
    note = note_by(author, space=space)
    mate = member_of(space)
    add_author(note=note, person=mate, by=author)
    add_author(note=note, person=mate, by=author)
    assert note.authorships.count() == 2
    with pytest.raises(UnknownAuthor):
        add_author(note=note, person=UserFactory(), by=author)


# --- publishing ---


def test_a_note_without_consent_is_refused_and_nothing_changes(author, space):
    note = written_note(author, space=space)
    with pytest.raises(ConsentMissing, match=author.name):
        publish(note=note, by=author, visibility=COHORT, seen_version=note.version, people_agree=True)
    assert unchanged(note)
    with pytest.raises(ConsentMissing, match="reconnaître"):
        publish(note=note, by=author, visibility=COHORT, seen_version=note.version, agree=True)
    assert unchanged(note)


def test_an_author_shares_with_the_cohort(author, space):
    note = published(written_note(author, space=space), author)
    assert (note.state, note.visibility) == (Note.State.PUBLISHED, COHORT)
    release = note.releases.get()
    assert (release.edition, release.title) == (1, note.title)
    assert SearchEntry.objects.filter(object_id=note.pk).exists()


def test_each_author_must_agree(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    with pytest.raises(ConsentMissing, match=other.name):
        published(note, author)
    assert unchanged(note)
    [consent] = [each for each in ask_consents(note=note, up_to=COHORT, by=author) if each.person == other]
    answer_consent(consent=consent, by=other, agree=True)
    published(note, author)
    assert note.is_published


def test_a_refusal_is_not_an_agreement(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    [consent] = [each for each in ask_consents(note=note, up_to=COHORT, by=author) if each.person == other]
    answer_consent(consent=consent, by=other, agree=False)
    with pytest.raises(ConsentMissing):
        published(note, author)


def test_nobody_agrees_for_another(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    [consent] = [each for each in ask_consents(note=note, up_to=COHORT, by=author) if each.person == other]
    for person in (author, member_of(space, Role.FACILITATOR), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            answer_consent(consent=consent, by=person, agree=True)


def test_an_agreement_is_to_words_and_ends_with_them(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    consents = ask_consents(note=note, up_to=COHORT, by=author)
    [consent] = [each for each in consents if each.person == other]
    answer_consent(consent=consent, by=other, agree=True)
    write_section(note=note, section="story", html="<p>Tout autre chose.</p>", by=author, base_version=1)
    note.refresh_from_db()
    with pytest.raises(ConsentMissing, match=other.name):
        publish(note=note, by=author, visibility=COHORT, seen_version=note.version, agree=True, people_agree=True)
    assert not note.releases.exists()


def test_nobody_agrees_to_words_she_has_not_read(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    [consent] = [each for each in ask_consents(note=note, up_to=COHORT, by=author) if each.person == other]
    write_section(note=note, section="story", html="<p>Tout autre chose.</p>", by=author, base_version=1)
    with pytest.raises(TextChanged):
        answer_consent(consent=consent, by=other, agree=True)


def test_a_text_changed_since_it_was_read_is_not_published(author, space):
    note = written_note(author, space=space)
    with pytest.raises(TextChanged):
        publish(note=note, by=author, visibility=COHORT, seen_version=0, agree=True, people_agree=True)
    assert unchanged(note)


def test_an_agreement_for_the_cohort_is_none_for_the_network(author, space):
    note = published(written_note(author, space=space), author)
    with pytest.raises(ConsentMissing, match=author.name):
        publish(note=note, by=author, visibility=NETWORK, seen_version=note.version)
    note.refresh_from_db()
    assert note.visibility == COHORT


def test_the_network_needs_the_organisation(author, space):
    note = written_note(author, space=space)
    with pytest.raises(ConsentMissing, match=author.organisation.name):
        publish(note=note, by=author, visibility=NETWORK, seen_version=note.version, agree=True, people_agree=True)
    assert unchanged(note)
    published(note, author, NETWORK)
    assert note.visibility == NETWORK


def test_where_a_referent_can_click_nobody_does_it_for_her(author, space, member_of):
    lead = member_of(space, Role.ORGANISATION_LEAD, organisation=author.organisation)
    stranger = member_of(space, Role.ORGANISATION_LEAD)
    note = written_note(author, space=space)
    with pytest.raises(PermissionDenied):
        record_organisation_consent(
            note=note, organisation=author.organisation, by=author, given_by="moi", up_to=PUBLIC, seen_version=1
        )
    [consent] = [each for each in ask_consents(note=note, up_to=PUBLIC, by=author) if each.organisation]
    assert note in Note.objects.visible_to(lead)
    assert note not in Note.objects.visible_to(stranger)
    with pytest.raises(PermissionDenied):
        answer_consent(consent=consent, by=stranger, agree=True)
    answer_consent(consent=consent, by=lead, agree=True)
    publish(note=note, by=author, visibility=PUBLIC, seen_version=note.version, agree=True, people_agree=True)
    note.refresh_from_db()
    assert note.visibility == PUBLIC


def test_what_is_not_written_is_named(author, space):
    note = note_by(author, space=space)
    with pytest.raises(NotReady) as refusal:
        published(note, author)
    assert "L’essentiel" in refusal.value.missing
    assert "Repères" in refusal.value.missing
    assert unchanged(note)


def test_only_an_author_publishes(author, space, member_of):
    note = written_note(author, space=space)
    for person in (member_of(space), member_of(space, Role.FACILITATOR), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            published(note, person)


@pytest.mark.parametrize("rung", ["private", "session", "peer_group", "partout"])
def test_a_rung_that_is_none_is_refused(author, space, rung):
    with pytest.raises(Refused):
        published(written_note(author, space=space), author, rung)


def test_readers_keep_the_copy_while_authors_rewrite(author, space):
    note = published(written_note(author, space=space), author)
    write_section(note=note, section="story", html="<p>Version nouvelle.</p>", by=author, base_version=1)
    note.refresh_from_db()
    assert note.state == Note.State.UNDER_REVISION
    assert "nouvelle" not in str(note.releases.get().sections)
    published(note, author)
    assert [(each.edition, each.is_current) for each in note.releases.all()] == [(2, True), (1, False)]
    assert "nouvelle" in str(note.releases.get(is_current=True).sections)


def test_the_same_words_higher_up_are_the_same_edition(author, space):
    note = published(written_note(author, space=space), author)
    published(note, author, NETWORK)
    release = note.releases.get()
    assert (release.edition, release.visibility) == (1, NETWORK)


@pytest.mark.parametrize(
    ("kinds", "licence"),
    [
        ([ActorKind.PUBLIC_AUTHORITY], Licence.OPEN),
        ([ActorKind.ASSOCIATION], Licence.CC_BY),
        ([ActorKind.PUBLIC_AUTHORITY, ActorKind.ASSOCIATION], Licence.CC_BY),
    ],
)
def test_the_licence_follows_the_kind_of_the_organisations(space, member_of, kinds, licence):
    authors = [member_of(space, organisation=OrganisationFactory(kind=kind)) for kind in kinds]
    assert written_note(*authors, space=space).chosen_licence() == licence


def test_a_name_goes_out_only_when_its_bearer_says_so(author, space):
    note = published(written_note(author, space=space), author)
    assert author.name not in str(note.releases.get().authors)
    show_my_name(note=note, by=author, show=True)
    assert author.name in str(note.releases.get().authors)
    show_my_name(note=note, by=author, show=False)
    assert author.name not in str(note.releases.get().authors)


def test_showing_ones_name_credits_nobody_who_has_not_agreed(author, space, member_of):
    """Neither an author who came after the release, nor an organisation that was chosen after it."""
    note = published(written_note(author, space=space), author, PUBLIC)
    [before] = note.releases.get().authors
    late = member_of(space, function="élue", organisation=OrganisationFactory(name="Commune de Vallombre"))
    add_author(note=note, person=late, by=author)
    author.organisation = OrganisationFactory(name="Qui n’a rien accepté")
    author.save()
    show_my_name(note=note, by=author, show=True)
    show_my_name(note=note, by=late, show=True)
    assert note.releases.get().authors == [before | {"name": author.name}]


def test_the_database_refuses_readers_to_a_note_never_published(author, space):
    note = note_by(author, space=space)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(visibility=PUBLIC)


# --- the way back ---


def test_coming_down_is_always_possible_and_going_up_that_way_never(author, space):
    note = published(written_note(author, space=space), author, NETWORK)
    lower(note=note, by=author, visibility=COHORT)
    note.refresh_from_db()
    assert note.visibility == COHORT
    assert note.releases.get().visibility == COHORT
    with pytest.raises(Refused):
        lower(note=note, by=author, visibility=PUBLIC)


def test_withdrawing_leaves_no_words_behind(author, space):
    note = published(written_note(author, space=space), author, PUBLIC)
    withdraw(note=note, by=author)
    withdraw(note=note, by=author)
    note.refresh_from_db()
    assert (note.state, note.visibility, note.withdrawn_from) == (Note.State.WITHDRAWN, "private", "public")
    assert not SearchEntry.objects.exists()
    with pytest.raises(Withdrawn):
        write_section(note=note, section="story", html="<p>encore</p>", by=author, base_version=1)
    with pytest.raises(Withdrawn):
        published(note, author)


def test_a_draft_cannot_be_withdrawn(author, space):
    with pytest.raises(Refused):
        withdraw(note=note_by(author, space=space), by=author)


def test_an_author_who_takes_her_agreement_back_takes_the_note_back(author, space, member_of):
    other = member_of(space)
    note = written_note(author, other, space=space)
    [consent] = [each for each in ask_consents(note=note, up_to=COHORT, by=author) if each.person == other]
    answer_consent(consent=consent, by=other, agree=True)
    published(note, author)
    take_back_consent(consent=consent, by=other)
    note.refresh_from_db()
    assert note.state == Note.State.WITHDRAWN


def test_an_organisation_that_takes_its_agreement_back_leaves_the_cohort(author, space, member_of):
    lead = member_of(space, Role.ORGANISATION_LEAD, organisation=author.organisation)
    note = written_note(author, space=space)
    [consent] = [each for each in ask_consents(note=note, up_to=PUBLIC, by=author) if each.organisation]
    answer_consent(consent=consent, by=lead, agree=True)
    publish(note=note, by=author, visibility=PUBLIC, seen_version=note.version, agree=True, people_agree=True)
    take_back_consent(consent=consent, by=lead)
    note.refresh_from_db()
    assert (note.visibility, note.releases.get().visibility) == (COHORT, COHORT)


# --- asking ---


def test_asking_writes_once_to_each_and_says_nothing_of_the_words(
    author, space, member_of, django_capture_on_commit_callbacks
):
    other = member_of(space)
    note = written_note(author, other, space=space, title="Un titre reconnaissable")
    with django_capture_on_commit_callbacks(execute=True):
        ask_consents(note=note, up_to=COHORT, by=author)
        ask_consents(note=note, up_to=COHORT, by=author)
    [letter] = mail.outbox
    assert letter.to == [other.email]
    assert "Texte de" not in letter.body
    assert str(note.pk) in letter.body


def test_nothing_is_asked_for_a_note_that_is_not_ready(author, space):
    with pytest.raises(NotReady):
        ask_consents(note=note_by(author, space=space), up_to=COHORT, by=author)
