"""One truth on three pages: the board, one's own page, the sponsor's counts."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cohorts import tracking
from cohorts.models import MilestoneDone
from spaces.models import Role
from tests.factories import MembershipFactory, UserFactory
from tests.factories.cohorts import (
    CharterAcceptanceFactory,
    CohortFactory,
    EnrolmentFactory,
    MilestoneDoneFactory,
    MilestoneFactory,
)
from tests.factories.reservoir import note_by
from tests.factories.workshops import CommitmentFactory, EventFactory
from workshops.models import Attendance, Commitment, Event

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate()
State = Attendance.State


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def joined(cohort):
    def make(role=Role.PARTICIPANT, **fields):
        person = UserFactory(**fields)
        MembershipFactory(space=cohort.space, person=person, role=role, joined_at=NOW - timedelta(days=100))
        CharterAcceptanceFactory(space=cohort.space, person=person)
        return person

    return make


@pytest.fixture
def open_page(cohort, sign_in):
    """`open_page(person, "board")`: the main part of the page."""

    def make(person, name):
        response = sign_in(person).get(reverse(f"cohorts:{name}", args=[cohort.pk]))
        assert response.status_code == 200
        return re.search(r"<main.*</main>", response.content.decode(), re.S)[0]

    return make


def words(html):
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html))


def past(cohort, days=-10, **fields):
    return EventFactory(space=cohort.space, kind=Event.Kind.WORKSHOP, starts_at=NOW + timedelta(days=days), **fields)


def lively(cohort, joined, people=6):
    """A cohort where something can be said about everything."""
    persons = [joined(display_name=f"Personne Numéro{index}") for index in range(people)]
    for person in persons:
        EnrolmentFactory(cohort=cohort, organisation=person.organisation)
        CommitmentFactory(person=person, space=cohort.space, due=TODAY - timedelta(days=2), what=f"Essai {person.pk}")
        note_by(person, space=cohort.space, title=f"Note {person.pk}")
    Commitment.objects.filter(person=persons[0]).update(outcome="dropped")
    event = past(cohort)
    for index, person in enumerate(persons):
        Attendance.objects.create(event=event, person=person, state=State.ABSENT if index == 0 else State.PRESENT)
    milestone = MilestoneFactory(cohort=cohort, title="Feuille de route")
    MilestoneDoneFactory(milestone=milestone, organisation=persons[0].organisation)
    return persons


# --- the board and one's own page ---------------------------------------------------------------------------


def test_a_person_reads_about_herself_what_her_facilitator_reads(cohort, joined, open_page):
    person, other = joined(display_name="Nadia Kessler"), joined(display_name="Yann Le Bihan")
    for days, state in ((-30, State.PRESENT), (-20, State.PARTIAL), (-10, State.EXCUSED)):
        event = past(cohort, days, title=f"Rencontre {-days}")
        Attendance.objects.create(event=event, person=person, state=state)
        Attendance.objects.create(event=event, person=other, state=State.PRESENT)
    commitment = CommitmentFactory(
        person=person, space=cohort.space, due=TODAY - timedelta(days=1), outcome="changed", learned="Écouter d’abord."
    )
    EnrolmentFactory(cohort=cohort, organisation=person.organisation)
    milestone = MilestoneFactory(cohort=cohort, due=TODAY - timedelta(days=3))
    note = note_by(person, space=cohort.space, title="Une halle, trois votes")

    board, mine = words(open_page(joined(role=Role.FACILITATOR), "board")), words(open_page(person, "mine"))

    standing = tracking.milestone_table(cohort, TODAY).lines[0].standings[0]
    for fact in (
        "1 sur 3, et 1 en partie",
        "présent·e",
        "en partie",
        "absence annoncée",
        commitment.what,
        "j’ai changé d’idée\u00a0: «\u00a0Écouter d’abord.\u00a0»",
        milestone.title,
        standing.words,
        note.title,
        "brouillon",
    ):
        assert fact in board
        assert fact in mine
    assert "3 sur 3" in board
    assert "3 sur 3" not in mine
    assert other.name not in mine


def test_a_private_commitment_is_hers_alone(cohort, joined, open_page):
    person = joined()
    CommitmentFactory(person=person, space=cohort.space, what="Demander une augmentation", visibility="private")
    assert "Demander une augmentation" in open_page(person, "mine")
    assert "Demander une augmentation" not in open_page(joined(role=Role.FACILITATOR), "board")


def test_a_due_commitment_leads_to_where_its_outcome_is_told(cohort, joined, open_page):
    person = joined()
    commitment = CommitmentFactory(person=person, space=cohort.space)
    assert reverse("workshops:commitment", args=[commitment.pk]) in open_page(person, "mine")


def test_no_percentage_stands_on_any_page(cohort, joined, open_page):
    person = lively(cohort, joined)[1]
    for reader, name in ((joined(role=Role.FACILITATOR), "board"), (person, "mine"), (joined(Role.SPONSOR), "sponsor")):
        assert "%" not in words(open_page(reader, name))


def test_the_board_cannot_be_sorted_or_filtered(cohort, joined, sign_in):
    lively(cohort, joined)
    client = sign_in(joined(role=Role.FACILITATOR))
    url = reverse("cohorts:board", args=[cohort.pk])
    plain = client.get(url).content
    assert client.get(url, {"sort": "presence", "o": "-1", "order": "absent"}).content.count(b"<tr>") == plain.count(
        b"<tr>"
    )
    names = re.findall(rb'<th scope="row">(Personne[^<]*)', plain)
    assert names == re.findall(rb'<th scope="row">(Personne[^<]*)', client.get(url, {"sort": "presence"}).content)


def test_an_empty_cohort_has_its_pages(cohort, joined, open_page):
    assert "Le tableau se remplira" in open_page(joined(role=Role.FACILITATOR), "board")
    assert "Pas encore assez" in open_page(joined(role=Role.SPONSOR), "sponsor")
    assert "rien de noté" in open_page(joined(), "mine")


# --- the sponsor's page -------------------------------------------------------------------------------------


def test_sponsor_and_facilitator_read_the_same_bytes(cohort, joined, open_page):
    lively(cohort, joined)
    sponsor, facilitator = joined(role=Role.SPONSOR), joined(role=Role.FACILITATOR)
    without_tabs = [
        re.sub(r'<nav class="tabs".*?</nav>', "", open_page(person, "sponsor"), flags=re.S)
        for person in (sponsor, facilitator)
    ]
    assert without_tabs[0] == without_tabs[1]


def test_the_sponsor_reads_counts(cohort, joined, open_page):
    lively(cohort, joined)
    page = words(open_page(joined(role=Role.SPONSOR), "sponsor"))
    assert "5 sur 6 en moyenne" in page
    assert "1 sur 6 Engagements partagés" in page
    assert re.search(r"Feuille de route .*? 1 sur 6", page)
    assert "Brouillon 6" in page
    assert "6 organisations" in page


def test_no_person_is_named_to_the_sponsor(cohort, joined, sign_in):
    persons = lively(cohort, joined)
    facilitator = joined(role=Role.FACILITATOR, display_name="Solène Marchal")
    response = sign_in(joined(role=Role.SPONSOR, display_name="Commanditaire"))
    html = response.get(reverse("cohorts:sponsor", args=[cohort.pk])).content.decode()
    for person in (*persons, facilitator):
        assert person.name not in html
        assert person.first_name not in html
        assert str(person.pk) not in html
        assert person.email not in html
    assert "Note " not in html.replace("Notes", "")


def test_nothing_is_said_of_fewer_than_five_people_or_three_organisations(cohort, joined, open_page):
    lively(cohort, joined, people=2)
    page = words(open_page(joined(role=Role.SPONSOR), "sponsor"))
    assert page.count("Pas encore assez") == 4
    assert " sur 2" not in page
    assert "participantes et participants" not in page


def test_an_event_with_fewer_than_five_noted_people_does_not_count(cohort, joined):
    persons = lively(cohort, joined)
    before = tracking.SponsorView.of(cohort, NOW).attendance
    few = past(cohort, -5)
    for person in persons[:4]:
        Attendance.objects.create(event=few, person=person, state=State.ABSENT)
    assert tracking.SponsorView.of(cohort, NOW).attendance == before


@pytest.mark.parametrize(("state", "told"), [(State.PRESENT, "au moins 9 sur 10"), (State.ABSENT, "moins de 1 sur 10")])
def test_what_everyone_did_is_told_as_a_band(cohort, joined, state, told):
    lively(cohort, joined)
    Attendance.objects.update(state=state)
    assert tracking.SponsorView.of(cohort, NOW).attendance.words == told


# --- noting -------------------------------------------------------------------------------------------------


def test_a_facilitator_notes_who_came(cohort, joined, sign_in):
    came, missed = joined(), joined()
    event = past(cohort)
    client = sign_in(joined(role=Role.FACILITATOR))
    url = reverse("cohorts:attendance", args=[cohort.pk, event.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {f"person-{came.pk}": "present", f"person-{missed.pk}": "absent"})
    assert answer.url == reverse("cohorts:board", args=[cohort.pk]) + "#presences"
    assert dict(Attendance.objects.values_list("person", "state")) == {came.pk: "present", missed.pk: "absent"}


def test_an_unknown_state_is_refused_and_the_rest_is_still_there(cohort, joined, sign_in):
    came, missed = joined(), joined()
    event = past(cohort)
    url = reverse("cohorts:attendance", args=[cohort.pk, event.pk])
    answer = sign_in(joined(role=Role.FACILITATOR)).post(
        url, {f"person-{came.pk}": "present", f"person-{missed.pk}": "confirmed"}
    )
    assert answer.status_code == 422
    assert re.search(rf'name="person-{came.pk}" value="present"[^>]*checked', answer.content.decode())
    assert not Attendance.objects.exists()


def test_nothing_is_noted_of_what_has_not_begun(cohort, joined, sign_in):
    person = joined()
    event = past(cohort, 5)
    client = sign_in(joined(role=Role.FACILITATOR))
    url = reverse("cohorts:attendance", args=[cohort.pk, event.pk])
    assert "n’a pas encore commencé" in client.get(url).content.decode()
    answer = client.post(url, {f"person-{person.pk}": "present"})
    assert answer.status_code == 409
    assert "n’a pas encore commencé" in answer.content.decode()
    assert not Attendance.objects.exists()


def test_an_event_of_another_cohort_is_not_there(cohort, joined, sign_in):
    event = past(CohortFactory())
    url = reverse("cohorts:attendance", args=[cohort.pk, event.pk])
    assert sign_in(joined(role=Role.FACILITATOR)).get(url).status_code == 404


def test_a_facilitator_notes_a_milestone(cohort, joined, sign_in):
    organisation = EnrolmentFactory(cohort=cohort).organisation
    milestone = MilestoneFactory(cohort=cohort)
    client = sign_in(joined(role=Role.FACILITATOR))
    url = reverse("cohorts:milestone", args=[cohort.pk, milestone.pk])
    assert organisation.name in client.get(url).content.decode()
    assert client.post(url, {"organisations": [organisation.pk]}).status_code == 302
    assert MilestoneDone.objects.get().organisation == organisation
    assert "checked" in client.get(url).content.decode()
    assert client.post(url, {"organisations": ["pas-une-organisation"]}).status_code == 422
    assert MilestoneDone.objects.count() == 1
    assert client.post(url, {}).status_code == 302
    assert not MilestoneDone.objects.exists()


# --- cost ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"), [("board", Role.FACILITATOR), ("mine", Role.PARTICIPANT), ("sponsor", Role.SPONSOR)]
)
def test_pages_cost_the_same_with_more_of_everything(cohort, joined, sign_in, name, role):
    viewer = joined(role=role)
    EnrolmentFactory(cohort=cohort, organisation=viewer.organisation)
    client = sign_in(viewer)
    url = reverse(f"cohorts:{name}", args=[cohort.pk])

    def cost(rows):
        for row in range(rows):
            for person in (viewer, joined()):
                EnrolmentFactory(cohort=cohort, organisation=person.organisation) if person != viewer else None
                CommitmentFactory(person=person, space=cohort.space)
                note_by(person, space=cohort.space)
                event = past(cohort, -10 - row)
                Attendance.objects.create(event=event, person=person, state=State.PRESENT)
            milestone = MilestoneFactory(cohort=cohort)
            MilestoneDoneFactory(milestone=milestone, organisation=viewer.organisation)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert cost(1) == cost(3)


def test_forms_cost_the_same_with_more_people(cohort, joined, sign_in):
    event, milestone = past(cohort), MilestoneFactory(cohort=cohort)
    client = sign_in(joined(role=Role.FACILITATOR))
    urls = [
        reverse("cohorts:attendance", args=[cohort.pk, event.pk]),
        reverse("cohorts:milestone", args=[cohort.pk, milestone.pk]),
    ]

    def cost(rows):
        for _ in range(rows):
            EnrolmentFactory(cohort=cohort, organisation=joined().organisation)
        with CaptureQueriesContext(connection) as queries:
            for url in urls:
                assert client.get(url).status_code == 200
        return len(queries)

    assert cost(1) == cost(3)
