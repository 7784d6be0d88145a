"""Forget the events that no page will catch up from any more. Run once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from live.models import LiveEvent


class Command(BaseCommand):
    help = "Efface du journal des pages ouvertes les événements plus vieux que LIVE_KEEP_DAYS jours."

    def handle(self, *args: Any, **options: Any) -> None:
        gone, _ = LiveEvent.objects.past_keeping().delete()
        self.stdout.write(f"{gone}")
