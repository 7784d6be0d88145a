"""Writing a message: everything is prepared first, then written at once or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from discussions.actions.files import FilesGone, attach_files
from discussions.actions.telling import tell_of
from discussions.actions.turns import Line
from discussions.finding import make_findable_many
from discussions.fragments import Drawing
from discussions.models import Channel, File, Following, Mention, Message
from discussions.permissions import can_read, may_post_among
from live.publish import Draft, publish_many

if TYPE_CHECKING:
    from accounts.models import User

#: What of a channel decides whether one writes there and who finds it, read again under its lock.
CHANGING = ("archived_at", "read_only", "confidential")


class ReusedClientId(Exception):
    """The id of a message that was already sent came back with other words, or for another channel."""


class ChannelClosed(Exception):
    """Who reads the channel may not write there: it is archived, kept for who facilitates, or the other has left."""


@dataclass(frozen=True)
class _Sent:
    """A message as it is to be written: drawn, but for its number."""

    message: Message
    named: frozenset[UUID]
    files: tuple[UUID, ...]
    drawing: Drawing

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.message.author_id, self.message.client_id


def post_message(
    *,
    channel: Channel,
    author: "User",
    body: str,
    client_id: UUID,
    thread: Message | None = None,
    quoted: Message | None = None,
    files: Collection[UUID] = (),
    named: Collection[UUID] = (),
    by_mail: bool = False,
) -> Message:
    """Add a message once and wake the open pages.

    `body` is clean HTML, `thread` and `quoted` are messages of this channel, `named` are the people it mentions. An
    answer to an answer goes to the same thread. Raises PermissionDenied, ChannelClosed, FilesGone, and ReusedClientId
    when the same id comes back with other words or in another channel.
    """
    root = (thread.thread if thread.thread_id else thread) if thread else None
    if any(message and message.channel_id != channel.pk for message in (root, quoted)):
        raise ValueError("A message answers and quotes messages of its own channel.")
    message = Message(
        channel=channel,
        author=author,
        body=body,
        client_id=client_id,
        thread=root,
        quoted=quoted,
        created_at=timezone.now(),
        by_mail=by_mail,
    )
    message.signs = []
    message.given = list(File.objects.waiting().filter(owner=author, channel=channel, pk__in=files)) if files else []
    sent = _Sent(message, frozenset(named) - {author.pk}, tuple(files), Drawing(message))
    return _line.pass_through(sent)


def _write(sent: Sequence[_Sent]) -> Sequence[Message | Exception]:
    try:
        return _write_together(sent)
    except (IntegrityError, Channel.DoesNotExist) as failure:
        if len(sent) > 1:  # the fault of one is not the others'
            return [_write([one])[0] for one in sent]
        # The same id at the same moment in two channels: their locks do not exclude each other.
        message = sent[0].message
        twin = Message.objects.filter(author=message.author_id, client_id=message.client_id)
        if twin.exclude(channel=message.channel_id).exists():
            return [ReusedClientId()]
        return [failure]


_line: Line[_Sent, Message] = Line(_write)


@transaction.atomic
def _write_together(sent: Sequence[_Sent]) -> Sequence[Message | Exception]:
    """Write in one transaction those that may be written; what became of each, in order."""
    channels = _lock([one.message.channel for one in sent])
    may_post = may_post_among([(channels[one.message.channel_id], one.message.author_id) for one in sent])
    known = _already_sent(sent)
    outcomes: list[Message | Exception] = []
    fresh: list[_Sent] = []
    for one in sent:
        message, channel = one.message, channels[one.message.channel_id]
        already = known.get(one.key)
        if (channel.pk, message.author_id) not in may_post:
            reads = can_read(message.author, channel)
            outcomes.append(ChannelClosed() if reads else PermissionDenied())
        elif already is not None:
            outcomes.append(already if _is_the_same(already, message) else ReusedClientId())
        elif refusal := _attach(one):
            outcomes.append(refusal)
        else:
            message.channel = channel
            known[one.key] = message
            fresh.append(one)
            outcomes.append(message)
    if fresh:
        _add(fresh)
    return outcomes


def _lock(known: Sequence[Channel]) -> dict[UUID, Channel]:
    """Each channel once, locked in the one order that every writer follows, and as open as it is now."""
    channels = {channel.pk: channel for channel in known}
    rows = Channel.objects.select_for_update(no_key=True).filter(pk__in=channels).order_by("pk")
    found = list(rows.values("pk", *CHANGING))
    if len(found) < len(channels):
        raise Channel.DoesNotExist("One of these channels was erased meanwhile.")
    for row in found:
        for name in CHANGING:
            setattr(channels[row["pk"]], name, row[name])
    return channels


def _already_sent(sent: Sequence[_Sent]) -> dict[tuple[UUID, UUID], Message]:
    """The messages that stand under the same ids, by author and id."""
    found = Message.objects.filter(
        author__in={one.message.author_id for one in sent}, client_id__in=[one.message.client_id for one in sent]
    )
    return {(message.author_id, message.client_id): message for message in found.order_by()}


def _is_the_same(already: Message, again: Message) -> bool:
    """Is it sent again? What has been taken back or changed since is not compared."""
    if (already.channel_id, already.thread_id) != (again.channel_id, again.thread_id):
        return False
    return bool(already.removed_at or already.edited_at) or already.body == again.body


def _attach(one: _Sent) -> FilesGone | None:
    if one.files:
        try:
            with transaction.atomic():  # all of them or none: what was taken before one was missing is given back
                attach_files(message=one.message, ids=one.files)
        except FilesGone as gone:
            return gone
    return None


def _add(fresh: Sequence[_Sent]) -> None:
    counts = _answered(fresh)
    drafts = []
    for one in fresh:
        message = one.message
        facts: dict[str, object] = {"message": message.pk}
        if message.thread_id:
            counts[message.thread_id] += 1
            facts |= {"thread": message.thread_id, "replies": counts[message.thread_id]}
        topic = message.channel.topic
        drafts.append(Draft(topic, one.drawing.numbered, facts, message.author_id, message.client_id))
    for one, seq in zip(fresh, publish_many("message.posted", drafts), strict=True):
        one.message.seq, one.message.fragment = seq, one.drawing.numbered(seq)
    messages = [one.message for one in fresh]
    Message.objects.bulk_create(messages)
    for message in messages:
        if message.thread_id:
            Message.objects.filter(pk=message.thread_id).update(
                reply_count=counts[message.thread_id], last_reply_at=message.created_at
            )
    Mention.objects.bulk_create(Mention(message=one.message, person_id=pk) for one in fresh for pk in one.named)
    _follow(fresh)
    make_findable_many([(message, message.given) for message in messages])
    tell_of([(one.message, one.named) for one in fresh])


def _answered(fresh: Sequence[_Sent]) -> dict[UUID, int]:
    """Lock the messages that these answer or quote; how many answers each of the first has.

    A quotation that was drawn with words that have been changed or taken back meanwhile is drawn again.
    """
    about = {pk for one in fresh for pk in (one.message.thread_id, one.message.quoted_id) if pk}
    if not about:
        return {}
    rows = Message.objects.select_for_update(of=("self",), no_key=True).select_related("author").order_by("pk")
    now = {message.pk: message for message in rows.filter(pk__in=about)}
    for one in fresh:
        message = one.message
        if message.thread_id:
            message.thread = now[message.thread_id]
        if message.quoted_id and message.quoted:
            drawn, message.quoted = message.quoted, now[message.quoted_id]
            if (drawn.body, drawn.stands) != (message.quoted.body, message.quoted.stands):
                one.drawing.again(message)
    return {pk: message.reply_count for pk, message in now.items()}


def _follow(fresh: Sequence[_Sent]) -> None:
    """Who answers in a thread, is named in it, or began it, follows it, unless she has asked not to."""
    follow: dict[tuple[UUID, UUID], int] = {}
    for one in fresh:
        if root := one.message.thread:
            for person in {root.author_id, one.message.author_id, *one.named}:
                own = person == one.message.author_id
                # Of a thread she comes to now, she has what came before yet to read, and her own answer not.
                follow.setdefault((root.pk, person), one.message.seq if own else one.message.seq - 1)
    Following.objects.bulk_create(
        (Following(thread_id=root, person_id=person, seq=seq) for (root, person), seq in follow.items()),
        ignore_conflicts=True,
    )
