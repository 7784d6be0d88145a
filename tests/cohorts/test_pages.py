"""The pages of paths and cohorts: what each person reads, what each refusal says, what is still typed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActorKind, Territory
from accounts.territories import key
from cohorts.models import Application, Cohort
from notifications.models import Notification
from spaces.models import Invitation, Role, Space
from tests.factories import MembershipFactory, OrganisationFactory, SpaceFactory, UserFactory
from tests.factories.cohorts import (
    ApplicationFactory,
    CharterAcceptanceFactory,
    CohortFactory,
    EnrolmentFactory,
    PartnerFactory,
    PathTemplateFactory,
)
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db

#: Queries of what each page shows a signed-in person: what waits in talk, the bell, where her own topic stands,
#: and in the directory the way to write to somebody.
EVERY_PAGE = 4


@pytest.fixture
def cohort():
    return CohortFactory(state="open", questions=["Pourquoi maintenant ?"])


@pytest.fixture
def enter(cohort, member_of, sign_in):
    """`enter(role)`: a browser of somebody in the cohort who has accepted the charter."""

    def make(role=Role.PARTICIPANT, **fields):
        person = member_of(cohort.space, role, **fields)
        CharterAcceptanceFactory(space=cohort.space, person=person)
        client = sign_in(person)
        client.person = person
        return client

    return make


def url(name, cohort, *more):
    return reverse(f"cohorts:{name}", args=[cohort.pk, *more])


def meeting(space, days=3, **fields):
    starts_at = timezone.now() + timedelta(days=days)
    return Event.objects.create(
        **{
            "space": space,
            "kind": Event.Kind.WORKSHOP,
            "title": "Session 2 · Mettre en œuvre",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=2),
        }
        | fields
    )


# --- public ----------------------------------------------------------------------------------------------------


def test_drafts_are_read_by_their_members_alone(sign_in, member_of):
    draft = CohortFactory(state="draft")
    assert draft.name not in Client().get(reverse("cohorts:open")).text
    assert Client().get(url("public", draft)).status_code == 404
    assert sign_in(member_of(draft.space)).get(url("public", draft)).status_code == 200


def test_an_open_path_says_its_hours_its_dates_and_who_stands_behind(cohort, member_of):
    runner = member_of(
        cohort.space,
        Role.FACILITATOR,
        display_name="Solène Marchal",
        organisation=OrganisationFactory(name="L’Atelier"),
    )
    PartnerFactory(cohort=cohort, name="Agence des territoires")
    meeting(cohort.space)
    text = Client().get(url("public", cohort)).text
    assert "40 h 15, environ 4 h 30 par mois" in text.replace("\u00a0", " ")
    assert "Les 9 mois" in text
    assert "Session 2" in text
    assert "Agence des territoires" in text
    assert "L’Atelier" in text
    assert runner.name not in text
    assert url("apply", cohort) in text


def test_a_path_that_is_not_open_has_no_door():
    running = CohortFactory(state="running")
    assert url("apply", running) not in Client().get(url("public", running)).text


def test_the_list_of_paths_costs_the_same(assert_same_queries):
    def one_more():
        cohort = CohortFactory(state="open")
        PartnerFactory(cohort=cohort)
        EnrolmentFactory(cohort=cohort)

    assert assert_same_queries(Client(), reverse("cohorts:open"), one_more) <= 3


# --- applying --------------------------------------------------------------------------------------------------


@pytest.fixture
def typed():
    return {
        "name": "Nadia Kessler",
        "email": "nadia@exemple.fr",
        "function": "Cheffe de projet",
        "organisation_name": "Commune de Vallombre",
        "organisation_kind": ActorKind.PUBLIC_AUTHORITY,
        "territory": "",
        "question_1": "Notre halle est vide.",
        "client_id": str(uuid4()),
    }


def test_an_application_is_sent_and_confirmed(cohort, typed, django_capture_on_commit_callbacks):
    Territory.objects.create(
        kind="commune",
        code="42218",
        name="Saint-Étienne",
        search_key=key("Saint-Étienne"),
        postcode="42000",
        vintage=2026,
    )
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post(url("apply", cohort), typed | {"territory": "saint etienne"}, follow=True)
    assert answer.redirect_chain == [(url("public", cohort), 302)]
    assert "Votre candidature est envoyée" in answer.text
    application = Application.objects.get()
    assert application.territory.name == "Saint-Étienne"
    assert application.answers == [{"question": "Pourquoi maintenant ?", "answer": "Notre halle est vide."}]
    assert [letter.to for letter in mail.outbox] == [["nadia@exemple.fr"]]


@pytest.mark.parametrize("missing", ["name", "email", "function", "organisation_name", "question_1"])
def test_what_is_missing_is_said_beside_what_was_typed(cohort, typed, missing):
    answer = Client().post(url("apply", cohort), typed | {missing: ""})
    assert answer.status_code == 422
    assert "Ce champ est obligatoire" in answer.text
    assert typed["client_id"] in answer.text
    for name in {"name", "organisation_name", "question_1"} - {missing}:
        assert typed[name] in answer.text
    assert not Application.objects.exists()


def test_a_double_application_is_told_so_with_everything_still_there(cohort, typed):
    ApplicationFactory(cohort=cohort, email="nadia@exemple.fr", name="Première")
    answer = Client().post(url("apply", cohort), typed | {"email": "Nadia@exemple.fr"})
    assert answer.status_code == 409
    assert "Nous avons déjà une candidature" in answer.text
    assert "Notre halle est vide." in answer.text
    assert "Première" not in answer.text
    assert Application.objects.count() == 1


def test_the_answer_does_not_tell_whether_an_address_has_an_account(cohort, typed):
    UserFactory(email="connue@exemple.fr")
    answers = [
        Client().post(url("apply", cohort), typed | {"email": email, "client_id": str(uuid4())}, follow=True)
        for email in ("connue@exemple.fr", "inconnue@exemple.fr")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].redirect_chain == answers[1].redirect_chain


def test_a_closed_path_is_told_with_everything_still_there(cohort, typed):
    Cohort.objects.update(state="running")
    answer = Client().post(url("apply", cohort), typed)
    assert answer.status_code == 409
    assert "ne prend pas de candidatures" in answer.text
    assert "Notre halle est vide." in answer.text
    assert Client().get(url("apply", cohort)).status_code == 409


def test_a_signed_in_person_need_not_type_her_name(cohort, sign_in):
    person = UserFactory(display_name="Mehdi Brahimi", function="Directeur")
    text = sign_in(person).get(url("apply", cohort)).text
    assert "Mehdi Brahimi" in text
    assert person.email in text


# --- making a cohort -------------------------------------------------------------------------------------------


@pytest.fixture
def new_cohort():
    return {
        "template": PathTemplateFactory().pk,
        "name": "Redonner vie aux centres-bourgs",
        "starts_on": (timezone.localdate() + timedelta(days=40)).isoformat(),
        "capacity": 12,
        "summary": "Douze organisations et leurs places vides.",
        "description": "",
        "questions": "Pourquoi ?\n\nAvec qui ?",
        "partners": "Agence des territoires : financement\nUniversité",
        "open_now": "on",
        "client_id": str(uuid4()),
    }


@pytest.fixture
def maker(member_of, sign_in):
    return sign_in(member_of(SpaceFactory(), Role.FACILITATOR))


def test_a_cohort_is_made_from_a_form(maker, new_cohort):
    assert maker.post(reverse("cohorts:create"), new_cohort).status_code == 302
    assert maker.post(reverse("cohorts:create"), new_cohort).status_code == 302
    cohort = Cohort.objects.get(space__name="Redonner vie aux centres-bourgs")
    assert cohort.is_open
    assert cohort.questions == ["Pourquoi ?", "Avec qui ?"]
    assert [(partner.name, partner.part) for partner in cohort.partners.all()] == [
        ("Agence des territoires", "financement"),
        ("Université", ""),
    ]


def test_a_start_in_the_past_is_refused_with_everything_still_there(maker, new_cohort):
    new_cohort["starts_on"] = (timezone.localdate() - timedelta(days=1)).isoformat()
    answer = maker.post(reverse("cohorts:create"), new_cohort)
    assert answer.status_code == 422
    assert "ne peut pas commencer dans le passé" in answer.text
    assert "Redonner vie aux centres-bourgs" in answer.text
    assert new_cohort["starts_on"] in answer.text
    assert not Cohort.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("template", "00000000-0000-4000-8000-000000000000"),
        ("starts_on", "31/02/2030"),
        ("capacity", "0"),
        ("questions", "\n".join("abcdef")),
        ("partners", "x" * 300),
        ("name", "x" * 121),
    ],
    ids=["unknown template", "no such day", "no room", "too many questions", "partner too long", "name too long"],
)
def test_a_form_that_is_wrong_writes_nothing(maker, new_cohort, field, value):
    answer = maker.post(reverse("cohorts:create"), new_cohort | {field: value})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert not Cohort.objects.exists()


# --- the charter comes first ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["members", "calendar"])
def test_a_member_is_led_to_the_charter_first(cohort, member_of, sign_in, page):
    client = sign_in(member_of(cohort.space))
    assert client.get(url(page, cohort)).url == url("charter", cohort)
    text = client.get(url("charter", cohort)).text
    assert "Ce qui se dit ici reste ici ; chacun peut parler de ses propres apprentissages." in text.replace(
        "\u00a0", " "
    )
    assert text.count("<li>") >= 8
    answer = client.post(url("charter", cohort))
    assert answer.url == reverse("home:cohort", args=[cohort.pk])
    assert client.get(url(page, cohort)).status_code == 200
    assert "Vous avez accepté cette charte" in client.get(url("charter", cohort)).text


def test_a_member_who_accepted_an_earlier_charter_is_told_that_it_changed(cohort, member_of, sign_in):
    person = member_of(cohort.space)
    CharterAcceptanceFactory(space=cohort.space, person=person, version="0")
    client = sign_in(person)
    assert client.get(url("members", cohort)).url == url("charter", cohort)
    assert "La charte a changé" in client.get(url("charter", cohort)).text
    client.post(url("charter", cohort))
    assert "La charte a changé" not in client.get(url("charter", cohort)).text
    assert client.get(url("members", cohort)).status_code == 200


def test_a_sponsor_has_no_charter_to_accept(cohort, member_of, sign_in):
    client = sign_in(member_of(cohort.space, Role.SPONSOR))
    assert client.get(url("charter", cohort)).url == url("sponsor", cohort)
    assert client.get(url("members", cohort)).status_code == 200


# --- members -------------------------------------------------------------------------------------------------


def test_facilitators_come_first_then_names(cohort, enter):
    client = enter(display_name="Zoé Aubert")
    enter(Role.FACILITATOR, display_name="Yann Le Bihan")
    enter(Role.PARTICIPANT, display_name="Anne Roux")
    text = client.get(url("members", cohort)).text
    people = text[text.index("directory") :]
    assert people.index("Yann Le Bihan") < people.index("Anne Roux") < people.index("Zoé Aubert")
    assert "animateur·rice" in people


def test_a_member_reads_function_organisation_territory_and_groups_never_addresses(cohort, enter):
    territory = Territory.objects.create(
        kind="commune", code="01001", name="L’Abergement", search_key=key("L’Abergement"), vintage=2026
    )
    organisation = OrganisationFactory(name="Commune de Vallombre", territory=territory)
    other = enter(display_name="Claire Aubert", function="Adjointe", organisation=organisation).person
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, name="Groupe des halles", parent=cohort.space)
    MembershipFactory(space=group, person=other)
    text = enter().get(url("members", cohort)).text
    for words in ("Claire Aubert", "Adjointe", "Commune de Vallombre", "L’Abergement", "Groupe des halles"):
        assert words in text
    assert other.email not in text


def test_a_sponsor_reads_organisations_and_nobody(cohort, enter):
    EnrolmentFactory(cohort=cohort, organisation=OrganisationFactory(name="Commune de Vallombre"))
    enter(display_name="Claire Aubert")
    text = enter(Role.SPONSOR).get(url("members", cohort)).text
    assert "Commune de Vallombre" in text
    assert "Claire Aubert" not in text


def test_members_cost_the_same(cohort, enter, assert_same_queries):
    def one_more():
        person = enter().person
        MembershipFactory(space=SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort.space), person=person)
        EnrolmentFactory(cohort=cohort, organisation=person.organisation)

    assert assert_same_queries(enter(), url("members", cohort), one_more) <= 10 + EVERY_PAGE


# --- calendar ------------------------------------------------------------------------------------------------


def test_one_announces_an_absence_and_changes_one_s_mind(cohort, enter):
    event, client = meeting(cohort.space), enter()
    answer = client.post(url("presence", cohort, event.pk), {"coming": "no"}, follow=True)
    assert "Absence annoncée" in answer.text
    mine = Attendance.objects.get()
    assert (mine.state, mine.person) == (Attendance.State.EXCUSED, client.person)
    assert mine.told_at
    client.post(url("presence", cohort, event.pk), {"coming": "yes"})
    mine.refresh_from_db()
    assert (mine.state, mine.told_at) == (Attendance.State.CONFIRMED, None)


def test_it_is_too_late_once_it_has_begun(cohort, enter):
    event, client = meeting(cohort.space, days=-1), enter()
    answer = client.post(url("presence", cohort, event.pk), {"coming": "no"})
    assert answer.status_code == 409
    assert "a commencé" in answer.text
    assert not Attendance.objects.exists()
    assert url("presence", cohort, event.pk) not in client.get(url("calendar", cohort)).text


def test_an_event_of_another_cohort_or_of_a_group_that_is_not_mine_is_unknown(cohort, enter):
    client = enter()
    elsewhere = meeting(CohortFactory().space)
    theirs = meeting(SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort.space), title="Séance des autres")
    for event in (elsewhere, theirs):
        assert client.post(url("presence", cohort, event.pk), {"coming": "no"}).status_code == 404
    assert "Séance des autres" not in client.get(url("calendar", cohort)).text


def test_the_session_of_my_group_takes_the_place_of_the_cohort_s(cohort, enter):
    client = enter()
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, name="Groupe A", parent=cohort.space)
    MembershipFactory(space=group, person=client.person)
    meeting(cohort.space, kind=Event.Kind.CODEV, title="Séance de la cohorte", template_ref="C1")
    meeting(group, kind=Event.Kind.CODEV, title="Séance du groupe", template_ref="C1")
    text = client.get(url("calendar", cohort)).text
    assert "Séance du groupe" in text
    assert "Séance de la cohorte" not in text


def test_the_calendar_costs_the_same(cohort, enter, assert_same_queries):
    client = enter()

    def one_more():
        event = meeting(cohort.space)
        Attendance.objects.create(event=event, person=client.person, state=Attendance.State.CONFIRMED)

    assert assert_same_queries(client, url("calendar", cohort), one_more) <= 11


# --- applications, invitations -----------------------------------------------------------------------------


def decision(application, to="accepted", reply="Bienvenue."):
    return {f"{application.pk.hex}-to": to, f"{application.pk.hex}-reply": reply}


def test_the_facilitator_answers_and_the_co_facilitator_reads(cohort, enter):
    application = ApplicationFactory(cohort=cohort, name="Nadia Kessler")
    assert "Nadia Kessler" in (text := enter(Role.CO_FACILITATOR).get(url("applications", cohort)).text)
    assert "<textarea" not in text
    client = enter(Role.FACILITATOR)
    answer = client.post(url("decide", cohort, application.pk), decision(application), follow=True)
    assert "Votre réponse à Nadia Kessler est partie" in answer.text
    assert Invitation.objects.get().email == application.email


def test_an_answer_without_words_comes_back(cohort, enter):
    application = ApplicationFactory(cohort=cohort)
    answer = enter(Role.FACILITATOR).post(
        url("decide", cohort, application.pk), decision(application, "refused", "   ")
    )
    assert answer.status_code == 422
    assert "une réponse n’est jamais sans explication" in answer.text
    assert not Notification.objects.filter(kind="application_refused").exists()


def test_a_full_cohort_is_told_with_the_answer_still_there(cohort, enter):
    Cohort.objects.update(capacity=1)
    EnrolmentFactory(cohort=cohort)
    application = ApplicationFactory(cohort=cohort)
    answer = enter(Role.FACILITATOR).post(
        url("decide", cohort, application.pk), decision(application, reply="Avec plaisir, Nadia.")
    )
    assert answer.status_code == 409
    assert "places de cette cohorte sont prises" in answer.text
    assert "Avec plaisir, Nadia." in answer.text
    assert not Invitation.objects.exists()


def test_the_second_to_answer_learns_that_somebody_did(cohort, enter):
    application = ApplicationFactory(cohort=cohort)
    first, second = enter(Role.FACILITATOR), enter(Role.FACILITATOR)
    first.post(url("decide", cohort, application.pk), decision(application))
    answer = second.post(url("decide", cohort, application.pk), decision(application, "refused", "Désolé."))
    assert answer.status_code == 409
    assert "a déjà reçu une réponse" in answer.text


def test_applications_cost_the_same(cohort, enter, assert_same_queries):
    client = enter(Role.FACILITATOR)

    def one_more():
        ApplicationFactory(cohort=cohort)
        ApplicationFactory(cohort=cohort, state="refused", reply="Non.", decided_by=client.person)

    Application.objects.update(decided_at=timezone.now())
    assert assert_same_queries(client, url("applications", cohort), one_more) <= 10 + EVERY_PAGE


def test_an_invitation_leaves_and_is_taken_back(cohort, enter, django_capture_on_commit_callbacks):
    client = enter(Role.FACILITATOR)
    typed = {
        "email": "jeanne@exemple.fr",
        "role": "participant",
        "organisation_name": "Union des commerçants",
        "organisation_kind": "association",
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url("invite", cohort), typed, follow=True)
    assert "L’invitation est partie à jeanne@exemple.fr" in answer.text
    assert [letter.to for letter in mail.outbox] == [["jeanne@exemple.fr"]]
    assert cohort.enrolments.get().organisation.name == "Union des commerçants"
    invitation = Invitation.objects.get()
    client.post(url("revoke", cohort, invitation.pk))
    assert not Invitation.objects.open().exists()
    assert client.post(url("revoke", CohortFactory(), invitation.pk)).status_code == 404


def test_a_participant_is_invited_for_an_organisation(cohort, enter):
    answer = enter(Role.FACILITATOR).post(url("invite", cohort), {"email": "a@exemple.fr", "role": "participant"})
    assert answer.status_code == 422
    assert "Choisissez une organisation inscrite" in answer.text
    assert not Invitation.objects.exists()


def test_inviting_somebody_who_is_there_is_told(cohort, enter):
    client = enter(Role.FACILITATOR)
    EnrolmentFactory(cohort=cohort, organisation=client.person.organisation)
    answer = client.post(
        url("invite", cohort),
        {"email": client.person.email, "role": "facilitator", "organisation": client.person.organisation.pk},
    )
    assert answer.status_code == 409
    assert "est déjà" in answer.text


def test_pending_invitations_cost_the_same(cohort, enter, assert_same_queries):
    client = enter(Role.FACILITATOR)

    def one_more():
        Invitation.objects.create(
            space=cohort.space, email=f"{uuid4().hex[:8]}@exemple.fr", organisation=OrganisationFactory()
        )

    assert assert_same_queries(client, url("invite", cohort), one_more) <= 10 + EVERY_PAGE


def test_the_cohort_goes_on_from_the_applications_page(cohort, enter):
    client = enter(Role.FACILITATOR)
    assert client.post(url("move", cohort), {"to": "running"}).status_code == 302
    cohort.refresh_from_db()
    assert cohort.state == "running"
    assert client.post(url("move", cohort), {"to": "draft"}).status_code == 409
    assert client.post(url("move", cohort), {"to": "?"}).status_code == 409


# --- tabs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "words", "absent"),
    [
        (Role.PARTICIPANT, "Mon parcours", "Tableau de bord"),
        (Role.FACILITATOR, "Tableau de bord", "Mon parcours"),
        (Role.SPONSOR, "Où en est le parcours", "Discussions"),
    ],
)
def test_tabs_fit_the_role(cohort, enter, role, words, absent):
    text = enter(role).get(url("calendar", cohort)).text
    tabs = text[text.index('class="tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert words in tabs
    assert absent not in tabs
    assert tabs.count('aria-current="page"') == 1
