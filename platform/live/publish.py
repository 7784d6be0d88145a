"""How an action tells open pages that something changed."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from itertools import count as count_from
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from live.frames import Event, encode
from live.hub import hub
from live.models import LiveEvent, Topic

WHISPER = 500  # characters

# One statement on both engines: it makes the topic, or takes its next numbers and with them the lock on its row, so
# that events are committed in the order of their numbers.
_NEXT = """
    INSERT INTO live_topic (name, seq, epoch) VALUES {topics}
    ON CONFLICT (name) DO UPDATE SET seq = live_topic.seq + excluded.seq
    RETURNING name, id, seq, epoch
"""


@dataclass(frozen=True)
class Draft:
    """An event without its number yet; `html` is asked with it."""

    topic: str
    html: Callable[[int], str]
    facts: dict[str, Any] = field(default_factory=dict)
    by: UUID | None = None
    client_id: UUID | None = None


def publish(
    topic: str, kind: str, *, html: str = "", by: UUID | None = None, client_id: UUID | None = None, **facts: Any
) -> int:
    """Add an event to the log of `topic` and knock on the pages that watch it, once the transaction is committed.

    Every watcher of the topic reads `facts` and `html`: ids, a step, a deadline, or a fragment that is the same for
    all. `client_id` comes back only to the pages of `by`. Returns the event's number. The topic stays locked until
    the end of the transaction: publish last, and several topics in the order of their names.
    """
    return publish_many(kind, [Draft(topic, lambda seq: html, facts, by, client_id)])[0]


def publish_many(kind: str, drafts: Sequence[Draft]) -> list[int]:
    """`publish` several events of one kind at once, in this order in each topic; the numbers they got."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside the transaction of its action.")
    counts = sorted(Counter(draft.topic for draft in drafts).items())
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(topics=", ".join(["(%s, %s, 1)"] * len(counts))), list(chain(*counts)))
        rows = {name: (pk, last, epoch) for name, pk, last, epoch in cursor.fetchall()}
    numbers = {name: count_from(rows[name][1] - count + 1) for name, count in counts}
    events = []
    for draft in drafts:
        seq, epoch = next(numbers[draft.topic]), rows[draft.topic][2]
        events.append(Event(draft.topic, epoch, seq, kind, draft.facts, draft.html(seq), draft.by, draft.client_id))
    LiveEvent.objects.bulk_create(
        LiveEvent(
            topic_id=rows[event.topic][0],
            seq=event.seq,
            kind=kind,
            facts=event.facts,
            html=event.html,
            by=event.by,
            client_id=event.client_id,
        )
        for event in events
    )
    for event in events:
        transaction.on_commit(partial(hub.tell, event), robust=True)
    return [event.seq for event in events]


def redact(topic: str, seq: int, *, html: str = "", **facts: Any) -> None:
    """Replace the fragment that the log keeps of an event, because its words were taken back.

    With `facts`, also those of the later events that say the same of them: what was drawn again since.
    """
    events = LiveEvent.objects.filter(topic__name=topic)
    same = Q(seq=seq)
    if facts:
        same |= Q(seq__gt=seq, html__gt="", **{f"facts__{name}": str(value) for name, value in facts.items()})
    events.filter(same).update(html=html)


def forget(topic: str) -> None:
    """Empty the log of a topic whose object is erased; its number stays, so that no page takes it for another."""
    LiveEvent.objects.filter(topic__name=topic).delete()


def recheck(person_pk: UUID) -> None:
    """Ask the guards again, once this transaction is committed, for every page that `person_pk` has open."""
    transaction.on_commit(lambda: hub.tell_recheck(person_pk), robust=True)


def whisper(topic: str, kind: str, **facts: Any) -> None:
    """Tell the pages that watch `topic` now something that may be lost, is never kept, and is about no event.

    For what only the moment is interested in (someone is typing). Facts are ids and numbers, never words: a few dozen
    bytes, which Redis carries as they are. Callable from any thread, inside a transaction or not.
    """
    if len(encode(facts)) > WHISPER:
        raise ValueError("A whisper is a few ids.")
    hub.tell_whisper(topic, kind, facts)


def last_seq(topic: str) -> int:
    """The number of the last event of `topic`, 0 before the first: what a page starts from."""
    return Topic.objects.filter(name=topic).values_list("seq", flat=True).first() or 0


def last_seqs(topics: Collection[str]) -> dict[str, int]:
    """The same for several topics at once; those without an event yet are left out."""
    return dict(Topic.objects.filter(name__in=topics).order_by().values_list("name", "seq"))
