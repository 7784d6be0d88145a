"""What is done each minute, by the worker's timer or by the one process of a laptop."""

import logging

from notifications import pushing
from notifications.gathering import gather_all
from notifications.models import Notification
from notifications.tasks import ATTEMPTS, deliver

logger = logging.getLogger(__name__)


def go_round() -> tuple[int, int]:
    """Gather, send what waits, push to browsers. How many letters left, and how many could not.

    Two rounds at once do nothing twice: each letter is gathered under a lock and sent by whoever takes it in hand.
    """
    gather_all()
    sent = failed = 0
    waiting = Notification.objects.waiting().filter(attempts__lt=ATTEMPTS).order_by("created_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        try:
            sent += deliver(pk)
        except OSError:
            logger.warning("Letter %s could not leave and waits.", pk, exc_info=True)
            failed += 1
    pushing.push_all()
    return sent, failed
