"""Asking to join, and being answered."""

from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from accounts.models import ActorKind, Organisation
from cohorts.actions import (
    AlreadyApplied,
    AlreadyDecided,
    CohortFull,
    NotOpen,
    apply,
    decide,
    invite_to_cohort,
)
from cohorts.models import Application, Enrolment
from spaces.models import Invitation, Role
from tests.factories import OrganisationFactory
from tests.factories.cohorts import ApplicationFactory, CohortFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(state="open", questions=["Pourquoi ?"])


@pytest.fixture
def facilitator(cohort, member_of):
    return member_of(cohort.space, Role.FACILITATOR, display_name="Solène Marchal")


def applied(cohort, **fields):
    return apply(
        **{
            "cohort": cohort,
            "name": "Nadia Kessler",
            "email": "nadia@exemple.fr",
            "function": "Cheffe de projet",
            "organisation_name": "Commune de Vallombre",
            "organisation_kind": ActorKind.PUBLIC_AUTHORITY,
            "answers": ["Parce que."],
        }
        | fields
    )


def answered(application, by, to="accepted", reply="Bienvenue."):
    return decide(application=application, to=to, reply=reply, by=by)


def test_an_application_keeps_the_questions_of_the_day_and_is_confirmed(cohort, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        application = applied(cohort, email="Nadia@Exemple.fr")
    assert application.answers == [{"question": "Pourquoi ?", "answer": "Parce que."}]
    assert application.email == "nadia@exemple.fr"
    [letter] = mail.outbox
    assert letter.to == ["nadia@exemple.fr"]
    assert "Parce que" not in letter.body


def test_one_address_applies_once_to_a_path_and_may_apply_to_another(cohort):
    applied(cohort)
    with pytest.raises(AlreadyApplied, match="déjà une candidature"):
        applied(cohort, email="NADIA@exemple.fr", name="Quelqu’un d’autre")
    assert applied(CohortFactory(state="open", questions=["Pourquoi ?"]))
    assert Application.objects.filter(cohort=cohort).count() == 1


def test_the_same_form_twice_is_one_application(cohort):
    once = uuid4()
    assert applied(cohort, client_id=once) == applied(cohort, client_id=once)


@pytest.mark.parametrize("state", ["draft", "running", "finished"])
def test_a_path_that_is_not_open_takes_no_application(state):
    with pytest.raises(NotOpen):
        applied(CohortFactory(state=state), answers=[])
    assert not Application.objects.exists()


def test_accepting_gives_a_place_and_sends_the_invitation(cohort, facilitator, django_capture_on_commit_callbacks):
    application = applied(cohort)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        application = answered(application, facilitator)
    assert application.state == "accepted"
    assert application.decided_by == facilitator
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.function) == (
        "nadia@exemple.fr",
        Role.PARTICIPANT,
        "Cheffe de projet",
    )
    assert cohort.enrolments.get().organisation == invitation.organisation
    [letter] = mail.outbox
    assert "Bienvenue." in letter.body
    assert f"/invitations/{invitation.token}/" in letter.body


@pytest.mark.parametrize("to", ["waiting", "refused"])
def test_other_answers_are_written_and_open_nothing(cohort, facilitator, to, django_capture_on_commit_callbacks):
    application = applied(cohort)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answered(application, facilitator, to, "Le groupe est complet pour votre région.")
    [letter] = mail.outbox
    assert "complet pour votre région" in letter.body
    assert "/invitations/" not in letter.body
    assert not Invitation.objects.exists()
    assert not Enrolment.objects.exists()


def test_an_answer_has_words(cohort, facilitator):
    application = applied(cohort)
    for reply in ("", "  \n"):
        with pytest.raises(ValueError, match="in writing"):
            answered(application, facilitator, reply=reply)
    application.refresh_from_db()
    assert application.state == "submitted"


