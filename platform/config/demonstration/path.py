"""What the cohort has lived so far: dates, attendance, milestones reached."""

import random
from datetime import datetime, timedelta

from accounts.models import User
from cohorts.calendar import THURSDAY
from cohorts.models import Cohort, Enrolment, Milestone, MilestoneDone
from config.demonstration.cohort import groups_of
from config.demonstration.people import Everyone
from spaces.models import TAKING_PART, Membership, Space
from workshops.models import Attendance, Event

#: Of twenty people expected, how many come, come in part, say they will not, or are missed.
HABITS = ["present"] * 15 + ["partial"] + ["excused"] * 3 + ["absent"]
#: The template's line for each group's third session.
THIRD = "C3"
PLACES = {
    "S1": "Maison des associations, Autun",
    "S4": "Halle de Joigny",
    "S3": "Médiathèque de Guéret",
}


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    chance = random.Random(20182019)  # noqa: S311  the same demonstration every time
    _give_past_sessions_to_groups(cohort, now)
    for event in cohort.events():
        event.place = PLACES.get(event.template_ref, "")
        event.video_url = "" if event.mode == Event.Mode.ONSITE else "https://visio.example.org/entre-pairs"
        if event.ends_at < now:
            event.state = Event.State.HELD
        event.save(update_fields=["place", "video_url", "state"])
    for event in cohort.events().filter(ends_at__lt=now).order_by("starts_at", "id"):
        for person in _expected(event.space):
            Attendance.objects.create(
                event=event, person=person, recorded_by=everyone["solene"], **_came(chance, event, person, everyone)
            )
    upcoming = cohort.events().filter(starts_at__gt=now, space=cohort.space).order_by("starts_at").first()
    if upcoming:
        for person in _expected(cohort.space)[:9]:
            Attendance.objects.create(event=upcoming, person=person, state=Attendance.State.CONFIRMED)
    _reach_milestones(cohort, everyone, now)


def _give_past_sessions_to_groups(cohort: Cohort, now: datetime) -> None:
    """Groups are made before their first session in real life; here they are given those already held.

    The third session is always of these days, today for the first group (`sessions`), even late in its month.
    """
    own = Event.objects.filter(space=cohort.space, kind=Event.Kind.CODEV)
    for event in own.filter(ends_at__lt=now):
        for shift, group in enumerate(groups_of(cohort)):
            days = timedelta(days=shift if event.starts_at.weekday() < THURSDAY else -shift)
            if event.template_ref == THIRD:
                days = timedelta(days=(now.date() - event.starts_at.date()).days + shift + 1)
            moved = Event.objects.get(pk=event.pk)
            moved.pk = Event._meta.pk.get_default()
            moved.space = group
            moved.starts_at += days
            moved.ends_at += days
            moved.save(force_insert=True)
    own.delete()


def _expected(space: Space) -> list[User]:
    held = Membership.objects.current().filter(space=space, role__in=TAKING_PART).exclude(role="co_facilitator")
    return [membership.person for membership in held.exclude(role="facilitator").select_related("person")]


def _came(chance: random.Random, event: Event, person: User, everyone: Everyone) -> dict[str, object]:
    state = chance.choice(HABITS)
    if person == everyone["marie"] and event.kind == Event.Kind.WEBINAR:
        state = "excused"
    told = event.starts_at - timedelta(hours=chance.choice([6, 30, 72])) if state == "excused" else None
    return {"state": state, "told_at": told}


def _reach_milestones(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    late = {("roadmap_v1", "Collectif des Halles"), ("note_draft", "Fondation de la Briance")}
    # The month under way: some organisations are ahead of its end.
    early = 5
    for milestone in Milestone.objects.filter(cohort=cohort):
        enrolments = list(Enrolment.objects.filter(cohort=cohort).select_related("organisation"))
        if milestone.due >= now.date():
            is_this_month = milestone.due <= now.date() + timedelta(days=31)
            enrolments = enrolments[:early] if is_this_month else []
        for enrolment in enrolments:
            if (milestone.ref, enrolment.organisation.name) not in late:
                MilestoneDone.objects.create(
                    milestone=milestone,
                    organisation=enrolment.organisation,
                    marked_by=everyone["solene"],
                    done_at=min(now, now.replace(year=milestone.due.year, month=milestone.due.month, day=1)),
                )
