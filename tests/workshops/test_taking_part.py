"""What people write in a session: when, by whom, read by whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from live.models import LiveEvent
from spaces.actions import change_role
from spaces.models import Membership, Role
from tests.factories import MembershipFactory
from tests.factories.workshops import set_table
from workshops import actions
from workshops.methods import StepId
from workshops.models import Commitment, Contribution, Learning, PrivateNote, Pulse, PulseToken, StepRun
from workshops.permissions import may_watch_session

pytestmark = pytest.mark.django_db


def contribute(table, person, **fields):
    return actions.contribute(
        **{
            "session": table.session,
            "by": person,
            "client_id": uuid4(),
            "kind": "idea",
            "text": "Essayer un samedi",
            "to_group": False,
        }
        | fields
    )


def readers(table, contribution):
    return {
        person.display_name.split()[0]
        for person in table.everyone
        if Contribution.objects.visible_to(person).filter(pk=contribution.pk).exists()
    }


# --- contributions ---------------------------------------------


def test_a_contribution_is_read_by_its_author_and_the_client_alone():
    table = set_table().go_to(StepId.CONSULTATION)
    contribution = contribute(table, table.consultants[0])
    assert readers(table, contribution) == {"Nadia", "Claire"}


def test_a_shared_contribution_is_read_by_the_group_and_by_the_facilitator_only_while_it_lasts():
    table = set_table().go_to(StepId.CONSULTATION)
    contribution = contribute(table, table.consultants[0], to_group=True)
    group = {"Nadia", "Mehdi", "Paul", "Claire", "Olga"}
    assert readers(table, contribution) == group | {"Solène", "Corinne"}
    table.close()
    assert readers(table, contribution) == group


def test_someone_who_left_the_group_reads_nothing_more():
    table = set_table().go_to(StepId.CONSULTATION)
    contribution = contribute(table, table.consultants[0], to_group=True)
    Membership.objects.filter(person=table.consultants[1]).update(left_at=timezone.now())
    assert "Mehdi" not in readers(table, contribution)
    with pytest.raises(PermissionDenied):
        contribute(table, table.consultants[1])


def test_a_contribution_sent_twice_is_there_once():
    table = set_table().go_to(StepId.CONSULTATION)
    once = uuid4()
    first = contribute(table, table.consultants[0], client_id=once)
    assert contribute(table, table.consultants[0], client_id=once) == first
    with pytest.raises(actions.ReusedClientId):
        contribute(table, table.consultants[0], client_id=once, text="Autre chose")
    assert Contribution.objects.count() == 1


def test_the_client_and_the_observer_do_not_contribute():
    table = set_table().go_to(StepId.CONSULTATION)
    for person in [table.client, table.observer, table.facilitator]:
        with pytest.raises(PermissionDenied):
            contribute(table, person)


def test_nothing_public_is_written_during_the_expose():
    table = set_table().go_to(StepId.EXPOSE)
    with pytest.raises(actions.NotNow):
        contribute(table, table.consultants[0])


def test_a_contribution_may_still_be_dropped_for_thirty_seconds():
    table = set_table().go_to(StepId.SYNTHESIS)
    assert contribute(table, table.consultants[0])
    StepRun.objects.filter(step=StepId.CONSULTATION).update(ended_at=timezone.now() - timedelta(seconds=31))
    with pytest.raises(actions.NotNow):
        contribute(table, table.consultants[0])


def test_a_pause_to_take_care_stops_all_writing_for_the_group():
    table = set_table().go_to(StepId.CONSULTATION)
    actions.pause_session(session=table.session, by=table.facilitator, reason="care")
    with pytest.raises(actions.NotNow):
        contribute(table, table.consultants[0])
    actions.resume_session(session=table.session, by=table.facilitator)
    assert contribute(table, table.consultants[0])


def test_only_the_client_keeps_and_only_the_author_withdraws():
    table = set_table().go_to(StepId.CONSULTATION)
    contribution = contribute(table, table.consultants[0], to_group=True)
    actions.keep_contribution(contribution=contribution, by=table.client, kept=True)
    for person in [table.consultants[0], table.facilitator]:
        with pytest.raises(PermissionDenied):
            actions.keep_contribution(contribution=contribution, by=person, kept=False)
    for person in [table.client, table.consultants[1], table.facilitator]:
        with pytest.raises(PermissionDenied):
            actions.withdraw_contribution(contribution=contribution, by=person)
    actions.withdraw_contribution(contribution=contribution, by=table.consultants[0])
    assert not Contribution.objects.exists()


# --- contract ---------------------------------------------


def test_other_words_make_the_answers_void():
    table = set_table().go_to(StepId.CONTRACT)
    table.agree()
    contract = actions.write_contract(
        session=table.session, by=table.client, text="Autre demande", forms_of_help=[], confirmed=False
    )
    assert contract.answers.count() == 0
    assert contract.confirmed_at is None
    with pytest.raises(actions.AlreadyMoved, match="relisez-la"):
        actions.answer_contract(session=table.session, by=table.consultants[0], version=1, yes=True)


def test_only_the_client_words_the_request_and_only_consultants_answer():
    table = set_table().go_to(StepId.CONTRACT)
    for person in [table.consultants[0], table.facilitator, table.observer]:
        with pytest.raises(PermissionDenied):
            actions.write_contract(session=table.session, by=person, text="x", forms_of_help=[], confirmed=True)
    contract = actions.write_contract(
        session=table.session, by=table.client, text="M’aider à…", forms_of_help=[], confirmed=True
    )
    for person in [table.client, table.observer]:
        with pytest.raises(PermissionDenied):
            actions.answer_contract(session=table.session, by=person, version=contract.version, yes=True)


# --- one's own ---------------------------------------------


def test_private_notes_wake_nobody_and_are_one_a_person():
    table = set_table()
    before = LiveEvent.objects.count()
    for text in ["Une idée", "Une idée, puis une autre"]:
        actions.write_private_note(session=table.session, by=table.consultants[0], text=text)
    assert PrivateNote.objects.get().text == "Une idée, puis une autre"
    assert LiveEvent.objects.count() == before


def test_a_private_note_can_be_written_long_after():
    table = set_table().close()
    assert actions.write_private_note(session=table.session, by=table.observer, text="J’y repense.")


def test_a_learning_is_for_oneself_until_its_author_says_otherwise():
    table = set_table().go_to(StepId.LEARNING)
    before = LiveEvent.objects.count()
    actions.learn(session=table.session, by=table.observer, text="Le silence aide.", scope="self")
    assert LiveEvent.objects.count() == before
    actions.learn(session=table.session, by=table.observer, text="Le silence aide.", scope="group")
    assert LiveEvent.objects.count() == before + 1
    assert Learning.objects.get().scope == "group"
    actions.learn(session=table.session, by=table.observer, text="", scope="self")
    assert not Learning.objects.exists()


def test_a_learning_waits_for_its_step():
    table = set_table().go_to(StepId.EXPOSE)
    with pytest.raises(actions.NotNow):
        actions.learn(session=table.session, by=table.observer, text="Trop tôt", scope="self")


# --- actions ---------------------------------------------


def commit(table, person, **fields):
    return actions.commit_to(
        **{
            "session": table.session,
            "by": person,
            "client_id": uuid4(),
            "what": "Inviter deux élus",
            "due": timezone.localdate(),
        }
        | fields
    )


def test_three_actions_a_person_and_no_more():
    table = set_table().go_to(StepId.SYNTHESIS)
    for _n in range(3):
        commit(table, table.client)
    with pytest.raises(actions.NotNow, match="Trois"):
        commit(table, table.client)
    assert commit(table, table.consultants[0])


def test_an_action_sent_twice_is_there_once_and_its_id_is_no_key_to_others():
    table = set_table().go_to(StepId.SYNTHESIS)
    once = uuid4()
    assert commit(table, table.client, client_id=once) == commit(table, table.client, client_id=once)
    with pytest.raises(actions.ReusedClientId):
        commit(table, table.consultants[0], client_id=once)
    assert Commitment.objects.count() == 1


def test_only_its_author_reports_what_became_of_an_action():
    table = set_table().go_to(StepId.SYNTHESIS)
    commitment = commit(table, table.client)
    with pytest.raises(PermissionDenied):
        actions.report_commitment(commitment=commitment, by=table.facilitator, outcome="done")
    actions.report_commitment(commitment=commitment, by=table.client, outcome="dropped", learned="Trop grand")
    commitment.refresh_from_db()
    assert (commitment.outcome, commitment.learned) == ("dropped", "Trop grand")
    assert commitment.reported_at


# --- pulse ---------------------------------------------


def test_a_pulse_is_given_once_and_bears_no_name():
    table = set_table().go_to(StepId.CLOSING)
    give = {"useful": 4, "spoke": 3, "pace": "right"}
    actions.answer_pulse(session=table.session, by=table.consultants[0], **give)
    with pytest.raises(actions.AlreadyMoved):
        actions.answer_pulse(session=table.session, by=table.consultants[0], **give)
    assert Pulse.objects.count() == 1
    names = {field.name for field in Pulse._meta.get_fields()}
    assert names == {"id", "session", "useful", "spoke", "pace", "keep", "change"}
    assert not PulseToken.objects.filter(person=table.consultants[0]).exists()


def test_the_facilitator_and_the_absent_have_no_pulse_to_give():
    table = set_table(consultants=4).start()
    actions.depart(session=table.session, by=table.consultants[3])
    table.go_to(StepId.CLOSING)
    for person in [table.facilitator, table.consultants[3]]:
        with pytest.raises(actions.AlreadyMoved):
            actions.answer_pulse(session=table.session, by=person, useful=1, spoke=1, pace="slow")


def test_a_role_that_changes_in_the_cohort_closes_the_room_and_its_live_topic(sign_in, member_of):
    table = set_table().start()
    cohort, person = table.event.space.parent, table.consultants[0]
    room = reverse("workshops:session", args=[table.session.pk])
    MembershipFactory(space=cohort, person=person)
    browser = sign_in(person)
    assert browser.get(room).status_code == 200
    assert may_watch_session(person, table.session.pk)
    change_role(space=cohort, person=person, role=Role.SPONSOR, by=member_of(cohort, Role.FACILITATOR))
    assert browser.get(room).status_code == 404
    assert not may_watch_session(person, table.session.pk)
