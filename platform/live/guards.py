"""Who may listen to what: one guard per kind of topic, handed over by `config`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

Guard = Callable[[Any, str], bool]
#: Those of many people (by key) who may hear one topic, in a constant number of queries.
CrowdGuard = Callable[[Collection[Any], str], set[Any]]

_guards: dict[str, Guard] = {}
_crowd_guards: dict[str, CrowdGuard] = {}


def register(kind: str, guard: Guard, crowd: CrowdGuard | None = None) -> None:
    """Let `guard(user, topic_id)` decide who hears the topics named `<kind>:<topic_id>`.

    `crowd(people, topic_id)` must answer the same for many people at once: it keeps the leases of a full room cheap.
    """
    _guards[kind] = guard
    _crowd_guards.pop(kind, None)
    if crowd is not None:
        _crowd_guards[kind] = crowd


def may_hear(person: Any, topic: str) -> bool:
    """May `person` hear `topic` now? A kind without a guard is heard by nobody."""
    kind, _, topic_id = topic.partition(":")
    guard = _guards.get(kind)
    return guard is not None and guard(person, topic_id)


def audible(person: Any, topics: Iterable[str]) -> set[str]:
    """Those of `topics` that `person` may hear now."""
    return {topic for topic in topics if may_hear(person, topic)}


def hearers(people: Mapping[Any, Any], topic: str) -> set[Any]:
    """The keys of those of `people` (person by key) who may hear `topic` now."""
    kind, _, topic_id = topic.partition(":")
    if len(people) > 1 and (crowd := _crowd_guards.get(kind)):
        return crowd(people.keys(), topic_id) & people.keys()
    return {key for key, person in people.items() if may_hear(person, topic)}
