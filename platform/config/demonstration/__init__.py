"""The invented cohort that a demonstration shows, loaded through the same actions as real life.

Every person is invented; organisations stand on real territories. Loading twice changes nothing.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from cohorts.models import Cohort
from config.demonstration import (
    cohort,
    commitments,
    conversations,
    notes,
    path,
    people,
    quoting,
    reference,
    sessions,
    talk,
)
from home.indexing import index_everything

__all__ = ["WHO", "load"]

#: Whom one may sign in as, and why: (key of the person, what she shows).
WHO = [
    ("claire", "participante, cliente de la séance d’aujourd’hui"),
    ("nadia", "participante, consultante de la séance d’aujourd’hui"),
    ("solene", "animatrice"),
    ("helene", "commanditaire"),
    ("admin", "administration"),
]


@transaction.atomic
def load() -> bool:
    """Load reference and demonstration data around today. Returns False when they were there already."""
    now = timezone.localtime()
    if User.objects.filter(email=people.address("solene")).exists():
        return False
    today: date = now.date()
    with translation.override("fr"):
        reference.load()
        everyone = people.load()
        group_of_three = cohort.load(everyone, today)
        path.load(group_of_three, everyone, now)
        sessions.load(group_of_three, everyone, now)
        talk.load(group_of_three, everyone, now)
        conversations.load(group_of_three, everyone, now)
        notes.load(group_of_three, everyone, now)
        quoting.load(group_of_three, everyone, now)
        commitments.load(group_of_three, everyone, now)
        cohort.load_next(everyone, today)
        index_everything()  # under the dates that everything was given above
    return True


def main_cohort() -> Cohort:
    return Cohort.objects.get(is_demonstration=True, state=Cohort.State.RUNNING)
