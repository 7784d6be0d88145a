"""From a template and a date to a cohort with its calendar."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts import calendar, paths
from cohorts.actions.refusals import StartsInThePast, TemplateChanged, WrongMove
from cohorts.models import Cohort, Milestone, Partner, PathTemplate
from cohorts.permissions import can_create_cohorts, can_run
from discussions.actions import open_general
from spaces.actions import admit
from spaces.models import Role, Space
from workshops.models import Event

#: What a cohort may become next. Applications may be opened again while it runs: people join late.
MOVES = {
    Cohort.State.DRAFT: (Cohort.State.OPEN,),
    Cohort.State.OPEN: (Cohort.State.RUNNING, Cohort.State.DRAFT),
    Cohort.State.RUNNING: (Cohort.State.OPEN, Cohort.State.FINISHED),
    Cohort.State.FINISHED: (),
}


@transaction.atomic
def load_template(*, document: Any, name: str = "") -> PathTemplate:
    """Store the template of a file, once: the same version with the same words changes nothing.

    Raises ValidationError with a sentence for each wrong line, TemplateChanged when the version holds other words.
    """
    data = paths.check(document)
    template, created = PathTemplate.objects.get_or_create(
        slug=data["id"],
        version=data["version"],
        defaults={"name": name or str(data.get("label") or data["id"])[:120], "data": data},
    )
    if not created and template.data != data:
        raise TemplateChanged(
            _("La version %(version)s de « %(slug)s » existe déjà avec un autre contenu : changez son numéro.")
            % {"version": template.version, "slug": template.slug}
        )
    return template


@transaction.atomic
def create_cohort(
    *,
    template: PathTemplate,
    name: str,
    starts_on: date,
    by: User,
    summary: str = "",
    description: str = "",
    capacity: int = 12,
    questions: Sequence[str] = (),
    partners: Iterable[tuple[str, str]] = (),
    state: str = Cohort.State.DRAFT,
    today: date | None = None,
    client_id: UUID | None = None,
) -> Cohort:
    """A cohort with everything that follows from its template and start: space, channel, events, milestones.

    `by` becomes its facilitator. All collective dates are there at once, so that nobody enrols without knowing them
    (domain.md 4.2). Raises StartsInThePast when `starts_on` is before `today`, by default the real one.
    `client_id` becomes the cohort's id, so that a form sent twice makes one cohort.
    """
    if not can_create_cohorts(by):
        raise PermissionDenied
    if client_id and (made := Cohort.objects.select_related("space").filter(pk=client_id).first()):
        if can_run(by, made):
            return made
        raise PermissionDenied
    if starts_on < (today or timezone.localdate()):
        raise StartsInThePast(_("Un parcours ne peut pas commencer dans le passé : choisissez une date à venir."))
    space = Space.objects.create(pk=client_id or uuid4(), kind=Space.Kind.COHORT, name=name)
    cohort = Cohort.objects.create(
        space=space,
        template=template,
        starts_on=starts_on,
        state=state,
        summary=summary,
        description=description,
        capacity=capacity,
        questions=list(questions),
    )
    Partner.objects.bulk_create(Partner(cohort=cohort, name=name, part=part) for name, part in partners)
    admit(space=space, person=by, role=Role.FACILITATOR)
    # What is written in the tables is in the language of the path, whoever's page asked for it.
    with translation.override("fr"):
        open_general(space=space, name=_("Vie de la cohorte"), description=_("Pour tout et pour tous."))
        Event.objects.bulk_create(event_of(slot, space=space) for slot in calendar.propose(template.data, starts_on))
        Milestone.objects.bulk_create(
            Milestone(
                cohort=cohort,
                ref=line["id"],
                title=paths.milestone_title(line),
                due=calendar.due(template.data, starts_on, line["month"]),
                required=bool(line.get("required", True)),
            )
            for line in template.data["milestones"]
        )
    return cohort


def event_of(slot: calendar.Slot, *, space: Space) -> Event:
    """An event, not stored yet, for a proposed date."""
    return Event(
        space=space,
        kind=slot.kind,
        title=slot.title,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        mode=slot.mode,
        optional=slot.optional,
        template_ref=slot.ref,
    )


@transaction.atomic
def move_cohort(*, cohort: Cohort, to: str, by: User) -> Cohort:
    """Open a cohort to applications, start it, finish it. Harmless when it is already there. Raises WrongMove."""
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("space").get(pk=cohort.pk)
    if not can_run(by, cohort):
        raise PermissionDenied
    if cohort.state == to:
        return cohort
    if to not in MOVES[Cohort.State(cohort.state)]:
        raise WrongMove(
            _("Une cohorte « %(state)s » ne peut pas changer ainsi.") % {"state": cohort.get_state_display()}
        )
    cohort.state = to
    cohort.save(update_fields=["state"])
    return cohort
