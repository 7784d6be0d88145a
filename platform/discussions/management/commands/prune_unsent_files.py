"""Forget the files that were given for a message that was never sent. Run once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from discussions.actions.files import prune_unsent_files


class Command(BaseCommand):
    help = "Efface les fichiers joints à un message qui n’est pas parti depuis un jour."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{prune_unsent_files()}")
