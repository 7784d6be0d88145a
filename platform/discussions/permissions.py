"""Questions about talk. A sponsor or an administrator without a role does not read it (domain.md 8.1)."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from discussions.models import Channel, Message
from spaces.permissions import facilitates, takes_part

if TYPE_CHECKING:
    from accounts.models import User


def can_read(user: "User", channel: Channel) -> bool:
    return takes_part(user, channel.space)


def can_post(user: "User", channel: Channel) -> bool:
    return takes_part(user, channel.space)


def can_remove(user: "User", message: Message) -> bool:
    """Its author while she takes part, or whoever facilitates the space."""
    space = message.channel.space
    return takes_part(user, space) if message.author_id == user.pk else facilitates(user, space)


def may_hear_channel(user: "User", channel_id: str) -> bool:
    """The guard of the topics `channel:<id>`."""
    try:
        return Channel.objects.visible_to(user).filter(pk=channel_id).exists()
    except ValidationError:  # not an id
        return False
