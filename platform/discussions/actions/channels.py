"""Opening and keeping channels."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from discussions.models import Channel
from discussions.permissions import can_keep
from live.publish import forget, publish
from spaces.models import Space
from spaces.permissions import takes_part

if TYPE_CHECKING:
    from accounts.models import User


class NameTaken(Exception):
    """Another open channel of the space is already called so."""


class GeneralStays(Exception):
    """The channel that a space has from the start is never archived."""


@transaction.atomic
def open_general(*, space: Space, name: str = "", description: str = "") -> Channel:
    """The channel that a space has from the start, in the language of the path; the same one when asked again."""
    with translation.override("fr"):
        channel, _created = Channel.objects.get_or_create(
            space=space, kind=Channel.Kind.GENERAL, defaults={"name": name or _("Général"), "description": description}
        )
    return channel


def _kept(space: Space, by: "User") -> Space:
    """The space, its row locked: whoever else arranges its channels waits."""
    space = Space.objects.select_for_update(of=("self",)).get(pk=space.pk)
    if not can_keep(by, space):
        raise PermissionDenied
    return space


def _check_name(space: Space, name: str, *, but: Channel | None = None) -> None:
    others = Channel.objects.of_spaces().open().filter(space=space)
    wanted = name.casefold()
    if any(other.name.casefold() == wanted for other in others if other != but):
        raise NameTaken


@transaction.atomic
def create_channel(*, space: Space, name: str, by: "User", description: str = "", read_only: bool = False) -> Channel:
    """Open a channel at the end of those of `space`. Raises NameTaken."""
    space = _kept(space, by)
    _check_name(space, name)
    last = Channel.objects.of_spaces().filter(space=space).order_by("-position").first()
    return Channel.objects.create(
        space=space,
        name=name,
        description=description,
        read_only=read_only,
        position=last.position + 1 if last else 0,
    )


@transaction.atomic
def change_channel(*, channel: Channel, name: str, description: str, read_only: bool, by: "User") -> Channel:
    """Call it otherwise, say what it is for, keep it for those who facilitate or give it back. Raises NameTaken."""
    space = _kept(channel.space, by)
    channel = Channel.objects.of_spaces().select_for_update(of=("self",)).get(pk=channel.pk)
    if not channel.archived_at:
        _check_name(space, name, but=channel)
    channel.name, channel.description, channel.read_only = name, description, read_only
    channel.save(update_fields=["name", "description", "read_only"])
    publish(channel.topic, "channel.changed")
    return channel


@transaction.atomic
def move_channel(*, channel: Channel, up: bool, by: "User") -> None:
    """Change places with the one before, or after; the first stays first and the last stays last."""
    space = _kept(channel.space, by)
    order = list(Channel.objects.of_spaces().open().filter(space=space).order_by("position", "created_at", "id"))
    here = next((index for index, each in enumerate(order) if each.pk == channel.pk), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is None or there is None or not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, each in enumerate(order):
        each.position = position
    Channel.objects.bulk_update(order, ["position"])


@transaction.atomic
def archive_channel(*, channel: Channel, by: "User") -> Channel:
    """Nobody writes there any more; everything stays readable. Raises GeneralStays."""
    _kept(channel.space, by)
    channel = Channel.objects.of_spaces().select_for_update(of=("self",)).get(pk=channel.pk)
    if channel.kind == Channel.Kind.GENERAL:
        raise GeneralStays
    if channel.archived_at is None:
        channel.archived_at = timezone.now()
        channel.save(update_fields=["archived_at"])
        publish(channel.topic, "channel.changed")
    return channel


@transaction.atomic
def reopen_channel(*, channel: Channel, by: "User") -> Channel:
    """Write there again. Raises NameTaken when another took its name meanwhile."""
    space = _kept(channel.space, by)
    channel = Channel.objects.of_spaces().select_for_update(of=("self",)).get(pk=channel.pk)
    if channel.archived_at is not None:
        _check_name(space, channel.name, but=channel)
        channel.archived_at = None
        channel.save(update_fields=["archived_at"])
        publish(channel.topic, "channel.changed")
    return channel


@transaction.atomic
def open_about(
    *, space: Space, kind: str, object_id: UUID, name: str, path: str, by: "User", confidential: bool = False
) -> Channel:
    """The thread of a session or a note, read by those who take part in `space`; the same one when asked again.

    The caller has asked whether `by` may know of the object, and whether it may be talked about.
    """
    if not takes_part(by, space):
        raise PermissionDenied
    channel, _created = Channel.objects.get_or_create(
        kind=Channel.Kind.ABOUT,
        about_kind=kind,
        about_id=object_id,
        defaults={"space": space, "name": name[:80], "about_path": path, "confidential": confidential},
    )
    return channel


@transaction.atomic
def erase_about(*, kind: str, object_id: UUID) -> None:
    """Take the thread of an object away with all its words, from the log too: its time has come."""
    for channel in Channel.objects.select_for_update(of=("self",)).filter(about_kind=kind, about_id=object_id):
        forget(channel.topic)
        channel.delete()
