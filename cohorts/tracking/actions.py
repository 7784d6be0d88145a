"""What facilitators note down: who came, what was brought."""

import uuid
from collections.abc import Collection, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Enrolment, Milestone, MilestoneDone
from cohorts.tracking.attendance import WEIGHTS, expected_at
from spaces.actions import Refused
from spaces.permissions import facilitates
from workshops.models import Attendance, Event


class NotYetHeld(Refused):
    """Nobody can have come to an event that has not begun."""


@transaction.atomic
def note_attendance(*, cohort: Cohort, event: Event, by: User, states: Mapping[uuid.UUID, str]) -> int:
    """Note who came to one event of the cohort; returns how many rows changed.

    `states` gives a person's id a state that tells what happened, or "" when nothing is known, which takes back a
    wrong note and leaves an announcement as it is. Ids of people who were not expected are left aside. Saying the
    same thing twice changes nothing.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if not facilitates(by, cohort.space):
        raise PermissionDenied
    if event.starts_at > timezone.now():
        raise NotYetHeld(_("Cette rencontre n’a pas encore commencé : personne n’a pu y venir."))
    known = {attendance.person_id: attendance for attendance in Attendance.objects.filter(event=event)}
    changed = 0
    for person in expected_at(event):
        state = states.get(person.pk)
        attendance = known.get(person.pk)
        before = attendance.state if attendance else ""
        if state is None or state == before or (not state and before not in WEIGHTS):
            continue
        if state and state not in WEIGHTS:
            raise ValueError(f"{state!r} does not tell whether someone came")
        Attendance.objects.update_or_create(
            event=event, person=person, defaults={"state": state or Attendance.State.EXPECTED, "recorded_by": by}
        )
        changed += 1
    return changed


@transaction.atomic
def mark_milestone(*, milestone: Milestone, by: User, organisations: Collection[uuid.UUID]) -> int:
    """Make `organisations` (ids) the ones that reached the milestone; returns how many marks were added or taken away.

    Marks that stand keep their date and their author. Organisations that are not enrolled are left aside.
    """
    milestone = Milestone.objects.select_for_update(of=("self",)).select_related("cohort__space").get(pk=milestone.pk)
    if not facilitates(by, milestone.cohort.space):
        raise PermissionDenied
    enrolled = set(
        Enrolment.objects.filter(cohort=milestone.cohort).order_by("pk").values_list("organisation", flat=True)
    )
    wanted = set(organisations) & enrolled
    standing = set(milestone.done.order_by("pk").values_list("organisation", flat=True))
    MilestoneDone.objects.bulk_create(
        MilestoneDone(milestone=milestone, organisation_id=organisation, marked_by=by)
        for organisation in wanted - standing
    )
    taken_away = (standing & enrolled) - wanted
    milestone.done.filter(organisation__in=taken_away).delete()
    return len(wanted - standing) + len(taken_away)
