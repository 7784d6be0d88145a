"""The attendance table: who was expected, what is known, and what facilitators may note."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cohorts import tracking
from cohorts.models import MilestoneDone
from cohorts.tracking.actions import NotYetHeld, mark_milestone, note_attendance
from spaces.models import Membership, Role, Space
from tests.factories import MembershipFactory, OrganisationFactory, SpaceFactory, UserFactory
from tests.factories.cohorts import CohortFactory, EnrolmentFactory, MilestoneFactory
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db
State = Attendance.State
NOW = timezone.now()


@pytest.fixture
def cohort():
    return CohortFactory()


def event_in(space, days=-10, **fields):
    starts = NOW + timedelta(days=days)
    return Event.objects.create(
        **{
            "space": space,
            "kind": Event.Kind.WORKSHOP,
            "title": f"Rencontre {days}",
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=2),
        }
        | fields
    )


def person_in(*spaces, since=100, role=Role.PARTICIPANT, **fields):
    person = UserFactory(**fields)
    for space in spaces:
        MembershipFactory(space=space, person=person, role=role, joined_at=NOW - timedelta(days=since))
    return person


def words(table, person):
    line = next(line for line in table.lines if line.person == person)
    return [cell.words for cell in line.cells]


def test_the_table_has_past_events_and_the_next_one(cohort):
    person_in(cohort.space)
    for days in (20, -10, 10, -20):
        event_in(cohort.space, days)
    titles = [meeting.title for meeting in tracking.attendance_table(cohort, NOW).meetings]
    assert titles == ["Rencontre -20", "Rencontre -10", "Rencontre 10"]


def test_optional_and_cancelled_events_are_neither_listed_nor_counted(cohort):
    person = person_in(cohort.space)
    for event in (event_in(cohort.space, optional=True), event_in(cohort.space, state=Event.State.CANCELLED)):
        Attendance.objects.create(event=event, person=person, state=State.ABSENT)
    table = tracking.attendance_table(cohort, NOW)
    assert table.meetings == ()
    assert str(table.lines[0].presence) == "rien de noté"


def test_people_stand_in_the_alphabetical_order_of_organisations_then_names(cohort):
    evian, zeste = OrganisationFactory(name="Évian"), OrganisationFactory(name="Zeste")
    event = event_in(cohort.space)
    for name, organisation, state in [
        ("Zoé", evian, State.PRESENT),
        ("Émile", evian, State.ABSENT),
        ("Abel", zeste, State.PRESENT),
        ("Seule", None, State.PRESENT),
    ]:
        Attendance.objects.create(
            event=event, person=person_in(cohort.space, display_name=name, organisation=organisation), state=state
        )
    table = tracking.attendance_table(cohort, NOW)
    assert [line.person.name for line in table.lines] == ["Émile", "Zoé", "Abel", "Seule"]
    assert [name for name, _lines in table.by_organisation] == ["Évian", "Zeste", ""]


def test_facilitators_and_sponsors_are_not_in_the_table(cohort):
    for role in (Role.FACILITATOR, Role.CO_FACILITATOR, Role.SPONSOR):
        person_in(cohort.space, role=role)
    assert tracking.attendance_table(cohort, NOW).lines == ()


def test_who_joined_late_is_not_concerned_by_what_came_before(cohort):
    early, late = person_in(cohort.space), person_in(cohort.space, since=5)
    event = event_in(cohort.space, -10)
    Attendance.objects.create(event=event, person=early, state=State.PRESENT)
    table = tracking.attendance_table(cohort, NOW)
    assert words(table, early) == ["présent·e"]
    assert words(table, late) == ["pas concerné·e"]
    assert table.per_meeting[0].noted == 1


def test_who_left_is_not_listed_any_more(cohort):
    person = person_in(cohort.space)
    Membership.objects.filter(person=person).update(left_at=NOW)
    assert tracking.attendance_table(cohort, NOW).lines == ()


def test_nothing_noted_is_not_an_absence(cohort):
    person = person_in(cohort.space)
    event_in(cohort.space, -20)
    Attendance.objects.create(event=event_in(cohort.space, -10), person=person, state=State.CONFIRMED)
    table = tracking.attendance_table(cohort, NOW)
    assert words(table, person) == ["pas encore noté", "pas encore noté"]
    assert str(table.lines[0].presence) == "rien de noté"


def test_the_same_session_of_two_groups_is_one_meeting(cohort):
    groups = [SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort.space) for _ in range(2)]
    here, there = (person_in(cohort.space, group) for group in groups)
    first = event_in(groups[0], -10, template_ref="C1", kind=Event.Kind.CODEV)
    second = event_in(groups[1], -9, template_ref="C1", kind=Event.Kind.CODEV)
    Attendance.objects.create(event=first, person=here, state=State.PRESENT)
    Attendance.objects.create(event=second, person=there, state=State.ABSENT)
    table = tracking.attendance_table(cohort, NOW)
    assert [meeting.events for meeting in table.meetings] == [(first, second)]
    assert (words(table, here), words(table, there)) == (["présent·e"], ["absent·e"])
    assert str(table.per_meeting[0]) == "1 sur 2"


def test_a_group_that_holds_a_session_twice_has_two_meetings(cohort):
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort.space)
    person_in(cohort.space, group)
    for days in (-20, -10):
        event_in(group, days, template_ref="C1")
    assert len(tracking.attendance_table(cohort, NOW).meetings) == 2


def test_a_person_reads_the_row_of_the_board(cohort):
    person = person_in(cohort.space)
    other = person_in(cohort.space)
    for days, state in ((-30, State.PRESENT), (-20, State.PARTIAL), (-10, State.ABSENT)):
        event = event_in(cohort.space, days)
        Attendance.objects.create(event=event, person=person, state=state)
        Attendance.objects.create(event=event, person=other, state=State.PRESENT)
    board = tracking.attendance_table(cohort, NOW)
    own = tracking.attendance_table(cohort, NOW, only=person)
    assert own.lines == tuple(line for line in board.lines if line.person == person)
    assert str(own.lines[0].presence) == "1 sur 3, et 1 en partie"
    assert own.lines[0].hours == 3


@pytest.mark.parametrize(("came", "low"), [(2, True), (3, False)])
def test_attendance_is_low_below_three_in_four_twice_in_a_row(cohort, came, low):
    people = [person_in(cohort.space) for _ in range(4)]
    for days in (-20, -10):
        event = event_in(cohort.space, days)
        for index, person in enumerate(people):
            Attendance.objects.create(event=event, person=person, state=State.PRESENT if index < came else State.ABSENT)
    table = tracking.attendance_table(cohort, NOW)
    assert table.is_low is low
    assert table.mean == came


# --- noting ------------------------------------------------------------------------------------------------


def test_a_facilitator_notes_who_came_once(cohort):
    by, person = person_in(cohort.space, role=Role.CO_FACILITATOR), person_in(cohort.space)
    event = event_in(cohort.space)
    assert note_attendance(cohort=cohort, event=event, by=by, states={person.pk: State.PRESENT}) == 1
    assert note_attendance(cohort=cohort, event=event, by=by, states={person.pk: State.PRESENT}) == 0
    attendance = Attendance.objects.get()
    assert (attendance.person, attendance.state, attendance.recorded_by) == (person, State.PRESENT, by)


def test_a_participant_notes_nothing(cohort):
    person = person_in(cohort.space)
    with pytest.raises(PermissionDenied):
        note_attendance(cohort=cohort, event=event_in(cohort.space), by=person, states={person.pk: State.PRESENT})
    assert not Attendance.objects.exists()


def test_nobody_came_to_what_has_not_begun(cohort):
    by, person = person_in(cohort.space, role=Role.FACILITATOR), person_in(cohort.space)
    with pytest.raises(NotYetHeld):
        note_attendance(cohort=cohort, event=event_in(cohort.space, 5), by=by, states={person.pk: State.PRESENT})
    assert not Attendance.objects.exists()


def test_who_was_not_expected_is_left_aside(cohort):
    by = person_in(cohort.space, role=Role.FACILITATOR)
    stranger, late = UserFactory(), person_in(cohort.space, since=1)
    states = {stranger.pk: State.PRESENT, late.pk: State.PRESENT, uuid4(): State.PRESENT}
    assert note_attendance(cohort=cohort, event=event_in(cohort.space), by=by, states=states) == 0
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [(State.ABSENT, State.EXPECTED), (State.CONFIRMED, State.CONFIRMED), (State.EXPECTED, State.EXPECTED)],
)
def test_not_noted_takes_back_a_note_and_leaves_an_announcement(cohort, before, after):
    by, person = person_in(cohort.space, role=Role.FACILITATOR), person_in(cohort.space)
    event = event_in(cohort.space)
    attendance = Attendance.objects.create(event=event, person=person, state=before)
    note_attendance(cohort=cohort, event=event, by=by, states={person.pk: ""})
    attendance.refresh_from_db()
    assert attendance.state == after


def test_an_announcement_is_not_a_fact_to_note(cohort):
    by, person = person_in(cohort.space, role=Role.FACILITATOR), person_in(cohort.space)
    with pytest.raises(ValueError, match="does not tell"):
        note_attendance(cohort=cohort, event=event_in(cohort.space), by=by, states={person.pk: State.CONFIRMED})


def test_a_milestone_is_marked_and_taken_back(cohort):
    by = person_in(cohort.space, role=Role.FACILITATOR)
    milestone = MilestoneFactory(cohort=cohort)
    some, others = (EnrolmentFactory(cohort=cohort).organisation for _ in range(2))
    stranger = OrganisationFactory()
    assert mark_milestone(milestone=milestone, by=by, organisations=[some.pk, stranger.pk]) == 1
    first = MilestoneDone.objects.get()
    assert (first.organisation, first.marked_by) == (some, by)
    assert mark_milestone(milestone=milestone, by=by, organisations=[some.pk]) == 0
    assert MilestoneDone.objects.get() == first
    assert mark_milestone(milestone=milestone, by=by, organisations=[others.pk]) == 2
    assert MilestoneDone.objects.get().organisation == others


def test_a_participant_marks_no_milestone(cohort):
    milestone = MilestoneFactory(cohort=cohort)
    organisation = EnrolmentFactory(cohort=cohort).organisation
    with pytest.raises(PermissionDenied):
        mark_milestone(milestone=milestone, by=person_in(cohort.space), organisations=[organisation.pk])
    assert not MilestoneDone.objects.exists()


def test_a_session_kept_by_the_cohort_is_for_those_without_a_group(cohort):
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort.space)
    grouped, alone = person_in(cohort.space, group), person_in(cohort.space)
    kept = event_in(cohort.space, -11, template_ref="C1", kind=Event.Kind.CODEV)
    own = event_in(group, -10, template_ref="C1", kind=Event.Kind.CODEV)
    table = tracking.attendance_table(cohort, NOW)
    assert len(table.meetings) == 1
    assert {line.person: line.cells[0].event for line in table.lines} == {grouped: own, alone: kept}
