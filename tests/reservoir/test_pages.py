import re
from uuid import uuid4

import pytest
from django.urls import reverse

from reservoir.actions import add_author, ask_consents, publish, record_organisation_consent, withdraw, write_section
from reservoir.models import Note, NoteConsent, NoteRelease
from spaces.models import Role, Visibility
from tests.factories import SpaceFactory, UserFactory
from tests.factories.reservoir import note_by, written_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return SpaceFactory()


@pytest.fixture
def author(member_of, space):
    return member_of(space, function="chargée de mission")


def shared(author, space, visibility="cohort", **fields):
    note = written_note(author, space=space, **fields)
    if visibility != "cohort":
        record_organisation_consent(
            note=note, organisation=author.organisation, by=author, given_by="la directrice", up_to=visibility,
            seen_version=note.version,
        )  # fmt: skip
    publish(note=note, by=author, visibility=visibility, seen_version=note.version, agree=True, people_agree=True)
    note.refresh_from_db()
    return note


def path(name, *args):
    return reverse(f"reservoir:{name}", args=args)


def text_of(response) -> str:
    return response.content.decode()


# --- writing ---


def test_an_anecdote_typed_without_javascript_becomes_a_note(author, space, sign_in):
    response = sign_in(author).post(
        path("new", space.pk),
        {"title": "Une halle", "words": "Il était *une* fois\n\n- un\n- deux", "markup": "text", "client_id": uuid4()},
    )
    note = Note.objects.get()
    assert response.headers["Location"] == path("write", note.pk)
    assert note.sections.get().html == "<p>Il était <em>une</em> fois</p><ul><li>un</li><li>deux</li></ul>"


def test_a_note_without_a_title_is_not_begun_and_its_story_stays(author, space, sign_in):
    response = sign_in(author).post(
        path("new", space.pk), {"title": "  ", "words": "Il était une fois", "markup": "text", "client_id": uuid4()}
    )
    assert response.status_code == 422
    assert "Il était une fois" in text_of(response)
    assert not Note.objects.exists()


@pytest.mark.parametrize("title", ["x" * 91, ""])
def test_a_title_too_long_or_empty_is_refused_with_the_form(author, space, sign_in, title):
    sent = {"title": title, "words": "", "markup": "", "client_id": uuid4()}
    response = sign_in(author).post(path("new", space.pk), sent)
    assert response.status_code == 422


def test_a_section_is_saved_and_the_next_one_opens(author, space, sign_in):
    note = note_by(author, space=space)
    response = sign_in(author).post(
        path("section", note.pk, "story"), {"words": "<p>Un <b>jour</b></p>", "markup": "html", "base_version": 0}
    )
    assert response.headers["Location"] == path("section", note.pk, "summary_plain")
    assert note.sections.get().html == "<p>Un <strong>jour</strong></p>"


def test_too_many_words_are_refused_and_all_of_them_stay(author, space, sign_in):
    note = note_by(author, space=space)
    words = " ".join(f"mot{number}" for number in range(61))
    response = sign_in(author).post(
        path("section", note.pk, "first_step"), {"words": words, "markup": "text", "base_version": 0}
    )
    assert response.status_code == 422
    assert "compte 61 mots" in text_of(response)
    assert "mot60" in text_of(response)
    assert not note.sections.exists()


def test_as_many_words_as_the_section_holds_are_saved(author, space, sign_in):
    note = note_by(author, space=space)
    words = "mot " * 60 + ": ; !"
    sent = {"words": words, "markup": "text", "base_version": 0}
    assert sign_in(author).post(path("section", note.pk, "first_step"), sent).status_code == 302


def test_too_many_points_are_refused(author, space, sign_in):
    note = note_by(author, space=space)
    sent = {"words": "- a\n- b\n- c\n- d", "markup": "text", "base_version": 0}
    response = sign_in(author).post(path("section", note.pk, "open_questions"), sent)
    assert response.status_code == 422
    assert "en accepte 3" in text_of(response)


def test_a_text_without_measure_is_refused_with_a_sentence(author, space, sign_in):
    note = note_by(author, space=space)
    sent = {"words": "x" * 70_000, "markup": "text", "base_version": 0}
    response = sign_in(author).post(path("section", note.pk, "story"), sent)
    assert response.status_code == 422
    assert "beaucoup trop long" in text_of(response)


