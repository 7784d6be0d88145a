"""Two hundred messages of the cohort's channel."""

import uuid
from datetime import datetime, timedelta

from cohorts.models import Cohort
from config.demonstration import words
from config.demonstration.people import Everyone
from discussions.actions import post_message
from discussions.models import Channel, Message
from live.models import LiveEvent
from richtext import from_text


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    channel = Channel.objects.get(space=cohort.space)
    said_by_all = list(words.talk())
    for left, said in zip(range(len(said_by_all), 0, -1), said_by_all, strict=True):
        hour, minute = said.at.split(":")
        message = post_message(
            channel=channel, author=everyone[said.who], body=from_text(said.words), client_id=uuid.uuid4()
        )
        at = (now - timedelta(days=said.days_ago)).replace(hour=int(hour), minute=int(minute), second=0)
        # What is said today was said before now, one message after the other.
        Message.objects.filter(pk=message.pk).update(created_at=min(at, now - timedelta(minutes=4 * left)))
    # The pages load these messages; nobody was here to catch up on them.
    LiveEvent.objects.filter(topic__name=channel.topic).delete()
