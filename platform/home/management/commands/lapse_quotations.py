"""End the wait for those who were asked whether they may be quoted. Run it every hour."""

from typing import Any

from django.core.management.base import BaseCommand

from home.capitalise import lapse


class Command(BaseCommand):
    help = "Clôt les demandes de citation restées 72 heures sans réponse, ou dont le message a disparu."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{lapse()} demande(s) close(s).")