def test_who_saves_second_sees_both_texts_and_may_then_save(author, space, member_of, sign_in):
    other = member_of(space, display_name="Nadia Kessler")
    note = note_by(author, other, space=space)
    write_section(note=note, section="story", html="<p>Le texte de Nadia.</p>", by=other, base_version=0)
    client, address = sign_in(author), path("section", note.pk, "story")

    response = client.post(address, {"words": "Le mien.", "markup": "text", "base_version": 0})
    page = text_of(response)
    assert response.status_code == 409
    assert "Le texte de Nadia." in page
    assert "Le mien." in page
    assert "Nadia Kessler" in page
    assert note.sections.get().text == "Le texte de Nadia."

    [base] = re.findall(r'name="base_version" value="(\d+)"', page)
    assert client.post(address, {"words": "Les deux.", "markup": "text", "base_version": base}).status_code == 302
    assert note.sections.get().text == "Les deux."


def test_facts_saved_second_are_shown_beside_the_first(author, space, sign_in):
    note = written_note(author, space=space)
    Note.objects.filter(pk=note.pk).update(title="Un titre venu d’ailleurs", facts_version=2)
    response = sign_in(author).post(
        path("facts", note.pk),
        {"title": "Mon titre", "period": "2024", "phase": "modelling", "contact": "maire", "base_version": 1},
    )
    assert response.status_code == 409
    assert "Un titre venu d’ailleurs" in text_of(response)
    assert "Mon titre" in text_of(response)


def test_an_address_is_not_a_contact(author, space, sign_in):
    note = written_note(author, space=space)
    sent = {"title": "T", "period": "2024", "phase": "modelling", "contact": "a@exemple.fr", "base_version": 1}
    assert sign_in(author).post(path("facts", note.pk), sent).status_code == 422


def test_a_table_is_not_lost_where_there_is_no_editor(author, space, sign_in):
    note = note_by(author, space=space)
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    write_section(note=note, section="actors", html=table, by=author, base_version=0)
    page = text_of(sign_in(author).get(path("section", note.pk, "actors")))
    assert 'name="markup" value="html"' in page
    assert "&lt;table&gt;" in page


@pytest.mark.parametrize("section", ["indicators", "peers", "documents", "unknown"])
def test_a_section_that_the_degree_does_not_have_is_not_there(author, space, sign_in, section):
    assert sign_in(author).get(path("section", note_by(author, space=space).pk, section)).status_code == 404


# --- sharing ---


def publishing(note, visibility="cohort", **changed):
    return {"visibility": visibility, "seen_version": note.version, "agree": "on", "people_agree": "on"} | changed


def test_an_author_shares_her_note_with_her_cohort(author, space, sign_in, member_of):
    note = written_note(author, space=space)
    mate, elsewhere = member_of(space), member_of(SpaceFactory())
    assert sign_in(mate).get(path("note", note.pk)).status_code == 404
    assert sign_in(author).post(path("share", note.pk), publishing(note)).status_code == 302
    assert "Texte de story." in text_of(sign_in(mate).get(path("note", note.pk)))
    assert sign_in(elsewhere).get(path("note", note.pk)).status_code == 404


@pytest.mark.parametrize("unticked", ["agree", "people_agree"])
def test_a_box_left_empty_publishes_nothing(author, space, sign_in, unticked):
    note = written_note(author, space=space)
    sent = publishing(note)
    del sent[unticked]
    assert sign_in(author).post(path("share", note.pk), sent).status_code == 422
    note.refresh_from_db()
    assert not note.is_published


def test_everyone_needs_one_more_box(author, space, sign_in):
    note = written_note(author, space=space)
    record_organisation_consent(
        note=note, organisation=author.organisation, by=author, given_by="la directrice", up_to="public",
        seen_version=note.version,
    )  # fmt: skip
    response = sign_in(author).post(path("share", note.pk), publishing(note, "public"))
    assert response.status_code == 422
    assert "ne se reprend pas pour les copies déjà faites" in text_of(response)


def test_a_note_published_without_consent_is_refused_with_a_sentence(author, space, sign_in, member_of):
    other = member_of(space, display_name="Nadia Kessler")
    note = written_note(author, other, space=space)
    response = sign_in(author).post(path("share", note.pk), publishing(note))
    assert response.status_code == 409
    assert "Il manque l’accord de" in text_of(response)
    assert "Nadia Kessler" in text_of(response)
    note.refresh_from_db()
    assert not note.is_published
    assert not NoteRelease.objects.exists()
    assert not NoteConsent.objects.filter(state="granted").exists()


