"""Channels where a cohort talks."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete

if TYPE_CHECKING:
    from discussions.models import File


class DiscussionsConfig(AppConfig):
    name = "discussions"

    def ready(self) -> None:
        from discussions import letters, moderated
        from discussions.actions import replies_by_mail
        from notifications import news

        letters.register()
        replies_by_mail.register()
        news.register(moderated.MAY_KNOW, moderated.describe)
        post_delete.connect(remove_bytes, sender="discussions.File", dispatch_uid="discussions.remove_bytes")


def remove_bytes(instance: "File", **facts: Any) -> None:
    """The bytes of a file go once its row has gone, by whatever way: its message, its channel, its cohort."""
    from discussions.actions.files import remove_stored

    transaction.on_commit(partial(remove_stored, instance), robust=True)
