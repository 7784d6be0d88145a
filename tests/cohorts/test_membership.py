"""The charter, and groups of peers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cohorts import charter
from cohorts.actions import NotAMember, accept_charter, create_cohort, make_peer_group
from cohorts.models import CharterAcceptance
from cohorts.permissions import charter_accepted
from spaces.models import Role, Space
from spaces.permissions import facilitates, takes_part
from tests.factories import OrganisationFactory, SpaceFactory, UserFactory
from tests.factories.cohorts import CohortFactory, PathTemplateFactory
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def facilitator(member_of):
    return member_of(SpaceFactory(), Role.FACILITATOR)


@pytest.fixture
def cohort(facilitator):
    return create_cohort(
        template=PathTemplateFactory(), name="Centres-bourgs", starts_on=timezone.localdate(), by=facilitator
    )


@pytest.fixture
def people(cohort, member_of):
    return [
        member_of(cohort.space, organisation=OrganisationFactory(kind=kind))
        for kind in ("association", "company", "association", "public_authority", "company")
    ]


def test_the_charter_is_accepted_once_with_its_version(cohort, people):
    assert not charter_accepted(people[0], cohort)
    first = accept_charter(cohort=cohort, person=people[0])
    assert accept_charter(cohort=cohort, person=people[0]) == first
    assert first.version == "1"
    assert charter_accepted(people[0], cohort)
    assert not charter_accepted(people[1], cohort)


def test_a_charter_that_changed_is_accepted_again_and_the_earlier_yes_stays(cohort, people, monkeypatch):
    accept_charter(cohort=cohort, person=people[0])
    monkeypatch.setattr(charter, "VERSION", "2")
    assert not charter_accepted(people[0], cohort)
    accept_charter(cohort=cohort, person=people[0])
    assert charter_accepted(people[0], cohort)
    kept = CharterAcceptance.objects.filter(person=people[0]).order_by("version")
    assert [acceptance.version for acceptance in kept] == ["1", "2"]


def test_the_charter_of_one_path_is_not_that_of_another(cohort, people):
    other = CohortFactory()
    CharterAcceptance.objects.create(space=other.space, person=people[0], version="1")
    assert not charter_accepted(people[0], cohort)


def test_a_stranger_accepts_nothing(cohort):
    with pytest.raises(PermissionDenied):
        accept_charter(cohort=cohort, person=UserFactory())


def test_a_sponsor_and_a_finished_path_ask_for_nothing(cohort, member_of, people):
    assert charter_accepted(member_of(cohort.space, Role.SPONSOR), cohort)
    cohort.state = "finished"
    assert charter_accepted(people[0], cohort)


def test_a_group_has_its_people_its_facilitators_and_its_sessions(cohort, facilitator, people):
    group = make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator)
    assert group.warnings == []
    assert group.space.kind == Space.Kind.PEER_GROUP
    assert group.space.parent == cohort.space
    assert all(takes_part(person, group.space) for person in people)
    assert facilitates(facilitator, group.space)
    assert list(group.space.events.values_list("template_ref", flat=True)) == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert not cohort.space.events.filter(kind=Event.Kind.CODEV).exists()


def test_a_second_group_has_its_own_sessions(cohort, facilitator, people):
    first = make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator)
    second = make_peer_group(cohort=cohort, name="Groupe B", people=people, by=facilitator)
    assert second.space.events.count() == first.space.events.count() == 6


def test_a_session_on_which_something_hangs_stays(cohort, facilitator, people):
    kept = cohort.space.events.get(template_ref="C2")
    Attendance.objects.create(event=kept, person=people[0], state=Attendance.State.EXCUSED)
    make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator)
    assert cohort.space.events.get(kind=Event.Kind.CODEV) == kept


def test_a_moved_date_is_the_date_of_the_group(cohort, facilitator, people):
    event = cohort.space.events.get(template_ref="C3")
    event.place = "Salle des fêtes"
    event.save()
    group = make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator)
    assert group.space.events.get(template_ref="C3").place == "Salle des fêtes"


def test_colleagues_in_one_group_are_a_warning(cohort, facilitator, people):
    people[1].organisation = people[0].organisation
    people[1].save()
    [warning] = make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator).warnings
    assert people[0].name in warning
    assert people[1].name in warning
    assert "même organisation" in warning


def test_the_size_the_mix_and_another_group_are_warnings(cohort, facilitator, people):
    make_peer_group(cohort=cohort, name="Groupe A", people=people, by=facilitator)
    alike = [people[0], people[2]]
    warnings = " ".join(make_peer_group(cohort=cohort, name="Groupe B", people=alike, by=facilitator).warnings)
    assert "prévoit de 5 à 6" in warnings
    assert "de même nature" in warnings
    assert "est déjà dans" in warnings


def test_somebody_from_outside_is_refused_and_nothing_is_made(cohort, facilitator, people):
    with pytest.raises(NotAMember, match="Odile"):
        make_peer_group(
            cohort=cohort, name="A", people=[*people, UserFactory(display_name="Odile Dehors")], by=facilitator
        )
    assert not Space.objects.filter(kind=Space.Kind.PEER_GROUP).exists()
    assert cohort.space.events.filter(kind=Event.Kind.CODEV).count() == 6


def test_only_the_facilitator_makes_groups(cohort, people):
    with pytest.raises(PermissionDenied):
        make_peer_group(cohort=cohort, name="A", people=people, by=people[0])