def test_a_note_that_is_not_written_is_refused_with_what_is_missing(author, space, sign_in):
    note = note_by(author, space=space)
    response = sign_in(author).post(path("share", note.pk), publishing(note))
    assert response.status_code == 422
    assert "L’essentiel" in text_of(response)


def test_a_note_rewritten_meanwhile_is_not_published(author, space, sign_in):
    note = written_note(author, space=space)
    response = sign_in(author).post(path("share", note.pk), publishing(note, seen_version=note.version + 1))
    assert response.status_code == 409
    assert not NoteRelease.objects.exists()


def test_the_whole_way_to_everyone(author, space, sign_in, member_of, client):
    other = member_of(space)
    note = written_note(author, space=space)
    writing = sign_in(author)
    writing.post(path("authors", note.pk), {"person": other.pk})
    writing.post(path("ask", note.pk), {"visibility": "public"})
    note.refresh_from_db()
    theirs = sign_in(other)
    consent = NoteConsent.objects.get(note=note, person=other)
    assert path("consent", note.pk, consent.pk) in text_of(theirs.get(path("note", note.pk)))
    assert theirs.post(path("consent", note.pk, consent.pk), {"answer": "agree"}).status_code == 302
    for organisation in (author.organisation, other.organisation):
        sent = {"organisation": organisation.pk, "given_by": "la directrice, le 3 mars", "visibility": "public",
                "seen_version": note.version}  # fmt: skip
        assert writing.post(path("organisation", note.pk), sent).status_code == 302
    sent = publishing(note, "public", understood="on")
    assert writing.post(path("share", note.pk), sent).status_code == 302

    page = text_of(client.get(path("note", note.pk)))
    assert "Texte de story." in page
    assert 'rel="license"' in page
    assert author.organisation.name in page
    assert author.name not in page, "a name goes out only when its bearer says so"
    assert author.email not in page


def test_readers_do_not_see_the_draft_of_the_next_edition(author, space, sign_in, client):
    note = shared(author, space, "public")
    write_section(note=note, section="story", html="<p>Encore secret.</p>", by=author, base_version=1)
    for query in ("", "?version=travail"):
        page = text_of(client.get(path("note", note.pk) + query))
        assert "Encore secret." not in page
        assert "Texte de story." in page
    assert "Encore secret." in text_of(sign_in(author).get(path("note", note.pk) + "?version=travail"))


def test_two_doors_open_on_one_text(author, space, client):
    note = shared(author, space, "public")
    first_steps = text_of(client.get(path("note", note.pk) + "?porte=premiers-pas"))
    assert "Texte de first_step." in first_steps
    assert "Texte de turning_points." not in first_steps
    assert "Texte de turning_points." in text_of(client.get(path("note", note.pk)))


def test_a_withdrawn_note_says_so_to_those_who_could_read_it(author, space, client, sign_in):
    note = shared(author, space, "public", title="Un titre reconnaissable")
    withdraw(note=note, by=author)
    response = client.get(path("note", note.pk))
    assert response.status_code == 410
    assert "Note retirée" in text_of(response)
    assert "Un titre reconnaissable" not in text_of(response)
    assert "Texte de story." not in text_of(response)
    assert "Texte de story." in text_of(sign_in(author).get(path("note", note.pk)))


def test_a_note_withdrawn_from_a_cohort_was_never_there_for_others(author, space, client, sign_in, member_of):
    note = shared(author, space)
    withdraw(note=note, by=author)
    assert sign_in(member_of(space)).get(path("note", note.pk)).status_code == 410
    assert client.get(path("note", note.pk)).status_code == 404


def test_going_on_after_withdrawing_is_refused_with_a_sentence(author, space, sign_in):
    note = shared(author, space)
    withdraw(note=note, by=author)
    sent = {"words": "Encore.", "markup": "text", "base_version": 1}
    response = sign_in(author).post(path("section", note.pk, "story"), sent)
    assert response.status_code == 409
    assert "a été retirée" in text_of(response)


def test_a_hostile_row_is_harmless_on_the_page(author, space, client):
    note = shared(author, space, "public")
    release = note.releases.get()
    release.sections = [{"id": "story", "html": "<p>x</p><script>alert(1)</script><p onclick=x>y</p>"}]
    release.save()
    page = text_of(client.get(path("note", note.pk)))
    assert "alert(1)" not in page
    assert "onclick" not in page


