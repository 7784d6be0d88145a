"""Six co-development sessions held, and the one of today."""

from datetime import datetime, timedelta
from itertools import zip_longest

from cohorts.models import Cohort
from config.demonstration.cohort import groups_of
from config.demonstration.people import Everyone
from workshops.actions import make_session, write_question
from workshops.models import Attendance, CodevSession, Event, Seat

#: Client of each group's first, second and third session.
CLIENTS = [["mehdi", "aicha", "claire"], ["erwan", "denis", "odile"], ["lina", "vincent", "karim"]]
QUESTION = "Comment relancer notre projet de halle quand le conseil est divisé ?"
MINUTES = 105


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    for group, clients, people in zip(groups_of(cohort), CLIENTS, everyone.groups, strict=True):
        events = list(Event.objects.filter(space=group, kind=Event.Kind.CODEV).order_by("starts_at"))
        held = [event for event in events if event.ends_at < now]
        returns = [event.starts_at for event in held[1:]]  # a client reports at the session after hers
        for event, client, told_at in zip_longest(held, clients[: len(held)], returns):
            _hold(event, everyone, client, people, told_at)
        if group == groups_of(cohort)[0]:
            _today(next(event for event in events if event.ends_at >= now), everyone, people, now)


def _hold(event: Event, everyone: Everyone, client: str, people: list, followed_up_at: datetime | None) -> None:
    """A session that ended, and whose client told its sequel at the next one if there was one."""
    session = make_session(
        event=event,
        by=everyone["solene"],
        client=everyone[client],
        facilitator=everyone["solene"],
        people=[person for person in people if person != everyone[client]],
    )
    came = dict(Attendance.objects.filter(event=event).values_list("person", "state"))
    for seat in Seat.objects.filter(session=session):
        if came.get(seat.person_id) in (Attendance.State.PRESENT, Attendance.State.PARTIAL, None):
            seat.arrived_at = event.starts_at
            seat.seconds_here = MINUTES * 60
            seat.frame_accepted_at = event.starts_at
            seat.save()
    session.state = CodevSession.State.CLOSED
    session.started_at, session.closed_at = event.starts_at, event.ends_at
    if followed_up_at:  # its words had their time: they are erased, as after every session
        session.state = CodevSession.State.FOLLOWED_UP
        session.followed_up_at = followed_up_at
        session.content_erased_at = followed_up_at + timedelta(days=30)
    session.save()


def _today(event: Event, everyone: Everyone, people: list, now: datetime) -> None:
    """Within the quarter of an hour that follows, so that its room is open to whoever looks."""
    quarter = timedelta(minutes=15)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    event.starts_at = midnight + ((now - midnight) // quarter + 1) * quarter
    event.ends_at = event.starts_at + timedelta(minutes=MINUTES)
    event.mode = Event.Mode.HYBRID
    event.place = "Salle des associations, Ambert"
    event.phone = "01 99 00 12 34"  # a number kept for fiction
    event.save()
    session = make_session(
        event=event,
        by=everyone["solene"],
        client=everyone["claire"],
        facilitator=everyone["solene"],
        people=[person for person in people if person != everyone["claire"]],
        co_facilitators=[everyone["tomas"]],
    )
    write_question(session=session, by=everyone["claire"], text=QUESTION)
    Attendance.objects.filter(event=event).exclude(person=everyone["julie"]).update(state=Attendance.State.CONFIRMED)
