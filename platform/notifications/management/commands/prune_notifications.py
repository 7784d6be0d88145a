"""Forget what people were told more than a year ago, and the addresses it went to. Run it once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.models import Notification


class Command(BaseCommand):
    help = "Efface ce qui a été dit il y a plus d’un an."

    def handle(self, *args: Any, **options: Any) -> None:
        count, _by_model = Notification.objects.past_keeping().delete()
        self.stdout.write(f"{count} effacée(s).")
