"""Who may listen to what: one guard per kind of topic, handed over by `config`."""

from collections.abc import Callable, Iterable
from typing import Any

Guard = Callable[[Any, str], bool]

_guards: dict[str, Guard] = {}


def register(kind: str, guard: Guard) -> None:
    """Let `guard(user, topic_id)` decide who hears the topics named `<kind>:<topic_id>`."""
    _guards[kind] = guard


def may_hear(person: Any, topic: str) -> bool:
    """May `person` hear `topic` now? A kind without a guard is heard by nobody."""
    kind, _, topic_id = topic.partition(":")
    guard = _guards.get(kind)
    return guard is not None and guard(person, topic_id)


def audible(person: Any, topics: Iterable[str]) -> set[str]:
    """Those of `topics` that `person` may hear now."""
    return {topic for topic in topics if may_hear(person, topic)}
