"""What is said beside the cohort's channel, and how far each has read."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from cohorts.models import Cohort
from config.demonstration.cohort import groups_of
from config.demonstration.people import Everyone
from config.demonstration.reference import network
from discussions.actions import create_channel, open_direct, open_general, post_message
from discussions.models import Channel, Message, Reading
from live.models import LiveEvent
from notifications.actions import settle
from richtext import from_text

TEXT = Path(__file__).with_name("conversations.txt")
#: How many of the last messages these people have not read yet; the others are up to date.
BEHIND = {("cohort", "claire"): 4, ("cohort", "nadia"): 2, ("trajets", "claire"): 2, ("claire nadia", "claire"): 2}


def _said() -> Iterator[tuple[str, str]]:
    """(the conversation, a line of it)"""
    key = ""
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            key = line.strip("[]")
        elif line and not line.startswith("#"):
            yield key, line


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    solene = everyone["solene"]
    cohort_wide, group = cohort.space, groups_of(cohort)[0]
    channels = {
        "cohort": open_general(space=cohort_wide),
        "trajets": create_channel(
            space=cohort_wide, name="Trajets", description="Qui part d’où, avec combien de places.", by=solene
        ),
        "annonces": create_channel(
            space=cohort_wide, name="Annonces", description="L’animation y écrit, deux fois par mois.", by=solene,
            read_only=True,
        ),
        "reseau": open_general(space=network()),
        "passerelles": open_general(space=group),
        "claire nadia": open_direct(by=everyone["claire"], other=everyone["nadia"]),
    }  # fmt: skip
    for key, lines in groupby(_said(), key=itemgetter(0)):
        _say(channels[key], [line for _key, line in lines], everyone, now)
    names = {everyone[who].pk: who for who in ("claire", "nadia")}
    for key, channel in channels.items():
        _read(channel, {pk: BEHIND.get((key, who), 0) for pk, who in names.items()})


def _say(channel: Channel, lines: list[str], everyone: Everyone, now: datetime) -> None:
    for left, line in zip(range(len(lines), 0, -1), lines, strict=True):
        when, said = line.split(" | ", 1)
        days, hour, who = when.split()
        message = post_message(channel=channel, author=everyone[who], body=from_text(said), client_id=uuid.uuid4())
        hours, minutes = map(int, hour.split(":"))
        at = (now - timedelta(days=int(days))).replace(hour=hours, minute=minutes, second=0)
        Message.objects.filter(pk=message.pk).update(created_at=min(at, now - timedelta(minutes=4 * left)))
    LiveEvent.objects.filter(topic__name=channel.topic).delete()


def _read(channel: Channel, behind: dict[uuid.UUID, int]) -> None:
    """Everybody has read everything, but these people their last messages."""
    written = list(channel.messages.roots().order_by("-seq").values_list("seq", flat=True)[:10])
    readings = [
        Reading(channel=channel, person=person, seq=written[behind.get(person.pk, 0)])
        for person in channel.readers().order_by("pk")
    ]
    Reading.objects.bulk_create(readings)
    for reading in readings:
        settle(person=reading.person, about=("channel", [channel.pk]), up_to=reading.seq)
