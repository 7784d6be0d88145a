"""How an action tells open pages that something changed."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from live.frames import Event
from live.hub import hub
from live.models import LiveEvent, Topic

# One statement on both engines: it makes the topic, or takes its next number and with it the lock on its row, so that
# events are committed in the order of their numbers.
_NEXT = """
    INSERT INTO live_topic (name, seq, epoch) VALUES (%s, 1, 1)
    ON CONFLICT (name) DO UPDATE SET seq = live_topic.seq + 1
    RETURNING id, seq, epoch
"""


def publish(
    topic: str, kind: str, *, html: str = "", by: UUID | None = None, client_id: UUID | None = None, **facts: Any
) -> int:
    """Add an event to the log of `topic` and knock on the pages that watch it, once the transaction is committed.

    Every watcher of the topic reads `facts` and `html`: ids, a step, a deadline, or a fragment that is the same for
    all. `client_id` comes back only to the pages of `by`. Returns the event's number. The topic stays locked until
    the end of the transaction: publish last, and several topics always in the same order.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of its action.")
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [topic])
        topic_pk, seq, epoch = cursor.fetchone()
    LiveEvent.objects.create(topic_id=topic_pk, seq=seq, kind=kind, facts=facts, html=html, by=by, client_id=client_id)
    event = Event(topic, epoch, seq, kind, facts, html, by, client_id)
    transaction.on_commit(lambda: hub.tell(event), robust=True)
    return seq


def redact(topic: str, seq: int, *, html: str = "") -> None:
    """Replace the fragment that the log keeps of an event, because its words were taken back."""
    LiveEvent.objects.filter(topic__name=topic, seq=seq).update(html=html)


def recheck(person_pk: UUID) -> None:
    """Ask the guards again, once this transaction is committed, for every page that `person_pk` has open."""
    transaction.on_commit(lambda: hub.tell_recheck(person_pk), robust=True)


def last_seq(topic: str) -> int:
    """The number of the last event of `topic`, 0 before the first: what a page starts from."""
    return Topic.objects.filter(name=topic).values_list("seq", flat=True).first() or 0
