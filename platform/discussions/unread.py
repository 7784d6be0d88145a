"""What a person has not read yet, counted exactly; known to her alone (domain.md 0.4).

Counted are the messages of others that stand, after the last number she has read; in a channel she never opened, those
written since she takes part in its space. A channel's count leaves the threads aside: whoever follows one has its own.
"""

from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from discussions.models import Channel, Following, Message, Reading
from spaces.models import Membership, Space

if TYPE_CHECKING:
    from accounts.models import User

#: Beyond, pages say « 999+ »: whoever is that far behind does not count, and the count stays cheap.
MOST = 1000


class _HowMany(Subquery):
    """How many rows a query has, which may be cut: counting stops there."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _of_others(user: "User") -> "QuerySet[Message]":
    # In order: what makes PostgreSQL go by the index from the number read, rather than hope to meet enough at once.
    return Message.objects.standing().exclude(author=user).order_by("seq")


def channels_of(user: "User") -> "QuerySet[Channel]":
    """The channels that `user` reads, with `read_seq`, `level` and `unread`: one query, whatever they hold."""
    held = Membership.objects.taking_part().filter(person=user).order_by("joined_at")
    joined = Case(
        When(kind=Channel.Kind.DIRECT, then=None),  # its two people have all of it before them
        When(space__kind=Space.Kind.NETWORK, then=Subquery(held.values("joined_at")[:1])),
        default=Subquery(held.filter(space=OuterRef("space")).values("joined_at")[:1]),
    )
    earlier = (
        Message.objects.roots()
        .filter(channel=OuterRef("pk"), created_at__lt=OuterRef("joined_at"))
        .order_by("-created_at", "-seq")
    )
    reading = Reading.objects.filter(channel=OuterRef("pk"), person=user).order_by()
    unread = _of_others(user).roots().filter(channel=OuterRef("pk"), seq__gt=OuterRef("read_seq"))
    return (
        Channel.objects.visible_to(user)
        .annotate(joined_at=joined)
        .annotate(
            read_seq=Coalesce(Subquery(reading.values("seq")), Subquery(earlier.values("seq")[:1]), Value(0)),
            level=Coalesce(Subquery(reading.values("level")), Value(Reading.Level.MENTIONS.value)),
        )
        .annotate(unread=_HowMany(unread.values("pk")[:MOST]))
    )


def threads_of(user: "User") -> "QuerySet[Following]":
    """The threads that `user` follows and may read, with `unread`."""
    replies = _of_others(user).filter(thread=OuterRef("thread"), seq__gt=OuterRef("seq"))
    return Following.objects.filter(
        person=user, stopped=False, thread__channel__in=Channel.objects.visible_to(user)
    ).annotate(unread=_HowMany(replies.values("pk")[:MOST]))


def total(user: "User") -> int:
    """How much waits for `user`, without the channels she has muted. One query."""
    channels = channels_of(user).exclude(level=Reading.Level.NOTHING).order_by().values_list("unread", flat=True)
    threads = threads_of(user).order_by().values_list("unread", flat=True)
    return sum(channels.union(threads, all=True))


def read_in(channel: Channel, user: "User") -> int | None:
    """The last number that `user` has read in `channel`, were it by coming later; None when she does not read it."""
    return channels_of(user).filter(pk=channel.pk).order_by().values_list("read_seq", flat=True).first()


def waiting_channels(user: "User") -> "QuerySet[Channel]":
    """Those of her channels that hold something unread, with `head`, the last number written there."""
    written = Message.objects.filter(channel=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    return channels_of(user).filter(unread__gt=0).annotate(head=Subquery(written)).order_by("pk")


def waiting_threads(user: "User") -> "QuerySet[Following]":
    written = Message.objects.filter(thread=OuterRef("thread")).order_by("-seq").values("seq")[:1]
    return threads_of(user).filter(unread__gt=0).annotate(head=Subquery(written)).order_by("pk")


def in_threads(user: "User") -> int:
    """How much waits in the threads that `user` follows."""
    return sum(threads_of(user).order_by().values_list("unread", flat=True))


def first_in(channel: Channel, user: "User", read_seq: int) -> int | None:
    """The number of the first message of `channel` that `user` has not read."""
    waiting = _of_others(user).roots().filter(channel=channel, seq__gt=read_seq)
    return waiting.values_list("seq", flat=True).first()
