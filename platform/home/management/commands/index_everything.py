"""Make the index of the search again: after a restored backup, or a version that says so."""

from typing import Any

from django.core.management.base import BaseCommand

from home.indexing import index_everything


class Command(BaseCommand):
    help = "Refait l’index de la recherche."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = index_everything()
        self.stdout.write(", ".join(f"{count} {kind}" for kind, count in counts.items()))
