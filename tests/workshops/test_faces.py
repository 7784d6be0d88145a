"""What each role sees of a session, step by step, and what it must never see."""

from uuid import uuid4

import pytest
from django.urls import reverse

from tests.factories.workshops import set_table
from workshops import actions
from workshops.methods import STEPS, SeatRole, StepId, prompt

pytestmark = pytest.mark.django_db
RUN = [step for step in STEPS if step not in (StepId.TOPIC_CHOICE, StepId.FOLLOW_UP, StepId.BREAK)]


def page(client, table, name="session", **query):
    return client.get(reverse(f"workshops:{name}", args=[table.event.pk]), query)


@pytest.mark.parametrize("step", RUN)
def test_each_role_reads_who_speaks_and_what_is_asked_of_it(sign_in, step):
    table = set_table().go_to(step)
    for person, role in [
        (table.client, SeatRole.CLIENT),
        (table.consultants[0], SeatRole.CONSULTANT),
        (table.observer, SeatRole.OBSERVER),
        (table.facilitator, SeatRole.FACILITATOR),
    ]:
        html = page(sign_in(person), table).content.decode()
        assert str(STEPS[step].label) in html
        assert str(STEPS[step].speaks) in html
        assert str(prompt(step, role)) in html
    assert page(sign_in(table.client), table, "projector").status_code == 200
