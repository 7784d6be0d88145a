"""What opening a channel costs with 100,000 messages, against the same with 100: `make bench NAME=channel`."""

import json
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from discussions import unread
from discussions.actions import mark_read, open_general
from discussions.models import Channel, Message
from tests.factories import MembershipFactory, SpaceFactory

FEW, MANY = 100, 100_000
BEHIND = 40  # messages that the reader has not read: what somebody finds after a day
AGE = timedelta(days=270)
ROUNDS = 40
GOAL = 1.25  # times the time with few messages; one is to cost as the other


@dataclass
class Room:
    """A channel with its messages, one who follows it and one who never came."""

    channel: Channel
    reader: User
    late: User
    size: int

    @classmethod
    def of(cls, size: int) -> "Room":
        space, begun = SpaceFactory(), timezone.now() - AGE
        reader, late, author = (
            MembershipFactory(space=space, joined_at=begun - timedelta(days=1)).person for _ in range(3)
        )
        channel = open_general(space=space)
        body = f"<p>{'Un message comme il s’en écrit, ni long ni court. ' * 6}</p>"
        for first in range(1, size + 1, 5_000):
            Message.objects.bulk_create(
                Message(
                    channel=channel,
                    author=author,
                    client_id=uuid.uuid4(),
                    seq=seq,
                    body=body,
                    created_at=begun + AGE / size * seq,
                )
                for seq in range(first, min(first + 5_000, size + 1))
            )
        mark_read(channel=channel, person=reader, seq=size - BEHIND)
        return cls(channel, reader, late, size)

    def opening(self, person: User, query: str = "") -> Callable[[], object]:
        client, address = Client(SERVER_NAME="localhost"), self.channel.get_absolute_url() + query
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

        def look() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code

        return look

    def looks(self) -> dict[str, Callable[[], object]]:
        middle = timezone.localdate(timezone.now() - AGE / 2)
        return {
            "last_page": self.opening(self.reader),
            "first_page": self.opening(self.reader, "?apres=0"),
            "around_the_middle": self.opening(self.reader, f"?autour={self.size // 2}"),
            "by_date": self.opening(self.reader, f"?jour={middle}"),
            "never_read": self.opening(self.late),
            "unread_total": lambda: unread.total(self.reader),
            "mark_read": lambda: mark_read(channel=self.channel, person=self.reader, seq=1),
        }


def _timed(look: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the clock, and of this process's processor."""
    clock, processor = time.perf_counter(), time.process_time()
    look()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def run(folder: Path) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    few, many = Room.of(FEW), Room.of(MANY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    figures: dict[str, object] = {"database": connection.vendor}
    ratios = {}
    with_many = many.looks()
    for name, look in few.looks().items():
        spent = [(_timed(look), _timed(with_many[name])) for _ in range(ROUNDS + 1)][1:]  # in turn: the noise is shared
        clocks = [statistics.median(round_[side][0] for round_ in spent) for side in (0, 1)]
        processors = [statistics.median(round_[side][1] for round_ in spent) for side in (0, 1)]
        ratios[name] = clocks[1] / clocks[0]
        figures[name] = {
            "few_ms": round(clocks[0], 1),
            "many_ms": round(clocks[1], 1),
            "ratio": round(ratios[name], 2),
            "cpu_few_ms": round(processors[0], 1),
            "cpu_many_ms": round(processors[1], 1),
        }
    queries = []
    for room in (few, many):
        look = room.opening(room.reader)
        with CaptureQueriesContext(connection) as captured:
            look()
        queries.append(len(captured))
    figures["queries"] = queries
    met = ratios["last_page"] <= GOAL and queries[0] == queries[1]
    print(json.dumps({"name": "channel", "figures": figures, "goals": {"last_page_ratio": GOAL}, "met": met}))