def test_only_the_facilitator_answers(cohort, member_of):
    application = applied(cohort)
    for role in (Role.PARTICIPANT, Role.CO_FACILITATOR, Role.SPONSOR):
        with pytest.raises(PermissionDenied):
            answered(application, member_of(cohort.space, role))
    with pytest.raises(PermissionDenied):
        answered(application, member_of(CohortFactory().space, Role.FACILITATOR))


def test_an_answer_given_twice_is_one_answer_and_another_comes_too_late(cohort, facilitator):
    application = applied(cohort)
    assert answered(application, facilitator).decided_at == answered(application, facilitator).decided_at
    with pytest.raises(AlreadyDecided, match="acceptée"):
        answered(application, facilitator, "refused", "Finalement non.")
    assert Invitation.objects.count() == 1


def test_the_waiting_list_is_not_the_last_word(cohort, facilitator):
    application = applied(cohort)
    answered(application, facilitator, "waiting", "Nous attendons une réponse.")
    assert answered(application, facilitator).state == "accepted"


def test_a_full_cohort_takes_nobody_more(facilitator, cohort):
    cohort.capacity = 1
    cohort.save()
    EnrolmentFactory(cohort=cohort)
    application = applied(cohort)
    with pytest.raises(CohortFull, match="liste d’attente"):
        answered(application, facilitator)
    application.refresh_from_db()
    assert application.state == "submitted"
    assert not Invitation.objects.exists()
    assert not Organisation.objects.filter(name="Commune de Vallombre").exists()
    assert answered(application, facilitator, "waiting", "Une place peut se libérer.")


def test_a_second_person_of_an_enrolled_organisation_takes_no_place(cohort, facilitator):
    cohort.capacity = 1
    cohort.save()
    answered(applied(cohort), facilitator)
    second = applied(cohort, email="paul@exemple.fr", organisation_name="commune de Vallombre")
    answered(second, facilitator)
    assert Enrolment.objects.filter(cohort=cohort).count() == 1


def test_a_direct_invitation_counts_too(cohort, facilitator):
    cohort.capacity = 1
    cohort.save()
    organisation = OrganisationFactory()
    invite_to_cohort(
        cohort=cohort, email="a@exemple.fr", role=Role.PARTICIPANT, by=facilitator, organisation=organisation
    )
    with pytest.raises(CohortFull):
        invite_to_cohort(
            cohort=cohort,
            email="b@exemple.fr",
            role=Role.PARTICIPANT,
            by=facilitator,
            new_organisation=("Une autre", ActorKind.COMPANY),
        )
    invite_to_cohort(
        cohort=cohort,
        email="c@exemple.fr",
        role=Role.SPONSOR,
        by=facilitator,
        new_organisation=("Un financeur", ActorKind.FOUNDATION),
    )
    assert Enrolment.objects.get(cohort=cohort).organisation == organisation


def test_capacity_holds_when_everybody_is_accepted_at_once(together):
    from tests.factories import MembershipFactory, UserFactory

    cohort, facilitator = CohortFactory(state="open", capacity=3), UserFactory()
    MembershipFactory(space=cohort.space, person=facilitator, role=Role.FACILITATOR)
    EnrolmentFactory(cohort=cohort)
    applications = [ApplicationFactory(cohort=cohort) for _ in range(6)]
    results = together(
        *[lambda application=application: answered(application, facilitator) for application in applications]
    )
    assert sum(isinstance(result, Application) for result in results) == 2
    assert sum(isinstance(result, CohortFull) for result in results) == 4
    assert Enrolment.objects.filter(cohort=cohort).count() == 3
    assert Invitation.objects.count() == Application.objects.filter(state="accepted").count() == 2


def test_two_applications_of_one_address_at_once_make_one(together):
    cohort = CohortFactory(state="open")
    results = together(*[lambda: applied(cohort, answers=[])] * 4)
    assert sum(isinstance(result, Application) for result in results) == 1
    assert sum(isinstance(result, AlreadyApplied) for result in results) == 3
