"""The one decision on how something reaches a person."""

from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from notifications.models import Notification
from notifications.tasks import send


@transaction.atomic
def notify(
    *,
    address: str,
    kind: str,
    facts: dict[str, Any],
    dedupe_key: str,
    language: str = "fr",
    person: User | None = None,
) -> Notification:
    """One letter for one address, once per `dedupe_key`, whatever happens. It leaves after the transaction commits.

    `facts` are ids and names; what they become on paper is decided when the letter leaves (`letters.register`).
    """
    notification, created = Notification.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "address": address.lower(),
            "kind": kind,
            "facts": facts,
            "language": language,
            "person": person,
        },
    )
    if created:
        transaction.on_commit(partial(send.enqueue, str(notification.pk)))
    return notification
