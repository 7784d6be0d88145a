"""The running cohort in its fifth month, and the next one that takes applications."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from cohorts import calendar
from cohorts.actions import accept_charter, create_cohort, make_peer_group
from cohorts.models import Application, CharterAcceptance, Cohort, Enrolment
from config.demonstration import words
from config.demonstration.people import Everyone
from config.demonstration.reference import standard_template
from spaces.actions import admit
from spaces.models import Membership, Role, Space

MONTH_NOW = 5


def start_for(today: date, month: int = MONTH_NOW) -> date:
    """The latest first of a month from which `today` falls in the given month of the standard path."""
    data = standard_template().data
    first = today.replace(day=1)
    while True:
        here = [each.number for each in _months(data, first, today) if each.state == calendar.HERE]
        if here and here[0] == month:
            return first
        first = (first - timedelta(days=1)).replace(day=1)


def _months(data: dict[str, Any], starts_on: date, today: date) -> list[calendar.Month]:
    return calendar.months(data, starts_on, events=[], milestones=[], today=today)


def load(everyone: Everyone, today: date) -> Cohort:
    facts = words.people()["cohort"]
    solene = everyone["solene"]
    starts_on = start_for(today)
    made = create_cohort(
        template=standard_template(),
        name=facts["name"],
        starts_on=starts_on,
        by=everyone["admin"],
        summary=facts["summary"],
        description=facts["description"],
        capacity=12,
        questions=facts["questions"],
        partners=[(name, part) for name, part in facts["partners"]],
        state=Cohort.State.RUNNING,
        today=starts_on,
    )
    admit(space=made.space, person=solene, role=Role.FACILITATOR)
    # The administrator made the cohort; it is not hers to facilitate.
    Membership.objects.filter(space=made.space, person=everyone["admin"]).delete()
    made.is_demonstration = True
    made.save(update_fields=["is_demonstration"])
    admit(space=made.space, person=everyone["tomas"], role=Role.CO_FACILITATOR)
    admit(space=made.space, person=everyone["helene"], role=Role.SPONSOR)
    for person in everyone.participants:
        admit(space=made.space, person=person, role=Role.PARTICIPANT)
        Enrolment.objects.get_or_create(cohort=made, organisation=person.organisation, defaults={"lead": person})
    for person in [*everyone.participants, solene, everyone["tomas"], everyone["helene"]]:
        accept_charter(cohort=made, person=person)
    CharterAcceptance.objects.filter(space=made.space).update(accepted_at=_noon(starts_on))
    Membership.objects.filter(space=made.space).update(joined_at=_noon(starts_on))
    for name, people in zip(words.people()["groups"], everyone.groups, strict=True):
        make_peer_group(cohort=made, name=name, people=people, by=solene)
    Membership.objects.filter(space__parent=made.space).update(joined_at=_noon(starts_on))
    return made


def groups_of(cohort: Cohort) -> list[Space]:
    order = words.people()["groups"]
    return sorted(cohort.space.children.all(), key=lambda group: order.index(group.name))


def load_next(everyone: Everyone, today: date) -> Cohort:
    """A path open to applications, with three of them to answer."""
    facts = words.people()["next_cohort"]
    next_month = (today.replace(day=1) + timedelta(days=92)).replace(day=1)
    made = create_cohort(
        template=standard_template(),
        name=facts["name"],
        starts_on=next_month,
        by=everyone["solene"],
        summary=facts["summary"],
        description=facts["description"],
        capacity=10,
        questions=facts["questions"],
        state=Cohort.State.OPEN,
    )
    made.is_demonstration = True
    made.save(update_fields=["is_demonstration"])
    accept_charter(cohort=made, person=everyone["solene"])
    for name, email, organisation, kind, function, *answers in facts["applications"]:
        # Written straight to the table: nobody is waiting for a letter at these addresses.
        Application.objects.create(
            cohort=made,
            name=name,
            email=email,
            function=function,
            organisation_name=organisation,
            organisation_kind=kind,
            answers=[
                {"question": question, "answer": answer}
                for question, answer in zip(made.questions, answers, strict=False)
            ],
        )
    return made


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
