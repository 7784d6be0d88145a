"""Questions about talk. A sponsor or an administrator without a role does not read it (domain.md 8.1)."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from discussions.models import Channel, Message, Report
from spaces.models import FACILITATING, Membership, Space
from spaces.permissions import facilitates

if TYPE_CHECKING:
    from accounts.models import User

#: Up to that many readers, a channel says who is writing.
SMALL = 15


def can_read(user: "User", channel: Channel) -> bool:
    return Channel.objects.visible_to(user).filter(pk=channel.pk).exists()


def can_post(user: "User", channel: Channel) -> bool:
    """Who reads it writes in it, unless it is archived, kept for those who facilitate, or the other has left."""
    if channel.archived_at or (channel.read_only and not facilitates(user, channel.space)):
        return False
    if channel.is_direct and not all(can_read(person, channel) for person in channel.people.all()):
        return False
    return can_read(user, channel)


def may_post_among(writers: Collection[tuple[Channel, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those of `writers` for whom `can_post` holds, by ids, asked at once: what every message waits for."""
    roles: dict[UUID, dict[UUID, str]] = {person: {} for _channel, person in writers}
    held = Membership.objects.taking_part().filter(person__in=roles).order_by()
    for person, space, role in held.values_list("person", "space", "role"):
        roles[person][space] = role

    def may(channel: Channel, person: UUID) -> bool:
        if channel.archived_at:
            return False
        if channel.is_direct:
            both = [one for one in channel.people.all() if can_read(one, channel)]
            return len(both) == 2 and person in {one.pk for one in both}
        if channel.read_only:
            return roles[person].get(channel.space_id) in FACILITATING
        return channel.space_id in roles[person] or (channel.space.kind == Space.Kind.NETWORK and bool(roles[person]))

    return {(channel.pk, person) for channel, person in writers if may(channel, person)}


def may_type_along(channel: Channel) -> bool:
    """Is it small enough for its readers to be told who is writing?"""
    return channel.readers().count() <= SMALL


def can_keep(user: "User", space: Space) -> bool:
    """May `user` open, name and archive channels there? Who facilitates; administrators too in the network."""
    return facilitates(user, space) or (space.kind == Space.Kind.NETWORK and user.is_superuser)


def moderates(user: "User", channel: Channel) -> bool:
    """Does `user` answer for what others write there? Between two people nobody does, before a report."""
    return not channel.is_direct and facilitates(user, channel.space)


def can_remove(user: "User", message: Message) -> bool:
    """Its author while she reads the channel, or whoever moderates it."""
    return can_read(user, message.channel) and (message.author_id == user.pk or moderates(user, message.channel))


def can_edit(user: "User", message: Message) -> bool:
    """Its author, as long as it stands and she may write there; nobody else changes her words (domain.md 8.2.12)."""
    return message.author_id == user.pk and message.stands and can_post(user, message.channel)


def can_react(user: "User", message: Message) -> bool:
    """Who reads a message that stands, in a channel that goes on."""
    return message.stands and not message.channel.archived_at and can_read(user, message.channel)


def can_pin(user: "User", message: Message) -> bool:
    """Who facilitates the space; in direct messages, each of the two."""
    if not can_react(user, message):
        return False
    return message.channel.is_direct or facilitates(user, message.channel.space)


def can_report(user: "User", message: Message) -> bool:
    """Whoever reads a message that stands, but its author."""
    return message.stands and message.author_id != user.pk and can_read(user, message.channel)


def can_moderate(user: "User", message: Message) -> bool:
    """Who facilitates the space. Direct messages, and administrators: only once somebody has reported (8.1).

    Nobody judges her own message: others who facilitate do, or the administrators.
    """
    if message.author_id == user.pk:
        return False
    reported = Report.objects.filter(message=message).exists()
    if message.channel.is_direct and not reported:
        return False
    return facilitates(user, message.channel.space) or (user.is_superuser and reported)


def can_see_reports(user: "User", space: Space) -> bool:
    return facilitates(user, space) or user.is_superuser


def can_answer_moderation(user: "User", message: Message) -> bool:
    return message.author_id == user.pk and can_read(user, message.channel)


def moderators_of(message: Message) -> QuerySet["User"]:
    """Who facilitates its space, its author apart; the administrators where nobody else does (the network)."""
    facilitators = Membership.objects.current().filter(space=message.channel.space, role__in=FACILITATING)
    people = get_user_model().objects.filter(is_active=True).exclude(pk=message.author_id)
    held = people.filter(pk__in=facilitators.values("person"))
    return held if held.exists() else people.filter(is_superuser=True)


def may_hear_channel(user: "User", channel_id: str) -> bool:
    """The guard of the topics `channel:<id>`."""
    try:
        return Channel.objects.visible_to(user).filter(pk=channel_id).exists()
    except ValidationError:  # not an id
        return False


def hearers_of_channel(people: Collection[UUID], channel_id: str) -> set[UUID]:
    """The same guard for many people at once."""
    try:
        channel = Channel.objects.select_related("space").get(pk=channel_id)
    except (Channel.DoesNotExist, ValidationError):
        return set()
    readers = channel.readers()
    if len(people) <= 100:  # else it is cheaper to read them all than to name so many
        readers = readers.filter(pk__in=people)
    return set(readers.values_list("pk", flat=True))
