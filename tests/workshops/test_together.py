"""Several people at once, on real connections: a session moves once a click that saw where it was."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from tests.factories.workshops import set_table
from workshops import actions
from workshops.methods import StepId
from workshops.models import Contribution

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run each of `acts` in a thread of its own, all let loose together; returns what came of each."""
    gate = Barrier(len(acts))

    def run(act):
        try:
            gate.wait()
            return act()
        except actions.Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_ten_clicks_at_once_move_the_session_once():
    table = set_table().start()
    session, seen = table.session, table.session.step_seq

    def click():
        return actions.advance_session(session=session, by=table.facilitator, seen_seq=seen)

    came = at_once(*[click] * 10)
    assert sum(isinstance(one, actions.AlreadyMoved) for one in came) == 9
    assert table.session.step_seq == seen + 1
    assert table.session.runs.count() == 2


def test_two_facilitators_at_once_move_the_session_once():
    table = set_table().start()
    session = table.session

    def take_and_advance(by):
        actions.take_hand(session=session, by=by)
        return actions.advance_session(session=session, by=by, seen_seq=1)

    came = at_once(lambda: take_and_advance(table.facilitator), lambda: take_and_advance(table.co_facilitator))
    assert sum(isinstance(one, actions.Refusal) for one in came) == 1
    assert table.session.step_seq == 2


def test_the_same_contribution_sent_twice_at_once_is_there_once():
    table = set_table().go_to(StepId.CONSULTATION)
    session, once = table.session, uuid4()

    def give():
        return actions.contribute(
            session=session, by=table.consultants[0], client_id=once, kind="idea", text="Essayer", to_group=False
        )

    first, second = at_once(give, give)
    assert first == second
    assert Contribution.objects.count() == 1
