"""A small world in which the rights table is tried: two cohorts, one peer group, and nine people who want in.

Each package tells who may do what in `tests/<package>/rights.py`:

    from tests.house.world import Row, World

    def furnish(world: World) -> None:
        world.channel = ChannelFactory(space=world.cohort_space)

    ROWS = [
        Row(
            "discussions:channel",
            lambda w: {"pk": w.channel.pk},
            get={"visitor": 302, "participant": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404},
        ),
        Row(
            "discussions:post",
            lambda w: {"pk": w.channel.pk},
            post={"visitor": 302, "participant": 302, "facilitator": 302, "co_facilitator": 302, "rest": 404},
            data=lambda w: {"body": "Bonjour", "client_id": uuid4()},
        ),
    ]

`rest` stands for every actor not named. A method without a line must be refused with 405.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from spaces.models import Role, Space
from tests.factories import MembershipFactory, SpaceFactory, UserFactory

TESTS = Path(__file__).resolve().parents[1]
ACTORS = (
    "visitor",  # not signed in
    "outsider",  # signed in, in no space
    "participant",  # of the cohort and of its peer group
    "other",  # participant of another cohort
    "former",  # left the cohort and its peer group
    "facilitator",
    "co_facilitator",
    "sponsor",
    "admin",  # superuser without any role in a space
)
# Lower floors first, so that a package may rely on what the ones below have put in the world.
FLOORS = ("accounts", "spaces", "live", "notifications", "discussions", "reservoir", "workshops", "cohorts", "home")

Statuses = dict[str, int | tuple[int, ...]]


@dataclass(frozen=True)
class Row:
    """Who gets which answer from one named route."""

    route: str
    kwargs: Callable[["World"], dict[str, Any]] = field(default=lambda world: {})
    get: Statuses | None = None
    post: Statuses | None = None
    data: Callable[["World"], dict[str, Any]] = field(default=lambda world: {})
    query: Callable[["World"], dict[str, Any]] = field(default=lambda world: {})
    label: str = ""  # tells two rows of the same route apart
    get_writes: str = ""  # why this GET may write: needs a reason a reviewer accepts
    own_proof: str = ""  # why this POST comes without our CSRF token, and what proves it instead

    def __post_init__(self) -> None:
        for statuses in (self.get, self.post):
            unknown = set(statuses or ()) - {*ACTORS, "rest"}
            if unknown:
                raise ValueError(f"{self.route}: unknown actors {sorted(unknown)}")
            if statuses and "rest" not in statuses and set(ACTORS) - set(statuses):
                raise ValueError(f"{self.route}: nothing said about {sorted(set(ACTORS) - set(statuses))}")

    def expected(self, method: str, actor: str) -> tuple[int, ...]:
        statuses = self.get if method == "get" else self.post
        assert statuses is not None
        status = statuses.get(actor, statuses.get("rest", 0))
        return status if isinstance(status, tuple) else (status,)

    def url(self, world: "World") -> str:
        return reverse(self.route, kwargs=self.kwargs(world))

    def __str__(self) -> str:
        return f"{self.route}-{self.label}" if self.label else self.route


class World:
    """`world.participant` is a person, `world.client("participant")` their browser; packages add the rest."""

    def __init__(self) -> None:
        self.cohort_space: Space = SpaceFactory(name="Cohorte de la Loire")
        self.other_space: Space = SpaceFactory(name="Cohorte du Jura")
        self.peer_group: Space = SpaceFactory(kind=Space.Kind.PEER_GROUP, name="Groupe A", parent=self.cohort_space)
        self.outsider: User = UserFactory(display_name="Odile Dehors")
        self.participant: User = UserFactory(display_name="Pascale Participante")
        self.mate: User = UserFactory(display_name="Marc Voisin")  # of the cohort, not of the peer group
        self.other: User = UserFactory(display_name="Ariane Ailleurs")
        self.former: User = UserFactory(display_name="Fanny Partie")
        self.facilitator: User = UserFactory(display_name="Farid Animateur")
        self.co_facilitator: User = UserFactory(display_name="Corinne Coanimatrice")
        self.sponsor: User = UserFactory(display_name="Simon Commanditaire")
        self.admin: User = UserFactory(display_name="Anne Administre", is_staff=True, is_superuser=True)
        # Administrators are led to a second factor before anything else: this one has it.
        Authenticator.objects.create(user=self.admin, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
        for space in (self.cohort_space, self.peer_group):
            MembershipFactory(space=space, person=self.participant, role=Role.PARTICIPANT)
            MembershipFactory(space=space, person=self.former, role=Role.PARTICIPANT, left_at=timezone.now())
            MembershipFactory(space=space, person=self.facilitator, role=Role.FACILITATOR)
            MembershipFactory(space=space, person=self.co_facilitator, role=Role.CO_FACILITATOR)
        MembershipFactory(space=self.cohort_space, person=self.mate, role=Role.PARTICIPANT)
        MembershipFactory(space=self.cohort_space, person=self.sponsor, role=Role.SPONSOR)
        MembershipFactory(space=self.other_space, person=self.other, role=Role.PARTICIPANT)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"The world has no {name!r}: does a rights.py furnish it?")

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def person(self, actor: str) -> User | None:
        return None if actor == "visitor" else getattr(self, actor)

    def client(self, actor: str, *, enforce_csrf_checks: bool = False) -> Client:
        """A fresh browser in which `actor` is signed in."""
        client = Client(enforce_csrf_checks=enforce_csrf_checks)
        if person := self.person(actor):
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def rights_modules() -> Iterator[tuple[str, ModuleType]]:
    """Each `tests/<package>/rights.py` there is, lower floors first."""
    found = {path.parent.name: path for path in TESTS.glob("*/rights.py")}
    for package in sorted(found, key=lambda name: (FLOORS.index(name) if name in FLOORS else len(FLOORS), name)):
        name = f"rights_of_{package}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, found[package])
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        yield package, sys.modules[name]


def rows() -> list[Row]:
    return [row for _, module in rights_modules() for row in module.ROWS]


def furnished() -> World:
    world = World()
    for _, module in rights_modules():
        if furnish := getattr(module, "furnish", None):
            furnish(world)
    return world
