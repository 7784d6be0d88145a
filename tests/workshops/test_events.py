"""The page of an event, presence announced, who sits where."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from spaces.models import Role
from tests.factories.workshops import EventFactory, PeerGroupFactory, set_table
from workshops import actions
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db


def url(event, name="event"):
    return reverse(f"workshops:{name}", args=[event.pk])


@pytest.mark.parametrize("kind", Event.Kind.values)
@pytest.mark.parametrize("ago", [-3, 3])
def test_every_kind_of_event_has_its_page(sign_in, member_of, kind, ago):
    start = timezone.now() - timedelta(days=ago)
    event = EventFactory(
        kind=kind,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        place="Mairie",
        video_url="https://visio.exemple.fr/x",
    )
    html = sign_in(member_of(event.space)).get(url(event)).content.decode()
    assert event.title in html
    assert "Mairie" in html


def test_one_says_whether_one_comes_until_it_begins(sign_in, member_of):
    event = EventFactory()
    person = member_of(event.space)
    client = sign_in(person)
    client.post(url(event, "presence"), {"coming": "0"})
    attendance = Attendance.objects.get(event=event, person=person)
    assert attendance.state == Attendance.State.EXCUSED
    assert attendance.told_at
    client.post(url(event, "presence"), {"coming": "1"})
    attendance.refresh_from_db()
    assert (attendance.state, attendance.told_at) == (Attendance.State.CONFIRMED, None)
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    assert client.post(url(event, "presence"), {"coming": "0"}).status_code == 409


def test_a_sponsor_sees_the_webinar_and_knows_nothing_of_the_session(sign_in, member_of):
    event = EventFactory()
    sponsor = sign_in(member_of(event.space, Role.SPONSOR))
    assert sponsor.get(url(event)).status_code == 200
    assert sponsor.get(url(EventFactory(space=event.space, kind=Event.Kind.CODEV))).status_code == 404


def test_only_who_is_expected_reads_who_comes_and_nobody_who_came(sign_in, member_of):
    event = EventFactory()
    nadia, paul = member_of(event.space, display_name="Nadia K."), member_of(event.space, display_name="Paul R.")
    Attendance.objects.create(event=event, person=nadia, state=Attendance.State.CONFIRMED)
    excused = Attendance.objects.create(event=event, person=paul, state=Attendance.State.EXCUSED)

    def names(reader):
        page = sign_in(reader).get(url(event)).content.decode()
        return "Nadia K." in page, "Paul R." in page

    member = member_of(event.space)
    assert names(member) == (True, False)
    roles = (Role.SPONSOR, Role.ORGANISATION_LEAD, Role.WITNESS, Role.RESEARCHER)
    others = [member_of(event.space, role) for role in roles]
    assert [names(person) for person in others] == [(False, False)] * len(roles)
    past = timezone.now() - timedelta(days=1)
    Event.objects.filter(pk=event.pk).update(starts_at=past - timedelta(hours=2), ends_at=past)
    excused.state = Attendance.State.ABSENT
    excused.save()
    assert names(member) == (True, True)
    assert [names(person) for person in others] == [(False, False)] * len(roles)


def test_the_facilitator_says_who_sits_where_on_the_page(sign_in, member_of):
    event = EventFactory(space=PeerGroupFactory(), kind=Event.Kind.CODEV)
    facilitator, client, first, second = (
        member_of(event.space, role)
        for role in (Role.FACILITATOR, Role.PARTICIPANT, Role.PARTICIPANT, Role.PARTICIPANT)
    )
    roles = {facilitator: "facilitator", client: "client", first: "consultant", second: "consultant"}
    data = {"variant": "standard"} | {f"seat-{person.pk}": role for person, role in roles.items()}
    browser = sign_in(facilitator)

    two_clients = data | {f"seat-{first.pk}": "client"}
    answer = browser.post(url(event, "seats"), two_clients)
    assert answer.status_code == 422
    assert "une seule" in answer.content.decode()

    assert browser.post(url(event, "seats"), data).status_code == 302
    event.refresh_from_db()
    assert {seat.person: seat.role for seat in event.codev.seats.all()} == roles
    assert event.codev.state == "client_confirmed"
    assert Attendance.objects.filter(event=event).count() == 4


def test_roles_change_until_the_start_and_the_first_clients_question_goes_with_her(member_of):
    table = set_table()
    actions.write_question(session=table.session, by=table.client, text="À moi seule ?")

    def seat(client, people):
        return actions.make_session(
            event=table.event, by=table.facilitator, client=client, facilitator=table.facilitator, people=people
        )

    nadia, *others = table.consultants
    session = seat(nadia, [table.client, *others])
    assert session.seats.get(role="client").person == nadia
    assert table.session.client_question == ""
    assert not session.seats.filter(person=table.observer).exists()
    with pytest.raises(actions.NotReady, match="membre du groupe"):
        seat(member_of(PeerGroupFactory()), others)
    with pytest.raises(actions.NotReady, match="propre séance"):
        seat(table.facilitator, others)
    with pytest.raises(PermissionDenied):
        actions.make_session(event=table.event, by=nadia, client=nadia, facilitator=table.facilitator, people=others)


def test_roles_do_not_change_once_it_runs():
    table = set_table().start()
    with pytest.raises(actions.NotNow):
        actions.make_session(
            event=table.event,
            by=table.facilitator,
            client=table.client,
            facilitator=table.facilitator,
            people=table.consultants,
        )


def test_the_author_of_an_action_tells_what_became_of_it(sign_in):
    table = set_table().go_to("synthesis")
    commitment = table.commit()
    address = reverse("workshops:commitment", args=[commitment.pk])
    assert "Raconter la suite" not in sign_in(table.consultants[0]).get(address).content.decode()
    client = sign_in(table.client)
    assert client.post(address, {"outcome": "", "learned": "Presque"}).status_code == 422
    assert client.post(address, {"outcome": "partly", "learned": "Presque"}).status_code == 302
    assert "Presque" in client.get(address).content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_of_an_event_costs_the_same_with_one_person_or_three(
    sign_in, member_of, django_assert_num_queries, size
):
    event = EventFactory()
    people = [member_of(event.space) for _ in range(size)]
    Attendance.objects.bulk_create(Attendance(event=event, person=person) for person in people)
    client = sign_in(people[0])
    with django_assert_num_queries(11):
        assert client.get(url(event)).status_code == 200
