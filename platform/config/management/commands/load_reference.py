"""Load what really took place: the standard path, the paths and the workshops of 2018-2019."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cohorts.history import UnreadableHistory
from config.demonstration import reference
from workshops.ateliers import UnreadableRecord


class Command(BaseCommand):
    help = "Charge le parcours standard, trois parcours et quatre ateliers de 2018-2019 (une seule fois)."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            paths, workshops = reference.load()
        except (UnreadableHistory, UnreadableRecord) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{paths} parcours et {workshops} ateliers ajoutés.")
