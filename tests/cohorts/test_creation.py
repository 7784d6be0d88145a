"""From a template and a date to a cohort."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from cohorts.actions import StartsInThePast, WrongMove, create_cohort, move_cohort
from cohorts.models import Cohort
from spaces.models import Role, Space
from spaces.permissions import facilitates
from tests.factories import SpaceFactory, UserFactory
from tests.factories.cohorts import CohortFactory, PathTemplateFactory

pytestmark = pytest.mark.django_db
SOON = date(2030, 10, 1)


@pytest.fixture
def facilitator(member_of):
    return member_of(SpaceFactory(), Role.FACILITATOR)


def made_by(person, **fields):
    return create_cohort(
        **{"template": PathTemplateFactory(), "name": "Centres-bourgs", "starts_on": SOON, "by": person} | fields
    )


def test_everything_follows_from_the_template_and_the_date(facilitator):
    cohort = made_by(facilitator, partners=[("ANCT", "finance")], questions=["Pourquoi maintenant ?"])
    assert cohort.pk == cohort.space.pk
    assert facilitates(facilitator, cohort.space)
    assert cohort.space.channels.get().name == "Vie de la cohorte"
    assert cohort.space.events.count() == 4 + 6 + 9
    assert cohort.space.events.filter(optional=True).count() == 9
    assert cohort.milestones.count() == 8
    assert cohort.milestones.get(ref="note_draft").due == date(2030, 12, 31)
    assert cohort.milestones.get(ref="commitment").due == SOON
    assert cohort.partners.get().part == "finance"
    assert cohort.hours == cohort.template.hours
    assert [month.short for month in cohort.months()][:3] == ["oct.", "nov.", "déc."]


def test_the_words_kept_are_french_whoever_asks(facilitator):
    with translation.override("en"):
        cohort = made_by(facilitator)
    assert cohort.space.events.first().title == "Session 1 · Comprendre"


def test_an_administrator_may_and_a_participant_may_not(member_of):
    assert made_by(UserFactory(is_superuser=True))
    with pytest.raises(PermissionDenied):
        made_by(member_of(SpaceFactory()))
    with pytest.raises(PermissionDenied):
        made_by(member_of(SpaceFactory(), Role.CO_FACILITATOR))
    assert Cohort.objects.count() == 1


def test_a_past_date_is_refused_and_nothing_is_written(facilitator):
    before = Space.objects.count()
    with pytest.raises(StartsInThePast, match="dans le passé"):
        made_by(facilitator, starts_on=timezone.localdate() - timedelta(days=1))
    assert Space.objects.count() == before
    assert made_by(facilitator, starts_on=timezone.localdate())


def test_a_form_sent_twice_makes_one_cohort(facilitator, member_of):
    once = uuid4()
    assert made_by(facilitator, client_id=once) == made_by(facilitator, client_id=once)
    assert Cohort.objects.count() == 1
    with pytest.raises(PermissionDenied):
        made_by(member_of(SpaceFactory(), Role.FACILITATOR), client_id=once)


def test_months_hold_what_falls_in_them(facilitator, django_assert_num_queries):
    cohort = Cohort.objects.select_related("space", "template").get(pk=made_by(facilitator).pk)
    with django_assert_num_queries(2):
        months = cohort.months(today=date(2031, 2, 10))
    assert [month.state for month in months].index("here") == 4
    assert months[0].title == "Session 1 · Comprendre"
    assert {event.template_ref for event in months[5].events} == {"S3", "C4", "W"}
    assert [milestone.ref for milestone in months[1].milestones] == ["roadmap_v1"]
    assert cohort.month_now(date(2031, 2, 10)).number == 5
    assert cohort.month_now(date(2030, 9, 1)) is None
    assert cohort.month_now(date(2035, 1, 1)) is None


def test_a_session_that_several_groups_hold_stands_once_in_its_month(facilitator):
    cohort = made_by(facilitator)
    event = cohort.space.events.get(template_ref="C1")
    for name in ("A", "B"):
        group = SpaceFactory(kind=Space.Kind.PEER_GROUP, name=name, parent=cohort.space)
        event.pk, event.space = uuid4(), group
        event.save(force_insert=True)
    assert [each.template_ref for each in cohort.months()[1].events].count("C1") == 1


def test_a_cohort_opens_starts_and_ends(member_of):
    cohort = CohortFactory(state="draft")
    facilitator = member_of(cohort.space, Role.FACILITATOR)
    for state in ("open", "running", "open", "running", "finished"):
        assert move_cohort(cohort=cohort, to=state, by=facilitator).state == state
    assert move_cohort(cohort=cohort, to="finished", by=facilitator).state == "finished"
    with pytest.raises(WrongMove):
        move_cohort(cohort=cohort, to="open", by=facilitator)


def test_only_the_facilitator_moves_a_cohort(member_of):
    cohort = CohortFactory(state="draft")
    for role in (Role.PARTICIPANT, Role.CO_FACILITATOR, Role.SPONSOR):
        with pytest.raises(PermissionDenied):
            move_cohort(cohort=cohort, to="open", by=member_of(cohort.space, role))
