"""Where one lands after the front door."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from spaces.models import Role
from tests.factories import MembershipFactory, UserFactory
from tests.factories.accounts import administrator
from tests.factories.cohorts import CharterAcceptanceFactory, CohortFactory
from tests.factories.workshops import EventFactory, PeerGroupFactory

pytestmark = pytest.mark.django_db
START = "/"


def test_a_visitor_reads_what_this_is(client):
    assert "Me connecter" in client.get(START).content.decode()


def test_who_follows_one_cohort_goes_there(member_of, sign_in):
    cohort = CohortFactory()
    person = member_of(cohort.space)
    MembershipFactory(space=CohortFactory(state="finished").space, person=person)
    assert sign_in(person).get(START).url == reverse("home:cohort", args=[cohort.pk])


def test_who_follows_several_chooses_and_reads_what_comes_next(member_of, sign_in):
    first, second = CohortFactory(), CohortFactory()
    person = member_of(first.space)
    MembershipFactory(space=second.space, person=person)
    EventFactory(space=first.space, title="Plus tard", starts_at=timezone.now() + timedelta(days=9))
    EventFactory(space=first.space, title="Bientôt")
    EventFactory(space=PeerGroupFactory(parent=second.space), title="Chez les autres")
    page = sign_in(person).get(START).content.decode()
    assert (first.name in page, second.name in page) == (True, True)
    assert ("Bientôt" in page, "Plus tard" in page, "Chez les autres" in page) == (True, False, False)


def test_who_is_nowhere_is_shown_the_open_paths_and_the_reservoir(sign_in):
    page = sign_in(UserFactory()).get(START).content.decode()
    assert reverse("cohorts:open") in page
    assert reverse("reservoir:search") in page
    assert "invité·e" in page


def test_an_administrator_sees_that_cohorts_exist_and_no_way_in(sign_in):
    cohort = CohortFactory()
    EventFactory(space=cohort.space, title="Séance secrète")
    page = sign_in(administrator()).get(START).content.decode()
    assert cohort.name in page
    assert reverse("admin:index") in page
    assert ("Séance secrète" in page, reverse("home:cohort", args=[cohort.pk]) in page) == (False, False)


def test_who_is_nowhere_does_not_see_that_cohorts_exist(sign_in):
    cohort = CohortFactory()
    assert cohort.name not in sign_in(UserFactory()).get(START).content.decode()


@pytest.mark.parametrize("make", [UserFactory, administrator])
def test_the_list_costs_the_same_with_more_cohorts(sign_in, make):
    person = make()
    client = sign_in(person)

    def cost(cohorts):
        for _ in range(cohorts):
            cohort = CohortFactory()
            MembershipFactory(space=cohort.space, person=person, role=Role.PARTICIPANT)
            CharterAcceptanceFactory(space=cohort.space, person=person)
            EventFactory(space=cohort.space)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(START).status_code == 200
        return len(queries)

    assert cost(2) == cost(3)
