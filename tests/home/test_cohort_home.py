"""The home of a cohort: what comes next, what one has to do, and what is not for the sponsor."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Cohort
from discussions.actions import open_direct, post_message
from discussions.actions.moderation import hide_message
from discussions.models import Channel, Message
from home.cohort import steps
from reservoir.models import Note
from spaces.models import Membership, Role
from tests.factories import MembershipFactory, UserFactory
from tests.factories.cohorts import (
    ApplicationFactory,
    CharterAcceptanceFactory,
    CohortFactory,
    EnrolmentFactory,
    MilestoneDoneFactory,
    MilestoneFactory,
)
from tests.factories.reservoir import note_by
from tests.factories.workshops import CommitmentFactory, EventFactory, PeerGroupFactory
from workshops.methods import SeatRole
from workshops.models import Attendance, CodevSession, Commitment, Event, Seat

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate()


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def joined(cohort):
    """`joined(role=…, since=days)`: somebody who is in the cohort and has accepted its charter."""

    def make(role=Role.PARTICIPANT, since=100, **fields):
        person = UserFactory(**fields)
        MembershipFactory(space=cohort.space, person=person, role=role, joined_at=NOW - timedelta(days=since))
        CharterAcceptanceFactory(space=cohort.space, person=person)
        return person

    return make


@pytest.fixture
def read(cohort, sign_in):
    """`read(person)`: the words of the page, tags and line breaks left out."""

    def make(person):
        response = sign_in(person).get(reverse("home:cohort", args=[cohort.pk]))
        assert response.status_code == 200
        main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", main))

    return make


def test_who_has_not_accepted_the_charter_reads_it_first(cohort, member_of, sign_in):
    response = sign_in(member_of(cohort.space)).get(reverse("home:cohort", args=[cohort.pk]))
    assert response.url == reverse("cohorts:charter", args=[cohort.pk])


def test_who_has_left_does_not_know_of_it_any_more(cohort, joined, sign_in):
    person = joined()
    Membership.objects.update(left_at=NOW)
    assert sign_in(person).get(reverse("home:cohort", args=[cohort.pk])).status_code == 404


def test_the_next_event_stands_first_with_its_place(cohort, joined, read):
    EventFactory(space=cohort.space, title="Plus tard", starts_at=NOW + timedelta(days=20))
    EventFactory(space=cohort.space, title="Bientôt", place="Salle des fêtes", mode="onsite")
    page = read(joined())
    assert page.index("Bientôt") < page.index("Ce que j’ai à faire")
    assert "Salle des fêtes" in page
    assert "dans 3 jours" in page


def test_a_cancelled_event_is_not_what_comes_next(cohort, joined, read):
    EventFactory(space=cohort.space, title="Annulée", state=Event.State.CANCELLED)
    assert "Aucune rencontre n’est prévue" in read(joined())


def test_a_session_of_another_group_is_not_mine(cohort, joined, read):
    group = PeerGroupFactory(parent=cohort.space)
    EventFactory(space=group, title="Le sujet de Claire", kind=Event.Kind.CODEV)
    mine, other = joined(), joined()
    MembershipFactory(space=group, person=mine)
    assert "Le sujet de Claire" in read(mine)
    assert "Le sujet de Claire" not in read(other)


def test_a_session_that_ones_group_took_over_stands_once(cohort, joined, read):
    group = PeerGroupFactory(parent=cohort.space)
    EventFactory(space=cohort.space, title="De la cohorte", kind=Event.Kind.CODEV, template_ref="C3")
    EventFactory(
        space=group, title="De mon groupe", kind=Event.Kind.CODEV, template_ref="C3", starts_at=NOW + timedelta(days=5)
    )
    mine, other = joined(), joined()
    MembershipFactory(space=group, person=mine)
    assert "De mon groupe" in read(mine)
    assert "De la cohorte" in read(other)


def session_now(cohort, client, consultant, state="running"):
    event = EventFactory(
        space=cohort.space,
        kind=Event.Kind.CODEV,
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW - timedelta(minutes=5),
    )
    session = CodevSession.objects.create(
        event=event, state=state, step="expose", step_started_at=NOW - timedelta(minutes=9)
    )
    Seat.objects.create(session=session, person=client, role=SeatRole.CLIENT)
    Seat.objects.create(session=session, person=consultant, role=SeatRole.CONSULTANT)
    return event


def test_a_running_session_says_so_and_opens_its_door_even_past_its_hour(cohort, joined, read, sign_in):
    client, consultant = joined(display_name="Claire Aubert"), joined()
    event = session_now(cohort, client, consultant)
    page = read(consultant)
    assert "La séance est en cours." in page
    assert "Claire Aubert apporte la situation. Vous êtes consultant·e." in page
    assert "Vous apportez la situation" in read(client)
    html = sign_in(consultant).get(reverse("home:cohort", args=[cohort.pk])).content.decode()
    assert f'href="{reverse("workshops:session", args=[event.pk])}"' in html


def test_a_closed_session_is_no_longer_running(cohort, joined, read):
    session_now(cohort, joined(), consultant := joined(), state="closed")
    assert "La séance est en cours." not in read(consultant)


@pytest.mark.parametrize(("state", "first"), [("closed", "Session 3"), ("running", "Séance du jour")])
def test_a_session_closed_before_its_hour_leaves_its_place_to_what_comes_next(cohort, joined, read, state, first):
    today = session_now(cohort, joined(), consultant := joined(), state=state)
    Event.objects.filter(pk=today.pk).update(title="Séance du jour", ends_at=NOW + timedelta(minutes=20))
    EventFactory(space=cohort.space, title="Session 3", starts_at=NOW + timedelta(days=9))
    page = read(consultant)
    assert first in page
    assert ("Séance du jour" in page) == (state == "running")


@pytest.mark.parametrize("invented", [True, False])
def test_an_invented_cohort_says_that_it_is(cohort, joined, read, invented):
    Cohort.objects.filter(pk=cohort.pk).update(is_demonstration=invented)
    assert ("démonstration" in read(joined())) == invented


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Attendance.State.CONFIRMED, "Vous avez annoncé votre présence."),
        (Attendance.State.EXCUSED, "Vous avez annoncé votre absence."),
        (None, "1 chose à faire"),
    ],
)
def test_one_says_whether_one_comes(cohort, joined, read, state, words):
    event, person = EventFactory(space=cohort.space), joined()
    if state:
        Attendance.objects.create(event=event, person=person, state=state)
    page = read(person)
    assert words in page
    assert ("1 chose à faire" in page) is (state is None)


def test_what_is_due_is_to_do_and_what_is_told_is_not(cohort, joined, read):
    person = joined()
    yesterday = TODAY - timedelta(days=1)
    CommitmentFactory(person=person, space=cohort.space, what="Appeler la présidente", due=yesterday)
    CommitmentFactory(person=person, space=cohort.space, what="Déjà raconté", due=yesterday, outcome="dropped")
    CommitmentFactory(space=cohort.space, what="D’une autre", due=yesterday)
    page = read(person)
    assert "1 chose à faire" in page
    assert "Raconter la suite d’un engagement « Appeler la présidente »" in page
    assert "D’une autre" not in page


def test_milestones_of_my_organisation_are_to_do_until_done(cohort, joined, read):
    person = joined()
    EnrolmentFactory(cohort=cohort, organisation=person.organisation)
    late = MilestoneFactory(cohort=cohort, title="Feuille de route", due=TODAY - timedelta(days=2))
    done = MilestoneFactory(cohort=cohort, title="Engagement signé", due=TODAY - timedelta(days=2))
    MilestoneFactory(cohort=cohort, title="Dans longtemps", due=TODAY + timedelta(days=90))
    MilestoneFactory(cohort=cohort, title="Sans obligation", due=TODAY, required=False)
    MilestoneDoneFactory(milestone=done, organisation=person.organisation)
    MilestoneDoneFactory(milestone=late)  # another organisation
    page = read(person)
    assert "1 chose à faire" in page
    assert "Feuille de route En retard : attendu pour le" in page


def test_a_note_to_take_up_again_is_to_do(cohort, joined, read):
    person = joined()
    note_by(person, space=cohort.space, title="Une halle", state=Note.State.CHANGES_REQUESTED)
    note_by(joined(), space=cohort.space, title="Brouillon d’autrui")
    page = read(person)
    assert "Reprendre votre note Une halle" in page
    assert "Brouillon d’autrui" not in page


def test_a_facilitator_has_answers_reviews_and_attendance_to_give(cohort, joined, read):
    ApplicationFactory(cohort=cohort)
    note_by(joined(), space=cohort.space, title="À relire", state=Note.State.FACILITATOR_REVIEW)
    for title, noted in (("Sans présences", False), ("Avec présences", True)):
        event = EventFactory(space=cohort.space, title=title, starts_at=NOW - timedelta(days=3))
        if noted:
            Attendance.objects.create(event=event, person=joined(), state=Attendance.State.PRESENT)
    page = read(joined(role=Role.FACILITATOR))
    assert "Lire 1 candidature" in page
    assert "Relire une note À relire" in page
    assert "Noter les présences Sans présences" in page
    assert "Noter les présences Avec présences" not in page
    assert "Lire 1 candidature" not in read(joined())


def test_a_newcomer_reads_her_next_date_first(cohort, joined, read):
    EventFactory(space=cohort.space, title="Passée", starts_at=NOW - timedelta(days=60))
    EventFactory(space=cohort.space, title="Bientôt")
    late, early = read(joined(since=3)), read(joined())
    assert "Vous arrivez en cours de route" in late
    assert late.index("Bientôt") < late.index("Le chemin en")
    assert "Vous arrivez en cours de route" not in early
    assert early.index("Le chemin en") < early.index("Bientôt")


def post(space, author, body="<p>Qui part de Brène ?</p>", seq=1, **fields):
    channel = Channel.objects.filter(space=space).first() or Channel.objects.create(space=space, name="Vie")
    return Message.objects.create(channel=channel, author=author, body=body, seq=seq, client_id=uuid4(), **fields)


def test_words_that_are_hidden_confidential_or_between_two_people_are_not_among_the_last(cohort, joined, read):
    one, two = joined(), joined()
    facilitator = joined(Role.FACILITATOR)
    hidden = _said(Channel.objects.create(space=cohort.space, name="Covoiturage"), two, "Le maire ment")
    hide_message(message=hidden, by=facilitator, reason="Une personne y est nommée.")
    _said(open_direct(by=one, other=two), two, "Entre nous deux")
    session = {"kind": Channel.Kind.ABOUT, "about_kind": "session", "about_id": uuid4(), "confidential": True}
    _said(Channel.objects.create(space=cohort.space, name="Séance", **session), two, "Ma directrice part")
    page = read(one)
    assert not [words for words in ("Le maire ment", "Entre nous deux", "Ma directrice part") if words in page]


def _said(channel, author, words):
    return post_message(channel=channel, author=author, body=f"<p>{words}</p>", client_id=uuid4())


def test_the_last_three_messages_are_there_and_removed_ones_are_not(cohort, joined, read):
    author = joined()
    for seq in range(1, 6):
        post(cohort.space, author, f"<p>Message {seq}</p>", seq, created_at=NOW - timedelta(hours=9 - seq))
    post(cohort.space, author, "", 6, removed_at=NOW)
    page = read(joined())
    assert [f"Message {seq}" in page for seq in range(1, 6)] == [False, False, True, True, True]


def test_a_sponsor_reads_organisations_and_dates_and_no_word_nor_name(cohort, joined, read, sign_in):
    person = joined(display_name="Nadia Kessler")
    facilitator = joined(role=Role.FACILITATOR, display_name="Solène Marchal")
    EnrolmentFactory(cohort=cohort, organisation=person.organisation)
    post(cohort.space, person)
    note_by(person, space=cohort.space, title="Une halle", visibility="cohort", published_at=NOW, state="published")
    CommitmentFactory(person=person, space=cohort.space, what="Appeler la présidente")
    event = EventFactory(space=cohort.space, title="Bientôt")
    Attendance.objects.create(event=event, person=person, state=Attendance.State.CONFIRMED)
    page = read(joined(role=Role.SPONSOR))
    assert (person.organisation.name in page, "Bientôt" in page) == (True, True)
    for secret in (person.name, facilitator.name, "Brène", "Une halle", "Appeler la présidente", "annoncée"):
        assert secret not in page


def test_the_path_never_names_the_subject_of_a_group(cohort, joined, read):
    group = PeerGroupFactory(parent=cohort.space)
    EventFactory(space=group, title="Le sujet de Claire", kind=Event.Kind.CODEV)
    page = read(joined(role=Role.SPONSOR))
    assert "Le sujet de Claire" not in page
    assert "Séance de codéveloppement" in page


@pytest.mark.parametrize(
    ("state", "near"),
    [(["past", "here", "ahead", "ahead"], [0, 1, 2]), (["ahead"] * 4, [0, 1, 2]), (["past"] * 4, [1, 2, 3])],
)
def test_a_phone_shows_three_months(state, near):
    class Month:
        def __init__(self, state):
            self.state = state

    assert [index for index, step in enumerate(steps([Month(each) for each in state])) if not step.distant] == near


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.FACILITATOR, Role.SPONSOR])
def test_the_page_costs_the_same_with_more_of_everything(cohort, joined, sign_in, role):
    viewer = joined(role=role)
    url = reverse("home:cohort", args=[cohort.pk])
    client = sign_in(viewer)
    EnrolmentFactory(cohort=cohort, organisation=viewer.organisation)

    def cost(rows):
        for row in range(rows):
            person = joined()
            EnrolmentFactory(cohort=cohort, organisation=person.organisation)
            post(cohort.space, person, seq=Message.objects.count() + 1)
            MilestoneFactory(cohort=cohort)
            note_by(person, space=cohort.space, visibility="cohort", published_at=NOW, state="published")
            note_by(viewer, space=cohort.space)
            Commitment.objects.create(person=viewer, space=cohort.space, what="Essayer", due=TODAY)
            for days in (-3, 2):
                event = EventFactory(space=cohort.space, starts_at=NOW + timedelta(days=days, minutes=row))
                if days > 0:
                    Attendance.objects.create(event=event, person=person)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert cost(1) == cost(3)