# --- a facilitator's reading ---


def test_a_facilitator_reads_a_draft_once_asked_and_answers(author, space, sign_in, member_of):
    note = note_by(author, space=space)
    write_section(note=note, section="story", html="<p>Nous avons essayé.</p>", by=author, base_version=0)
    frame, mate = sign_in(member_of(space, Role.FACILITATOR)), sign_in(member_of(space))
    assert frame.get(path("note", note.pk)).status_code == 404
    sign_in(author).post(path("ask_review", note.pk))
    assert "Nous avons essayé." in text_of(frame.get(path("note", note.pk)))
    assert mate.get(path("note", note.pk)).status_code == 404

    assert frame.post(path("review", note.pk), {"answer": "changes", "words": " "}).status_code == 422
    sent = {"answer": "changes", "words": "Le maire est reconnaissable."}
    assert frame.post(path("review", note.pk), sent).status_code == 302
    assert frame.post(path("review", note.pk), sent).status_code == 409
    assert frame.get(path("note", note.pk)).status_code == 404
    note.refresh_from_db()
    assert note.state == Note.State.CHANGES_REQUESTED
    assert "Le maire est reconnaissable." in text_of(sign_in(author).get(path("write", note.pk)))


def test_nobody_reviews_her_own_note(space, sign_in, member_of):
    facilitator = member_of(space, Role.FACILITATOR)
    note = note_by(facilitator, space=space, state=Note.State.FACILITATOR_REVIEW)
    response = sign_in(facilitator).post(path("review", note.pk), {"answer": "respected"})
    assert response.status_code == 409
    note.refresh_from_db()
    assert note.state == Note.State.FACILITATOR_REVIEW


# --- talking about it ---


def letter(**changed):
    return {"body": "Bonjour, et le loyer ?", "client_id": uuid4()} | changed


def test_a_reader_writes_to_the_authors_whose_addresses_stay_theirs(
    author, space, sign_in, django_capture_on_commit_callbacks, mailoutbox
):
    note = shared(author, space, "public")
    reader = UserFactory(display_name="Yann Le Bihan")
    sent = letter()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            page = sign_in(reader).post(path("talk", note.pk), sent, follow=True)
    assert author.email not in text_of(page)
    [mail] = mailoutbox
    assert mail.to == [author.email]
    assert "loyer" not in mail.subject + mail.body
    assert "et le loyer ?" in text_of(sign_in(author).get(path("note", note.pk)))
    assert "et le loyer ?" not in text_of(sign_in(reader).get(path("note", note.pk)))
    assert note.letters.count() == 1


@pytest.mark.parametrize("body", ["", "   ", "x" * 1001])
def test_a_letter_too_long_or_empty_is_refused(author, space, sign_in, body):
    note = shared(author, space, "public")
    response = sign_in(UserFactory()).post(path("talk", note.pk), letter(body=body))
    assert response.status_code == 422
    assert body.strip() in text_of(response)
    assert not note.letters.exists()


def test_too_many_letters_in_a_day_are_refused(author, space, sign_in):
    note = shared(author, space, "public")
    client = sign_in(UserFactory())
    statuses = [client.post(path("talk", note.pk), letter()).status_code for _ in range(11)]
    assert statuses == [302] * 10 + [429]


# --- finding ---


def test_accents_are_ignored_in_the_reservoir(author, space, client):
    note = shared(author, space, "public", title="Rénover l’école à Brène")
    for words in ("renover", "ÉCOLES", "brene", '"école à brène"'):
        assert path("note", note.pk) in text_of(client.get(path("search"), {"q": words})), words
    assert path("note", note.pk) not in text_of(client.get(path("search"), {"q": "zeppelin"}))


@pytest.mark.parametrize(
    "asked",
    [{"q": '"'}, {"q": "x" * 10_000}, {"page": "10000000000"}, {"page": "-1"}, {"q": "\x00"}, {"phase": "tout"},
     {"enjeu": "'"}, {"q": "le la"}],
)  # fmt: skip
def test_nothing_in_an_address_is_an_error(author, space, client, asked):
    shared(author, space, "public")
    assert client.get(path("search"), asked).status_code == 200


