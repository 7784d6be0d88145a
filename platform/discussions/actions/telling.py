"""Who is to know of a message: each person once, for the reason that concerns her most."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from discussions.models import Channel, Following, Message, Reading
from notifications.actions import tell_many

if TYPE_CHECKING:
    from accounts.models import User

Told = Sequence[tuple[Message, Collection[UUID]]]


def tell_of(messages: Told) -> None:
    """Tell those who read their channels of messages just written, each with the people it names.

    Named before answered, answered before written to; whoever wants nothing of a channel is told nothing.
    """
    channels = {message.channel_id: message.channel for message, _named in messages}
    levels = _levels(channels)
    for pk, channel in channels.items():
        _tell_of(channel, [one for one in messages if one[0].channel_id == pk], levels[pk])


def _tell_of(channel: Channel, messages: Told, levels: dict[UUID, str]) -> None:
    followers = _followers({message.thread_id for message, _named in messages if message.thread_id})
    everything = {pk for pk, level in levels.items() if level == Reading.Level.ALL}
    the_two = set(channel.people.order_by().values_list("pk", flat=True)) if channel.is_direct else set()
    concerned: list[tuple[Message, list[tuple[str, set[UUID]]]]] = []
    for message, named in messages:
        reasons = [
            ("mention", set(named)),
            ("answer", followers[message.thread_id]),
            ("direct_message", the_two),
            ("channel_message", everything),
        ]
        told = {message.author_id}
        once: list[tuple[str, set[UUID]]] = []
        for kind, people in reasons:
            once.append((kind, people - told))
            told |= people
        concerned.append((message, once))
    wanted = {pk for _message, once in concerned for _kind, people in once for pk in people}
    wanted -= {pk for pk, level in levels.items() if level == Reading.Level.NOTHING}
    if not wanted:
        return
    readers = {person.pk: person for person in channel.readers().filter(pk__in=wanted).order_by("pk")}
    for message, once in concerned:
        for kind, people in once:
            _tell(channel, message, kind, [readers[pk] for pk in sorted(people & readers.keys())])


def tell_of_names(message: Message, named: Collection[UUID]) -> None:
    """Tell people that a message, changed since, names them now."""
    channel = message.channel
    muted = {pk for pk, level in _levels([channel.pk])[channel.pk].items() if level == Reading.Level.NOTHING}
    _tell(channel, message, "mention", list(channel.readers().filter(pk__in=set(named) - muted).order_by("pk")))


def _levels(channels: Collection[UUID]) -> defaultdict[UUID, dict[UUID, str]]:
    """Who has asked, of each channel, for more or for less than what names her and answers her."""
    asked = Reading.objects.filter(channel__in=channels, level__in=[Reading.Level.ALL, Reading.Level.NOTHING])
    levels: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    for channel, person, level in asked.order_by().values_list("channel", "person", "level"):
        levels[channel][person] = level
    return levels


def _followers(threads: Collection[UUID]) -> defaultdict[UUID | None, set[UUID]]:
    followers: defaultdict[UUID | None, set[UUID]] = defaultdict(set)
    if threads:
        rows = Following.objects.filter(thread__in=threads, stopped=False).order_by()
        for thread, person in rows.values_list("thread", "person"):
            followers[thread].add(person)
    return followers


def _tell(channel: Channel, message: Message, kind: str, people: "list[User]") -> None:
    if not people:
        return
    tell_many(
        people=people,
        kind=kind,
        path=message.get_absolute_url(),
        facts={"message": str(message.pk)},
        dedupe_key=f"message:{message.pk}",
        by=message.author,
        space=channel.space,
        about=("thread", message.thread_id) if message.thread_id else ("channel", channel.pk),
        seq=message.seq,
    )
