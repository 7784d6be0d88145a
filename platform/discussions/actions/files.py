"""Taking files, giving them to messages, and forgetting them."""

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files import File as Stored
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from discussions.filing import MAX_BYTES, Examined, Refused, clean_name, examined, too_heavy
from discussions.models import Channel, File, Message
from discussions.permissions import can_post
from richtext import plain
from spaces.models import Space

if TYPE_CHECKING:
    from accounts.models import User

QUOTA: Final = 1024 * 1024 * 1024  # bytes of the files of a cohort, its peer groups included
MAX_WAITING: Final = 20  # files of one person that no message has yet
MAX_IN_MESSAGE: Final = 10
KEPT_UNSENT: Final = timedelta(days=1)


class FilesGone(Exception):
    """A message was to carry files that are not its author's, are already sent, or were forgotten."""


def take_file(*, channel: Channel, owner: "User", upload: UploadedFile, alt: str = "") -> File:
    """Look at a file and keep it until its owner sends the message it goes with.

    Raises Refused, whose words and status are for the person.
    """
    if not can_post(owner, channel):
        raise PermissionDenied
    if (upload.size or 0) > MAX_BYTES:
        raise too_heavy()
    with examined(upload) as found:
        return _keep(channel, owner, found, name=clean_name(upload.name or "", found.extension), alt=alt)


def _keep(channel: Channel, owner: "User", found: Examined, *, name: str, alt: str) -> File:
    file = File(
        channel=channel,
        owner=owner,
        name=name,
        media_type=found.media_type,
        size=found.content.stat().st_size,
        width=found.width,
        height=found.height,
        alt=" ".join(plain(alt).split())[:240],
    )
    try:
        with found.content.open("rb") as content:
            file.content.save(name, Stored(content), save=False)
        if found.preview:
            with found.preview.open("rb") as preview:
                file.preview.save(name, Stored(preview), save=False)
        _add(file)
    except BaseException:
        remove_stored(file)
        raise
    return file


@transaction.atomic
def _add(file: File) -> None:
    """Write the row, unless the cohort or the person has no room left for it."""
    space = file.channel.space
    root = space.parent_id or space.pk
    Space.objects.select_for_update().get(pk=root)  # two files at once do not both take the last room
    if File.objects.waiting().filter(owner=file.owner).count() >= MAX_WAITING:
        raise Refused(
            _("Vous avez déjà %(count)s fichiers qui attendent leur message : envoyez-les ou retirez-les d’abord.")
            % {"count": MAX_WAITING},
            status=429,
        )
    of_cohort = File.objects.filter(Q(channel__space=root) | Q(channel__space__parent=root))
    held = of_cohort.aggregate(held=Sum("size"))["held"] or 0
    if held + file.size > QUOTA:
        raise Refused(
            _("La place réservée aux fichiers de votre cohorte (1 Go) est prise : ce fichier n’est pas joint."),
            status=413,
        )
    file.save(force_insert=True)


def attach_files(*, message: Message, ids: Collection[UUID]) -> None:
    """Give waiting files of its author to a message, inside the transaction that posts it, before it is drawn.

    The message need not be written yet: the database asks for it when the transaction ends. Raises FilesGone.
    """
    waiting = File.objects.waiting().filter(
        owner=message.author_id, channel=message.channel_id, pk__in=list(ids)[: MAX_IN_MESSAGE + 1]
    )
    if len(set(ids)) > MAX_IN_MESSAGE or waiting.update(message_id=message.pk) != len(set(ids)):
        raise FilesGone


@transaction.atomic
def discard_file(*, file: File, by: "User") -> None:
    """Take back a file that is not sent."""
    if file.owner_id != by.pk or file.message_id:
        raise PermissionDenied
    File.objects.waiting().filter(pk=file.pk).delete()


@transaction.atomic
def forget_files(*, message: Message) -> None:
    """Remove the files of a message whose words are taken back, inside that action's transaction."""
    message.files.all().delete()


def prune_unsent_files() -> int:
    """Forget what was given and never sent. How many files?"""
    old = File.objects.waiting().filter(created_at__lt=timezone.now() - KEPT_UNSENT)
    with transaction.atomic():
        gone, _by_model = old.delete()
    return gone


def remove_stored(file: File) -> None:
    """Remove the bytes of a file whose row is gone."""
    for stored in (file.content, file.preview):
        if stored.name:
            stored.storage.delete(stored.name)
