"""Words of others in a note: asked, answered, waited for, and never read by anyone without their agreement."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from reservoir.actions import (
    Quote,
    QuotesWaiting,
    StillQuoted,
    add_author,
    answer_quotation,
    ask_consents,
    ask_quoted,
    ask_review,
    lapse_quotations,
    publish,
    rephrase_quotation,
    write_section,
)
from reservoir.models import Note, Quotation
from reservoir.quoting import copied, holding_back
from spaces.models import Visibility
from tests.factories import SpaceFactory, UserFactory
from tests.factories.reservoir import written_note

pytestmark = pytest.mark.django_db

WORDS = "Nous avons attendu deux ans avant d’oser demander les clés de la halle au conseil municipal."


@pytest.fixture
def cohort():
    return SpaceFactory()


@pytest.fixture
def author(cohort, member_of):
    return member_of(cohort, display_name="Claire Martin", organisation=None)


@pytest.fixture
def quoted(cohort, member_of):
    return member_of(cohort, display_name="Paul Petit")


@pytest.fixture
def note(author, cohort):
    return written_note(author, space=cohort)


@pytest.fixture
def quotation(note, author, quoted):
    """Asked, and in the story of the note."""
    message = uuid4()
    row = ask_quoted(note=note, by=author, quotes=[Quote(quoted, WORDS, message, f"/fils/x/#m-{message}")])[0]
    tell(note, author, f'<blockquote><p>{WORDS}</p></blockquote><p>— <a href="https://x.fr/#m-{message}">Paul</a></p>')
    return row


def tell(note: Note, author, html: str) -> None:
    story = note.sections.get(section="story")
    write_section(note=note, section="story", html=html, by=author, base_version=story.version)


def share(note: Note, author):
    version = Note.objects.get(pk=note.pk).version
    return publish(
        note=note, by=author, visibility=Visibility.COHORT, seen_version=version, agree=True, people_agree=True
    )


# --- the words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        WORDS.upper(),
        f"Il l’a dit : {WORDS} Et voilà.",
        WORDS.replace("demander", "demandes"),  # one letter
        WORDS.replace("deux", "trois").replace("halle", "salle"),
        WORDS.replace("é", "e").replace(",", " –"),
        "deux ans avant d’oser demander les clés",
    ],
)
def test_words_changed_here_and_there_are_still_theirs(text):
    assert copied(WORDS, text)


@pytest.mark.parametrize(
    "text",
    ["", "Il a fallu du courage, après une longue attente, pour que la mairie ouvre le lieu.", "Nous avons attendu."],
)
def test_words_of_one_s_own_are_not(text):
    assert not copied(WORDS, text)


def test_a_short_quotation_counts_as_a_whole():
    assert copied("Osez demander !", "Elle disait : osez demander.")
    assert not copied("Osez demander !", "Elle disait d’oser.")
    assert not copied("…", "Rien.")


# --- asking and answering -------------------------------------------------------------------------------------------


def test_each_person_is_asked_once_and_the_author_never(note, author, quoted):
    quotes = [Quote(quoted, WORDS, uuid4(), "/"), Quote(quoted, "Autre chose.", uuid4(), "/"),
              Quote(author, "Les miens.", uuid4(), "/")]  # fmt: skip
    assert len(ask_quoted(note=note, by=author, quotes=quotes)) == 2
    assert ask_quoted(note=note, by=author, quotes=quotes) == []
    assert [row.person for row in Notification.objects.filter(kind="quote_consent")] == [quoted]


def test_nobody_but_an_author_asks(note, quoted):
    with pytest.raises(PermissionDenied):
        ask_quoted(note=note, by=quoted, quotes=[Quote(quoted, WORDS, uuid4(), "/")])


def test_without_an_answer_nobody_else_reads_the_note(note, author, quotation, cohort, member_of):
    for attempt in (
        lambda: share(note, author),
        lambda: ask_review(note=note, by=author),
        lambda: ask_consents(note=note, up_to=Visibility.COHORT, by=author),
        lambda: add_author(note=note, person=member_of(cohort), by=author),
    ):
        with pytest.raises(QuotesWaiting, match="Paul Petit"):
            attempt()


def test_with_her_agreement_it_is_published(note, author, quotation, quoted):
    answer_quotation(quotation=quotation, by=quoted, agree=True)
    assert share(note, author).visibility == Visibility.COHORT
    assert Notification.objects.filter(kind="quote_answered", person=author).count() == 1


def test_a_refusal_holds_it_back(note, author, quotation, quoted):
    answer_quotation(quotation=quotation, by=quoted, agree=False)
    with pytest.raises(QuotesWaiting):
        share(note, author)


def test_nobody_answers_for_somebody_else(quotation, author):
    for other in (author, UserFactory()):
        with pytest.raises(PermissionDenied):
            answer_quotation(quotation=quotation, by=other, agree=True)


# --- without an agreement -------------------------------------------------------------------------------------------


def test_one_letter_is_no_paraphrase(note, author, quotation):
    tell(note, author, f"<p>{WORDS.replace('municipal', 'municipol')}</p>")
    with pytest.raises(StillQuoted):
        rephrase_quotation(quotation=quotation, by=author)


def test_the_line_that_names_her_goes_with_her_words(note, author, quotation):
    tell(note, author, f'<p>Il a fallu oser. — <a href="https://x.fr/#m-{quotation.message}">Paul</a></p>')
    with pytest.raises(StillQuoted):
        rephrase_quotation(quotation=quotation, by=author)


@pytest.mark.parametrize("section", ["story", "summary_plain"])
def test_what_is_rephrased_is_published_once_its_author_says_so(note, author, quotation, section):
    tell(note, author, "<p>Oser demander nous a pris longtemps.</p>")
    with pytest.raises(QuotesWaiting):
        share(note, author)
    rephrase_quotation(quotation=quotation, by=author)
    share(note, author)
    # Her words put back afterwards, anywhere, hold the next edition back.
    row = note.sections.get(section=section)
    write_section(note=note, section=section, html=f"<p>{WORDS}</p>", by=author, base_version=row.version)
    with pytest.raises(QuotesWaiting):
        share(note, author)


def test_only_an_author_says_that_it_is_rephrased(note, author, quotation, quoted):
    tell(note, author, "<p>Oser demander nous a pris longtemps.</p>")
    with pytest.raises(PermissionDenied):
        rephrase_quotation(quotation=quotation, by=quoted)


def test_after_72_hours_the_wait_ends_and_the_author_is_told(quotation, note, author, quoted):
    now = timezone.now()
    assert lapse_quotations(now=now + timedelta(hours=71)) == 0
    assert lapse_quotations(now=now + timedelta(hours=73)) == 1
    assert lapse_quotations(now=now + timedelta(hours=74)) == 0
    assert Notification.objects.filter(kind="quote_lapsed", person=author).count() == 1
    with pytest.raises(QuotesWaiting):
        share(note, author)
    # A late answer counts.
    answer_quotation(quotation=quotation, by=quoted, agree=True)
    share(note, author)


# --- taken back -----------------------------------------------------------------------------------------------------


def test_an_agreement_taken_back_takes_the_note_from_its_readers(note, author, quotation, quoted):
    answer_quotation(quotation=quotation, by=quoted, agree=True)
    share(note, author)
    assert Note.objects.published_to(quoted).count() == 1
    answer_quotation(quotation=quotation, by=quoted, agree=False)
    note.refresh_from_db()
    assert note.state == Note.State.WITHDRAWN
    assert Note.objects.published_to(quoted).count() == 0
    assert Notification.objects.filter(kind="quote_withdrawn", person=author).count() == 1


def test_a_note_that_readers_see_without_these_words_stays(note, author, quotation, quoted):
    answer_quotation(quotation=quotation, by=quoted, agree=True)
    tell(note, author, "<p>Oser demander nous a pris longtemps.</p>")
    share(note, author)
    answer_quotation(quotation=quotation, by=quoted, agree=False)
    note.refresh_from_db()
    assert note.state == Note.State.PUBLISHED
    assert holding_back(note) == [quotation]


# --- the pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(note):
    return reverse("reservoir:quotations", args=[note.pk])


def _one(quotation: Quotation) -> str:
    return reverse("reservoir:quotation", args=[quotation.note_id, quotation.pk])


def test_the_quoted_person_reads_her_words_and_answers_in_one_tap(page, quotation, quoted, sign_in):
    browser = sign_in(quoted)
    shown = browser.get(page).content.decode()
    assert "Claire Martin" in shown
    assert "demander les clés" in shown
    assert browser.post(_one(quotation), {"answer": "agree"}).status_code == 302
    quotation.refresh_from_db()
    assert quotation.state == Quotation.State.GRANTED
    assert "Reprendre mon accord" in browser.get(page).content.decode()
    browser.post(_one(quotation), {"answer": "refuse"})
    quotation.refresh_from_db()
    assert quotation.state == Quotation.State.REFUSED


def test_somebody_else_quoted_in_the_same_note_does_not_see_these_words(
    page, note, author, quotation, member_of, sign_in
):
    other = member_of(note.space)
    ask_quoted(note=note, by=author, quotes=[Quote(other, "Tout autre chose.", uuid4(), "/")])
    browser = sign_in(other)
    assert "demander les clés" not in browser.get(page).content.decode()
    assert browser.post(_one(quotation), {"answer": "agree"}).status_code == 404


def test_the_author_sees_where_each_stands_and_says_what_she_rephrased(page, note, author, quotation, sign_in):
    browser = sign_in(author)
    shown = browser.get(page).content.decode()
    assert "Paul Petit" in shown
    assert "accord demandé" in shown
    assert browser.post(_one(quotation), {"answer": "agree"}).status_code == 404
    assert browser.post(_one(quotation), {"answer": "rephrased"}).status_code == 409
    tell(note, author, "<p>Oser demander nous a pris longtemps.</p>")
    assert browser.post(_one(quotation), {"answer": "rephrased"}).status_code == 302
    assert (
        reverse("reservoir:quotations", args=[note.pk])
        in browser.get(reverse("reservoir:write", args=[note.pk])).content.decode()
    )


def test_the_page_of_sharing_names_those_who_have_not_agreed(note, author, quotation, sign_in):
    url = reverse("reservoir:share", args=[note.pk])
    browser = sign_in(author)
    shown = browser.get(url).content.decode()
    assert "Paul Petit, accord demandé" in shown
    assert "Publier cette note" not in shown
    sent = {"visibility": "cohort", "seen_version": note.version + 1, "agree": "on", "people_agree": "on"}
    response = browser.post(url, sent)
    assert response.status_code == 409
    note.refresh_from_db()
    assert not note.is_published
