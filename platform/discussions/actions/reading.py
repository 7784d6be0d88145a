"""Where a person stands in her channels and threads: hers alone, told to her own pages only."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from discussions import unread
from discussions.models import Channel, Draft, Following, Message, Reading
from live.publish import publish
from notifications.actions import settle

if TYPE_CHECKING:
    from accounts.models import User


def _tell(person: "User") -> int:
    """Let the other pages of `person` know how much still waits for her; returns it."""
    left = unread.total(person)
    publish(f"person:{person.pk}", "unread", total=left)
    return left


def _reading(channel: Channel, person: "User") -> Reading:
    """Her row, locked; made where she stands when there is none: after what was written before she came."""
    hers = Reading.objects.select_for_update().filter(channel=channel, person=person)
    if found := hers.first():
        return found
    stands = unread.read_in(channel, person)
    if stands is None:
        raise PermissionDenied
    Reading.objects.get_or_create(channel=channel, person=person, defaults={"seq": stands})
    return hers.get()  # locked, were it another page of hers that made it


def _head(channel: Channel) -> int:
    return channel.messages.aggregate(head=Max("seq"))["head"] or 0


@transaction.atomic
def mark_read(*, channel: Channel, person: "User", seq: int) -> int:
    """She has seen the channel up to `seq`; never back, never beyond what is written. Returns what waits elsewhere."""
    reading = _reading(channel, person)
    seq = min(seq, _head(channel))
    if seq > reading.seq:
        reading.seq = seq
        reading.save(update_fields=["seq"])
        settle(person=person, about=("channel", [channel.pk]), up_to=seq)
        return _tell(person)
    return unread.total(person)


@transaction.atomic
def mark_thread_read(*, root: Message, person: "User", seq: int) -> int:
    """The same in a thread; nothing to keep when she does not follow it."""
    following = (
        Following.objects.select_for_update(of=("self",))
        .filter(thread=root, person=person, thread__channel__in=Channel.objects.visible_to(person))
        .first()
    )
    if following is None:
        return unread.total(person)
    seq = min(seq, root.replies.aggregate(head=Max("seq"))["head"] or 0)
    if seq > following.seq:
        following.seq = seq
        following.save(update_fields=["seq"])
        settle(person=person, about=("thread", [root.pk]), up_to=seq)
        return _tell(person)
    return unread.total(person)


@transaction.atomic
def mark_unread(*, message: Message, person: "User") -> int:
    """Find this message and what follows unread again, in its channel or in its thread."""
    if message.thread_id:
        following, _created = Following.objects.get_or_create(
            thread_id=message.thread_id, person=person, defaults={"seq": message.seq - 1}
        )
        following.seq, following.stopped = message.seq - 1, False
        following.save(update_fields=["seq", "stopped"])
    else:
        reading = _reading(message.channel, person)
        reading.seq = message.seq - 1
        reading.save(update_fields=["seq"])
    return _tell(person)


@transaction.atomic
def mark_all_read(*, person: "User") -> int:
    """Nothing waits any more, in whatever she reads. As many statements for ten channels as for one."""
    waiting = list(unread.waiting_channels(person))
    Reading.objects.bulk_create(
        [Reading(channel=channel, person=person, seq=channel.head) for channel in waiting],  # type: ignore[attr-defined]
        update_conflicts=True,
        unique_fields=["channel", "person"],
        update_fields=["seq"],
    )
    threads = list(unread.waiting_threads(person))
    for following in threads:
        following.seq = following.head  # type: ignore[attr-defined]
    Following.objects.bulk_update(threads, ["seq"])
    settle(person=person, about=("channel", [channel.pk for channel in waiting]))
    settle(person=person, about=("thread", [following.thread_id for following in threads]))
    return _tell(person)


@transaction.atomic
def set_level(*, channel: Channel, person: "User", level: str) -> Reading:
    """What she wants to be told of this channel."""
    reading = _reading(channel, person)
    reading.level = level
    reading.save(update_fields=["level"])
    _tell(person)
    return reading


@transaction.atomic
def keep_draft(*, channel: Channel, person: "User", body: str, thread: Message | None = None) -> Draft | None:
    """What she has begun to write, as typed, for her other devices; an empty one is forgotten."""
    if not body.strip():
        Draft.objects.filter(person=person, channel=channel, thread=thread).delete()
        return None
    draft, created = Draft.objects.get_or_create(person=person, channel=channel, thread=thread, defaults={"body": body})
    if not created:
        draft.body, draft.saved_at = body, timezone.now()
        draft.save(update_fields=["body", "saved_at"])
    return draft
