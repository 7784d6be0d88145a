"""Events and sessions for tests."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone

from accounts.models import User
from spaces.models import Role, Space
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from workshops import actions
from workshops.methods import StepId
from workshops.models import CodevSession, Commitment, Event


class PeerGroupFactory(factory.django.DjangoModelFactory[Space]):
    class Meta:
        model = Space

    kind = Space.Kind.PEER_GROUP
    name = factory.Sequence(lambda n: f"Groupe {n}")
    parent = factory.SubFactory(SpaceFactory)


class EventFactory(factory.django.DjangoModelFactory[Event]):
    class Meta:
        model = Event

    space = factory.SubFactory(SpaceFactory)
    kind = Event.Kind.WEBINAR
    title = factory.Sequence(lambda n: f"Rencontre {n}")
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))
    ends_at = factory.LazyAttribute(lambda event: event.starts_at + timedelta(hours=2))


class CommitmentFactory(factory.django.DjangoModelFactory[Commitment]):
    class Meta:
        model = Commitment

    person = factory.SubFactory(UserFactory)
    space = factory.SubFactory(SpaceFactory)
    what = "Appeler la présidente du foyer rural"
    due = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=20))


@dataclass
class Table:
    """People around a session. `table.session` is read again each time, as another request would."""

    event: Event
    facilitator: User
    co_facilitator: User
    client: User
    consultants: list[User]
    observer: User

    @property
    def session(self) -> CodevSession:
        return CodevSession.objects.select_related("event__space").get(pk=self.event.pk)

    @property
    def everyone(self) -> list[User]:
        return [self.facilitator, self.co_facilitator, self.client, *self.consultants, self.observer]

    def fill(self) -> "Table":
        """Open the room and let everyone in."""
        actions.open_room(session=self.session, by=self.facilitator)
        for person in self.everyone:
            actions.arrive(session=self.session, by=person)
        return self

    def start(self) -> "Table":
        self.fill()
        actions.start_session(session=self.session, by=self.facilitator, seen_seq=self.session.step_seq)
        return self

    def advance(self, **more: Any) -> CodevSession:
        return actions.advance_session(
            session=self.session, by=self.facilitator, seen_seq=self.session.step_seq, **more
        )

    def agree(self) -> None:
        """Write, confirm and accept the contract."""
        contract = actions.write_contract(
            session=self.session,
            by=self.client,
            text="J’aimerais que vous m’aidiez à convaincre le conseil.",
            forms_of_help=["ideas"],
            confirmed=True,
        )
        for person in self.consultants:
            actions.answer_contract(session=self.session, by=person, version=contract.version, yes=True)

    def commit(self) -> Commitment:
        return actions.commit_to(
            session=self.session,
            by=self.client,
            client_id=uuid4(),
            what="Inviter deux élus au marché",
            due=timezone.localdate() + timedelta(days=20),
        )

    def go_to(self, step: str) -> "Table":
        """Start if needed, then advance until `step`, meeting each guard on the way."""
        if not self.session.is_live:
            self.start()
        while self.session.step != step:
            if self.session.step == StepId.CONTRACT:
                self.agree()
            if self.session.step == StepId.SYNTHESIS:
                self.commit()
            self.advance()
        return self

    def close(self) -> "Table":
        self.go_to(StepId.CLOSING)
        actions.close_session(session=self.session, by=self.facilitator, seen_seq=self.session.step_seq)
        return self


def set_table(space: Space | None = None, consultants: int = 3, **event: Any) -> Table:
    """A session that is about to open: a client, consultants, an observer, two facilitators."""
    space = space or PeerGroupFactory()

    def member(name: str, role: str = Role.PARTICIPANT) -> User:
        person = UserFactory(display_name=name)
        MembershipFactory(space=space, person=person, role=role)
        return person

    now = timezone.now()
    table = Table(
        event=EventFactory(
            **{
                "space": space,
                "kind": Event.Kind.CODEV,
                "starts_at": now + timedelta(minutes=5),
                "ends_at": now + timedelta(minutes=125),
                "mode": Event.Mode.ONSITE,
            }
            | event
        ),
        facilitator=member("Solène Animatrice", Role.FACILITATOR),
        co_facilitator=member("Corinne Appui", Role.CO_FACILITATOR),
        client=member("Claire Cliente"),
        consultants=[
            member(f"{name} Consultant") for name in ("Nadia", "Mehdi", "Paul", "Aïcha", "Yann")[:consultants]
        ],
        observer=member("Olga Observatrice"),
    )
    actions.make_session(
        event=table.event,
        by=table.facilitator,
        client=table.client,
        facilitator=table.facilitator,
        co_facilitators=[table.co_facilitator],
        people=table.consultants,
        observers=[table.observer],
    )
    return table
