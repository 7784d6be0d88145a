"""Two members of a same space who write to each other: they alone read it."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from discussions.models import Channel
from spaces.models import Membership, Space

if TYPE_CHECKING:
    from accounts.models import User


def shared_spaces(one: "User", other: "User") -> "QuerySet[Space]":
    """The cohorts where both take part, the one where `one` came last first; and the network of all of them."""
    held = Membership.objects.taking_part()
    mine, theirs = held.filter(person=one), held.filter(person=other)
    cohorts = Space.objects.filter(pk__in=mine.values("space")).filter(pk__in=theirs.values("space"))
    cohorts = cohorts.filter(kind=Space.Kind.COHORT).order_by("-created_at", "pk")
    if cohorts.exists() or not (mine.exists() and theirs.exists()):
        return cohorts
    return Space.objects.filter(kind=Space.Kind.NETWORK).order_by("created_at", "pk")


def direct_between(one: "User", other: "User") -> Channel | None:
    """The conversation they already have, among those that both still read."""
    if one.pk == other.pk:
        return None
    pair = pair_of(one, other)
    read_by_both = Channel.objects.visible_to(one) & Channel.objects.visible_to(other)
    return read_by_both.filter(kind=Channel.Kind.DIRECT, pair=pair).order_by("-created_at", "pk").first()


def pair_of(one: "User", other: "User") -> str:
    return ":".join(sorted((str(one.pk), str(other.pk))))


@transaction.atomic
def open_direct(*, by: "User", other: "User") -> Channel:
    """The conversation of two people, in the space they share; the same one when either asks again."""
    space = shared_spaces(by, other).first() if by.pk != other.pk else None
    if space is None:
        raise PermissionDenied
    if already := direct_between(by, other):
        return already
    channel, created = Channel.objects.get_or_create(
        space=space, kind=Channel.Kind.DIRECT, pair=pair_of(by, other), defaults={"read_only": False}
    )
    if created:
        channel.people.set([by, other])
    return channel
