"""What the hub asks the database: for everybody at once, in a thread."""

from collections.abc import Collection, Mapping
from typing import Any

from live import guards, sessions
from live.frames import Event, Heads
from live.models import Topic
from live.rooms import read_log
from live.sessions import SignIn


def heads_of(topics: Collection[str]) -> dict[str, tuple[int, int]]:
    known = Topic.objects.filter(name__in=topics).values_list("name", "epoch", "seq")
    heads = dict.fromkeys(topics, (1, 0))
    heads.update({name: (epoch, seq) for name, epoch, seq in known})
    return heads


def heads_and_missed(topics: Collection[str], seen: Heads) -> tuple[dict[str, tuple[int, int]], list[Event]]:
    """Where `topics` stand, and what a page that has seen so much of them missed, when the log still holds it."""
    heads = heads_of(topics)
    missed: list[Event] = []
    for topic, (epoch, head) in heads.items():
        its_epoch, after = seen.get(topic, (0, head))
        if its_epoch in (0, epoch) and after < head:
            events = read_log(topic, after)
            if events and events[0].seq == after + 1:
                missed += events
    return heads, missed


def still_heard(asked: Mapping[SignIn, Collection[str]]) -> dict[SignIn, tuple[SignIn, set[str]] | None]:
    """For each sign-in, how it stands now and which of its topics it may still hear; None when it is over.

    Asked by topic, not by page: a room of a thousand costs as many queries as one of ten.
    """
    now = sessions.renewed(asked)
    crowds: dict[str, dict[Any, Any]] = {}
    for before, topics in asked.items():
        if sign_in := now[before]:
            for topic in topics:
                crowds.setdefault(topic, {})[sign_in.person.pk] = sign_in.person
    hearers = {topic: guards.hearers(people, topic) for topic, people in crowds.items()}
    told: dict[SignIn, tuple[SignIn, set[str]] | None] = dict.fromkeys(now)
    for before, sign_in in now.items():
        if sign_in:
            told[before] = sign_in, {topic for topic in asked[before] if sign_in.person.pk in hearers[topic]}
    return told
