"""Store a path template from a file; without a file, the standard nine-month one."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cohorts.actions import TemplateChanged, load_template

STANDARD = Path(__file__).resolve().parents[2] / "data" / "path_template_9_months.json"


class Command(BaseCommand):
    help = "Enregistre un modèle de parcours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default=str(STANDARD))
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, file: str, name: str, **options: Any) -> None:
        path = Path(file)
        name = name or (_("Parcours 9 mois, standard") if path == STANDARD else "")
        with translation.override("fr"):
            try:
                document = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(_("Le fichier %(path)s ne se lit pas.") % {"path": path}) from error
            except ValueError as error:
                raise CommandError(
                    _("Le fichier %(path)s n’est pas du JSON : %(error)s") % {"path": path, "error": error}
                ) from error
            try:
                template = load_template(document=document, name=name)
            except ValidationError as refusal:
                raise CommandError("\n".join(refusal.messages)) from refusal
            except TemplateChanged as refusal:
                raise CommandError(str(refusal)) from refusal
            self.stdout.write(
                f"{template.name} ({template.slug}, v{template.version}) : {number_format(template.hours)} h"
            )
