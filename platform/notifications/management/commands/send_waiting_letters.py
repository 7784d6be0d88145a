"""Send the letters that a mail server refused, or that a stopped worker left behind. Run it every few minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.models import Notification
from notifications.tasks import ATTEMPTS, deliver


class Command(BaseCommand):
    help = "Envoie les messages qui attendent."

    def handle(self, *args: Any, **options: Any) -> None:
        sent = failed = 0
        waiting = Notification.objects.waiting().filter(attempts__lt=ATTEMPTS).order_by("created_at", "id")
        for pk in list(waiting.values_list("pk", flat=True)):
            try:
                sent += deliver(pk)
            except OSError:
                failed += 1
        self.stdout.write(f"{sent} envoyé(s), {failed} en attente.")
