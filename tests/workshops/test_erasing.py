"""Words of a session do not outlive their use (domain.md 2.7)."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories.workshops import set_table
from workshops import actions
from workshops.methods import StepId
from workshops.models import (
    Attendance,
    CodevSession,
    Commitment,
    ConsultationContract,
    Contribution,
    Learning,
    PrivateNote,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def table():
    table = set_table()
    actions.write_question(session=table.session, by=table.client, text="Comment faire ?")
    table.go_to(StepId.CONSULTATION)
    actions.contribute(
        session=table.session,
        by=table.consultants[0],
        client_id=uuid4(),
        kind="idea",
        text="Essayer",
        to_group=True,
    )
    actions.write_private_note(session=table.session, by=table.observer, text="À moi")
    table.go_to(StepId.LEARNING)
    actions.learn(session=table.session, by=table.consultants[0], text="J’apprends", scope="group")
    return table.close()


def erase_when(table, **when):
    CodevSession.objects.filter(pk=table.event.pk).update(**when)
    call_command("erase_session_content", stdout=StringIO())


@pytest.mark.parametrize(
    ("closed", "followed_up", "erased"),
    [
        (119, None, False),
        (120, None, True),
        (40, 29, False),
        (40, 30, True),
    ],
)
def test_content_goes_thirty_days_after_the_return_and_at_most_a_hundred_and_twenty_after_the_session(
    table, closed, followed_up, erased
):
    now = timezone.now()
    erase_when(
        table,
        closed_at=now - timedelta(days=closed),
        followed_up_at=now - timedelta(days=followed_up) if followed_up else None,
    )
    assert Contribution.objects.exists() is not erased
    assert ConsultationContract.objects.exists() is not erased
    assert bool(table.session.client_question) is not erased
    assert bool(table.session.content_erased_at) is erased


def test_what_belongs_to_a_person_stays_hers_alone(table):
    erase_when(table, closed_at=timezone.now() - timedelta(days=200))
    assert PrivateNote.objects.get().text == "À moi"
    assert Learning.objects.get().scope == "self"
    assert Commitment.objects.exists()
    assert Attendance.objects.exists()
    assert table.session.runs.exists()


def test_erasing_again_changes_nothing(table):
    erase_when(table, closed_at=timezone.now() - timedelta(days=200))
    first = table.session.content_erased_at
    erase_when(table, closed_at=timezone.now() - timedelta(days=200))
    assert table.session.content_erased_at == first
