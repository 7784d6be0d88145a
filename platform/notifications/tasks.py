"""Letters leave in the background (django-tasks); in the demonstration, at once."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from notifications import letters
from notifications.models import Notification

logger = logging.getLogger(__name__)

ATTEMPTS = 8
#: Longer than a mail server may take to answer (settings.EMAIL_TIMEOUT).
IN_HAND = timedelta(minutes=2)


@task()
def send(notification_id: str) -> None:
    """Send one letter. When the mail server refuses, the letter waits for `manage.py send_waiting_letters`."""
    try:
        deliver(UUID(notification_id))
    except OSError:
        logger.warning("Letter %s could not leave and waits.", notification_id, exc_info=True)


def deliver(notification_id: UUID) -> bool:
    """Send one letter unless it has left or another worker has it in hand. Did it leave?

    No lock is held while the mail server answers. A crash after its answer sends the letter again later, under the
    same Message-ID, which mail readers show once.
    """
    now = timezone.now()
    letter = Notification.objects.filter(pk=notification_id)
    if (
        not letter.waiting()
        .filter(attempts__lt=ATTEMPTS)
        .update(attempts=F("attempts") + 1, locked_until=now + IN_HAND)
    ):
        return False
    notification = letter.get()
    if (words := letters.write(notification)) is None:
        letter.update(dropped_at=now)
        return False
    subject, text = words
    try:
        EmailMessage(
            subject=subject,
            body=text,
            to=[notification.address],
            headers={
                "Message-ID": f"<{notification.pk.hex}@{_mail_domain()}>",
                "Auto-Submitted": "auto-generated",
            },
        ).send()
    except OSError:
        letter.update(locked_until=None)
        raise
    letter.update(sent_at=timezone.now())
    return True


def _mail_domain() -> str:
    return settings.SITE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