def test_each_reader_finds_what_she_may_read(author, space, client, sign_in, member_of):
    notes = {rung: shared(author, space, rung, title=f"Une halle {rung}") for rung in ("cohort", "network", "public")}
    draft = written_note(author, space=space, title="Une halle en brouillon")
    elsewhere = sign_in(member_of(SpaceFactory()))
    readers = [(client, {"public"}), (sign_in(UserFactory()), {"public"}), (elsewhere, {"public", "network"}),
               (sign_in(member_of(space)), {"public", "network", "cohort"}), (sign_in(author), set(notes))]  # fmt: skip
    for reader, rungs in readers:
        for asked in ({}, {"q": "halle"}):
            page = text_of(reader.get(path("search"), asked))
            assert {rung for rung, note in notes.items() if path("note", note.pk) in page} == rungs
            assert path("note", draft.pk) not in page
            assert f"{len(rungs)} expérience" in page


def test_words_of_a_draft_find_nothing(author, space, client):
    note = shared(author, space, "public")
    write_section(note=note, section="story", html="<p>Zeppelin.</p>", by=author, base_version=1)
    assert path("note", note.pk) not in text_of(client.get(path("search"), {"q": "zeppelin"}))


def test_filters_by_phase_and_challenge(author, space, client):
    one = shared(author, space, "public", phase="modelling", challenges=["skills"])
    two = shared(author, space, "public", phase="spreading", challenges=["digital", "skills"])

    def found(asked):
        page = text_of(client.get(path("search"), asked))
        return {note for note in (one, two) if path("note", note.pk) in page}

    assert found({"phase": "modelling"}) == {one}
    assert found({"phase": ["modelling", "spreading"]}) == {one, two}
    assert found({"enjeu": "digital"}) == {two}
    assert found({"enjeu": "skills"}) == {one, two}
    assert found({"enjeu": "skills", "phase": "spreading"}) == {two}
    assert found({"enjeu": "evaluation"}) == set()


def test_an_empty_reservoir_invites(client):
    assert "attend sa première expérience" in text_of(client.get(path("search")))


def test_the_notes_of_a_cohort_show_words_to_readers_and_titles_to_facilitators(author, space, sign_in, member_of):
    written_note(author, space=space, title="Le brouillon de Camille")
    shared(author, space, title="La note partagée")
    member, facilitator = sign_in(member_of(space)), sign_in(member_of(space, Role.FACILITATOR))
    mine, theirs, frame = (
        text_of(each.get(path("of_space", space.pk))) for each in (sign_in(author), member, facilitator)
    )
    assert all("La note partagée" in page for page in (mine, theirs, frame))
    assert "Le brouillon de Camille" in mine
    assert "Le brouillon de Camille" in frame
    assert "Le brouillon de Camille" not in theirs


@pytest.mark.parametrize("name", ["search", "of_space", "search_words"])
def test_a_list_costs_the_same_with_one_note_and_with_three(
    author, space, sign_in, member_of, django_assert_max_num_queries, name
):
    reader = sign_in(member_of(space, Role.FACILITATOR))
    address = path("of_space", space.pk) if name == "of_space" else path("search")
    asked = {"q": "texte"} if name == "search_words" else {}

    def cost() -> int:
        with django_assert_max_num_queries(30) as queries:
            assert reader.get(address, asked).status_code == 200
        return len(queries)

    shared(author, space, "public")
    written_note(author, space=space)
    reader.get(address, asked)
    one = cost()
    for _ in range(2):
        other = member_of(space)
        add_author(note=shared(other, space, "public"), person=author, by=other)
        written_note(other, author, space=space)
    assert cost() == one


def test_a_note_costs_the_same_with_one_section_and_author_and_with_many(
    author, space, sign_in, member_of, django_assert_max_num_queries
):
    short, long = (
        written_note(author, space=space),
        written_note(author, member_of(space), member_of(space), space=space),
    )
    for note in (short, long):
        ask_consents(note=note, up_to=Visibility.COHORT, by=author)
    for section in ("actors", "financing"):
        write_section(note=long, section=section, html="<p>x</p>", by=author, base_version=0)
    client = sign_in(author)
    counts = []
    for note in (short, short, long):
        with django_assert_max_num_queries(30) as queries:
            client.get(path("note", note.pk))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_no_page_calls_an_experience_a_good_practice(author, space, sign_in):
    note = shared(author, space, "public")
    client = sign_in(author)
    for address in (path("search"), path("of_space", space.pk), path("note", note.pk), path("write", note.pk),
                    path("share", note.pk), path("new", space.pk)):  # fmt: skip
        assert "bonne pratique" not in text_of(client.get(address)).lower()
