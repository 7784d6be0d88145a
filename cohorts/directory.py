"""Who is in a cohort, as its members read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import User
from cohorts.models import Cohort
from spaces.models import FACILITATING, TAKING_PART, Membership, Role, Space

if TYPE_CHECKING:
    from spaces.models import MembershipQuerySet


@dataclass
class Someone:
    """One person and the roles she holds in the cohort."""

    person: User
    roles: list[str]

    @property
    def facilitates(self) -> bool:
        return any(role in FACILITATING for role in self.roles)

    @property
    def takes_part(self) -> bool:
        return any(role in TAKING_PART for role in self.roles)

    @property
    def role_labels(self) -> list[str]:
        """Roles worth saying: participant goes without."""
        return [str(Role(role).label) for role in self.roles if role != Role.PARTICIPANT]


def directory_of(cohort: Cohort) -> list[Someone]:
    """Everybody but sponsors, facilitators first, then by name: one query, never sorted by what people did."""
    rows = (
        Membership.objects.current()
        .filter(space=cohort.pk)
        .exclude(role=Role.SPONSOR)
        .select_related("person__organisation__territory")
        .order_by("person__display_name", "person", "pk")
    )
    found: dict[object, Someone] = {}
    for row in rows:
        found.setdefault(row.person_id, Someone(row.person, [])).roles.append(row.role)
    return sorted(found.values(), key=lambda someone: not someone.facilitates)


def groups_of(cohort: Cohort) -> list[tuple[Space, list[User]]]:
    """The peer groups of a cohort with their participants (one query)."""
    rows = (
        Membership.objects.current()
        .filter(space__parent=cohort.pk, role=Role.PARTICIPANT)
        .select_related("space", "person")
        .order_by("space__name", "space", "person__display_name", "pk")
    )
    found: dict[object, tuple[Space, list[User]]] = {}
    for row in rows:
        found.setdefault(row.space_id, (row.space, []))[1].append(row.person)
    return list(found.values())


def people_known_to(user: User) -> "MembershipQuerySet":
    """The roles of everybody whose name `user` reads in the directory of one of her cohorts."""
    reads = [role for role in Role if role not in (Role.SPONSOR, Role.WITNESS)]
    cohorts = Space.objects.of(user, reads).filter(kind=Space.Kind.COHORT)
    found = Membership.objects.current().filter(space__in=cohorts.values("pk")).exclude(role=Role.SPONSOR)
    return found.order_by("person__display_name", "person", "-joined_at", "pk")
