"""Two hundred messages of the cohort's channel."""

import uuid
from datetime import datetime, timedelta

from cohorts.models import Cohort
from config.demonstration import words
from config.demonstration.people import Everyone
from discussions.actions import pin_message, post_message, react
from discussions.models import Channel, Message
from discussions.words import read
from live.models import LiveEvent


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    channel = Channel.objects.get(space=cohort.space)
    said_by_all = list(words.talk())
    root = before = None
    for left, said in zip(range(len(said_by_all), 0, -1), said_by_all, strict=True):
        hour, minute = said.at.split(":")
        typed = read(said.words, channel=channel, author=everyone[said.who])
        message = post_message(
            channel=channel,
            author=everyone[said.who],
            body=typed.body,
            named=typed.named,
            client_id=uuid.uuid4(),
            thread=root if said.answers else None,
            quoted=before if said.quotes else None,
        )
        root, before = message if not said.answers else root, message
        at = (now - timedelta(days=said.days_ago)).replace(hour=int(hour), minute=int(minute), second=0)
        # What is said today was said before now, one message after the other.
        at = min(at, now - timedelta(minutes=4 * left))
        Message.objects.filter(pk=message.pk).update(created_at=at)
        Message.objects.filter(pk=message.thread_id).update(last_reply_at=at)
        for sign, people in said.signs.items():
            for who in people:
                react(message=message, by=everyone[who], sign=sign, on=True)
        if said.pinned_by:
            pin_message(message=message, by=everyone[said.pinned_by], on=True)
    # The pages load these messages; nobody was here to catch up on them.
    LiveEvent.objects.filter(topic__name=channel.topic).delete()
