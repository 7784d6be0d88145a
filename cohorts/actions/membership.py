"""What members of a cohort accept, and the groups they form."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts import calendar, charter
from cohorts.actions.creation import event_of
from cohorts.actions.refusals import NotAMember
from cohorts.models import CharterAcceptance, Cohort
from cohorts.permissions import can_run
from discussions.actions import open_general
from spaces.actions import admit
from spaces.models import FACILITATING, Membership, Role, Space
from workshops.models import CodevSession, Event


@dataclass
class PeerGroup:
    """A group just made, and what its maker should know of it, in sentences."""

    space: Space
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def accept_charter(*, cohort: Cohort, person: User) -> CharterAcceptance:
    """Keep a member's yes to the ground rules of the path as they stand, once for each version."""
    if not Membership.objects.current().filter(space=cohort.pk, person=person).exists():
        raise PermissionDenied
    acceptance, _created = CharterAcceptance.objects.get_or_create(
        space_id=cohort.pk, person=person, version=charter.VERSION
    )
    return acceptance


@transaction.atomic
def make_peer_group(*, cohort: Cohort, name: str, people: Sequence[User], by: User) -> PeerGroup:
    """A stable part of the cohort for co-development (5 to 6 people in the standard template).

    It gets the sessions that its path plans for each group, at the proposed dates, and the cohort's facilitators.
    The rules of the template warn, the facilitator decides (domain.md 4.3, 2.9 F16). Raises NotAMember.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).select_related("space", "template").get(pk=cohort.pk)
    if not can_run(by, cohort):
        raise PermissionDenied
    followers = set(
        Membership.objects.current()
        .filter(space=cohort.pk, role=Role.PARTICIPANT, person__in=people)
        .values_list("person", flat=True)
    )
    if strangers := [person.name for person in people if person.pk not in followers]:
        raise NotAMember(
            _("Ces personnes ne participent pas à la cohorte : %(names)s.") % {"names": ", ".join(strangers)}
        )
    warnings = _warnings(cohort, people)
    space = Space.objects.create(kind=Space.Kind.PEER_GROUP, name=name, parent=cohort.space)
    open_general(space=space)
    for person in people:
        admit(space=space, person=person, role=Role.PARTICIPANT)
    for membership in Membership.objects.current().filter(space=cohort.pk, role__in=FACILITATING):
        admit(space=space, person=membership.person, role=membership.role)
    _plan_sessions(cohort, space)
    return PeerGroup(space, warnings)


def _warnings(cohort: Cohort, people: Sequence[User]) -> list[str]:
    rules = cohort.template.data.get("peer_group", {})
    low, high = rules.get("size", [4, 8])
    found = []
    if not low <= len(people) <= high:
        found.append(
            _("Ce groupe compte %(count)s personnes ; le parcours prévoit de %(low)s à %(high)s.")
            % {"count": len(people), "low": low, "high": high}
        )
    together: dict[str, list[str]] = {}
    for person in people:
        if person.organisation:
            together.setdefault(person.organisation.name, []).append(person.name)
    found += [
        _(
            "%(names)s viennent de la même organisation (%(organisation)s) : "
            "mieux vaut deux groupes, sans lien hiérarchique."
        )
        % {"names": " et ".join(names) if len(names) == 2 else ", ".join(names), "organisation": organisation}
        for organisation, names in together.items()
        if len(names) > 1
    ]
    elsewhere = (
        Membership.objects.current()
        .filter(space__parent=cohort.pk, role=Role.PARTICIPANT, person__in=people)
        .select_related("person", "space")
    )
    found += [
        _("%(name)s est déjà dans « %(group)s ».") % {"name": membership.person.name, "group": membership.space.name}
        for membership in elsewhere
    ]
    if "mix_actor_kinds" in rules.get("rules", []) and len(people) > 1:
        kinds = {person.organisation.kind for person in people if person.organisation}
        if len(kinds) == 1:
            found.append(_("Toutes les organisations de ce groupe sont de même nature : mélangez-les si vous pouvez."))
    return found


def _plan_sessions(cohort: Cohort, group: Space) -> None:
    """The group's own sessions. Those that the cohort kept for want of groups go, unless something hangs on them."""
    with translation.override("fr"):
        slots = [slot for slot in calendar.propose(cohort.template.data, cohort.starts_on) if slot.per_peer_group]
    own = {event.template_ref: event for event in Event.objects.filter(space=cohort.pk, kind=Event.Kind.CODEV)}
    for slot in slots:
        event = event_of(slot, space=group)
        if kept := own.get(slot.ref):  # its date may have been moved
            event.starts_at, event.ends_at, event.mode, event.place = (
                kept.starts_at,
                kept.ends_at,
                kept.mode,
                kept.place,
            )
        if not event.is_over:
            event.save(force_insert=True)
    Event.objects.ahead().filter(
        space=cohort.pk, template_ref__in=[slot.ref for slot in slots], attendances=None, commitments=None
    ).exclude(pk__in=CodevSession.objects.values("event")).delete()
