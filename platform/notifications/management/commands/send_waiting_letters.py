"""Gather what has stayed unread and the digests that are due, and send them with the letters that wait: each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.round import go_round


class Command(BaseCommand):
    help = "Rassemble ce qui n’est pas lu, prépare les résumés, et envoie les messages qui attendent."

    def handle(self, *args: Any, **options: Any) -> None:
        sent, failed = go_round()
        self.stdout.write(f"{sent} envoyé(s), {failed} en attente.")
