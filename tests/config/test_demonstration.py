"""The demonstration is the first thing that anyone sees: it is tested like the rest."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Organisation, User
from cohorts.models import Cohort, Milestone, PathTemplate
from config import demonstration
from discussions.models import Message
from reservoir.models import Note
from spaces.models import Membership, Role, Space
from workshops.models import Attendance, CodevSession, Commitment, CrossViewsWorkshop, Event, WorkshopSubgroup

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def running():
    demonstration.load()
    return demonstration.main_cohort()


def test_one_running_cohort_stands_in_its_fifth_month(running):
    assert running.month_now().number == 5
    assert running.enrolments.count() == 12
    assert Membership.objects.filter(space=running.space, role=Role.PARTICIPANT).count() == 18


def test_what_the_screens_need_is_there(running):
    held = CodevSession.objects.filter(event__state=Event.State.HELD)
    assert held.count() == 6
    assert (
        CodevSession.objects.get(state=CodevSession.State.CLIENT_CONFIRMED).client_seat.person.name == "Claire Aubert"
    )
    assert Message.objects.count() == 203 + 21
    assert not Space.objects.exclude(channels__kind="general").exists()
    assert Commitment.objects.count() == 30
    assert Note.objects.count() == 15
    assert set(Note.objects.values_list("state", flat=True)) == set(Note.State.values)
    assert not mail.outbox


def test_talk_shows_what_one_does_with_messages(running):
    talk = Message.objects.filter(channel=running.space.channels.get(kind="general"))
    assert talk.filter(thread__isnull=False).count() >= 4
    assert talk.filter(quoted__isnull=False).count() >= 2
    assert talk.get(pinned_at__isnull=False).author.name == "Tomas Ribeiro"
    assert talk.filter(mentions__person__display_name="Claire Aubert").count() == 1
    assert len(set(talk.exclude(reactions=None).values_list("reactions__sign", flat=True))) >= 4


def test_the_real_paths_and_workshops_stand_beside_it(running):
    assert Cohort.objects.filter(state=Cohort.State.FINISHED, is_demonstration=False).count() == 3
    assert CrossViewsWorkshop.objects.count() == 4
    assert WorkshopSubgroup.objects.filter(transversal=False).count() == 12


def test_loading_twice_changes_nothing(running):
    models = [User, Organisation, Cohort, PathTemplate, Milestone, Event, Attendance, Message, Note, Commitment]

    def counts():
        return {model: model.objects.count() for model in models}

    before = counts()
    assert demonstration.load() is False
    assert counts() == before


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 31, 9, 7, tzinfo=PARIS),
        datetime(2026, 8, 15, 14, 59, tzinfo=PARIS),
        datetime(2027, 3, 28, 12, 0, tzinfo=PARIS),
        datetime(2028, 2, 29, 22, 46, tzinfo=PARIS),
    ],
    ids=["end of January", "the pause of August", "the day the clocks change", "a leap day, late"],
)
def test_it_loads_on_any_day_with_its_session_on_that_day(now, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: now)
    demonstration.load()

    session = CodevSession.objects.get(state=CodevSession.State.CLIENT_CONFIRMED)
    assert now < session.event.starts_at.astimezone(PARIS)
    assert (session.event.starts_at - now).total_seconds() <= 15 * 60
    assert CodevSession.objects.filter(event__state=Event.State.HELD).count() == 6


def test_the_reference_loads_by_itself(capsys):
    call_command("load_reference")
    assert "3 parcours et 4 ateliers ajoutés." in capsys.readouterr().out
    assert not User.objects.exists()


def test_invented_people_are_loaded_in_a_demonstration_only(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demonstration")
    assert not User.objects.exists()
