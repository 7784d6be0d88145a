"""Thirty things people said they would try."""

from datetime import datetime, timedelta

from cohorts.models import Cohort
from config.demonstration import words
from config.demonstration.people import Everyone
from spaces.models import Role, Space
from workshops.models import Commitment, Event


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    for promise in words.promises():
        person = everyone[promise.who]
        group = Space.objects.get(parent=cohort.space, memberships__person=person, memberships__role=Role.PARTICIPANT)
        event = Event.objects.filter(space=group, template_ref=promise.ref).first() if promise.ref else None
        due = (now + timedelta(days=promise.due_in)).date()
        Commitment.objects.create(
            person=person,
            space=group,
            event=event,
            what=promise.what,
            due=due,
            visibility=promise.visibility,
            outcome=promise.outcome,
            learned=promise.learned,
            created_at=event.ends_at if event else now - timedelta(days=9),
            reported_at=now + timedelta(days=promise.due_in) if promise.outcome else None,
        )
