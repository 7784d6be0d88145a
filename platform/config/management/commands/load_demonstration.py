"""Load the invented cohort, and say with whom one may sign in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import link_for
from accounts.models import User
from config import demonstration
from config.demonstration import people


class Command(BaseCommand):
    help = "Charge les données de démonstration (sans effet la seconde fois) et donne les liens pour y entrer."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Les données de démonstration ne se chargent qu’avec DEMO=1.")
        if demonstration.load():
            self.stdout.write("Données de démonstration chargées.")
        self.stdout.write("\nEntrer d’un clic :")
        for key, why in demonstration.WHO:
            person = User.objects.get(email=people.address(key))
            self.stdout.write(f"  {person.name}, {why}\n    {link_for(person)}")
