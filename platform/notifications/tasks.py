"""Letters leave in the background (django-tasks); in the demonstration, at once."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from notifications import decision, letters
from notifications.models import Notification, Wishes

logger = logging.getLogger(__name__)

ATTEMPTS = 8
#: How long after each failure the next attempt may come: at once, then ever rarer, over more than three days.
WAITS = [timedelta(minutes=4**n - 1) for n in range(ATTEMPTS - 1)]
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
    same Message-ID, which mail readers show once. The reader's wishes and rights are those of this moment.
    """
    now = timezone.now()
    letter = Notification.objects.filter(pk=notification_id)
    if (
        not letter.waiting()
        .filter(attempts__lt=ATTEMPTS)
        .update(attempts=F("attempts") + 1, locked_until=now + IN_HAND)
    ):
        return False
    notification = letter.select_related("person").get()
    if _is_unwanted(notification):
        # Where she did not ask for it by mail it stays on her page, and in her digest if that is her wish.
        letter.update(locked_until=None, **({"alone": False} if notification.path else {"dropped_at": now}))
        return False
    if (words := letters.write(notification)) is None:
        letter.update(dropped_at=now)
        return False
    try:
        _mail(notification, words).send()
    except OSError:
        letter.update(locked_until=now + WAITS[min(notification.attempts, len(WAITS)) - 1])
        raise
    letter.update(sent_at=timezone.now(), locked_until=None)
    return True


def _is_unwanted(notification: Notification) -> bool:
    """Does its reader not want it by mail, or no longer have an account that is open?"""
    person = notification.person
    if person is None or notification.kind in decision.NECESSARY:
        return False
    wishes = Wishes.objects.filter(pk=person).first() or Wishes(person=person)
    if notification.kind in decision.GATHERED:
        return not (person.is_active and wishes.mail)
    return not person.is_active or decision.way(notification.kind, wishes) != decision.Way.MAIL


def _mail(notification: Notification, letter: letters.Letter) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[notification.address],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={
            "Message-ID": f"<{notification.pk.hex}@{mail_domain()}>",
            "Auto-Submitted": "auto-generated",
        }
        | letter.headers,
    )
    mail.attach_alternative(letter.html, "text/html")
    return mail


def mail_domain() -> str:
    """The right-hand side of the ids of our mails."""
    return settings.SITE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
