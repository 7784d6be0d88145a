"""Gathers the words of the pages and compiles their translations, without the gettext programs."""

from typing import Any

from django.core.management.base import BaseCommand

from config.messages import LANGUAGES, as_mo, as_po, po_path, untranslated, updated


class Command(BaseCommand):
    help = "Rassemble les messages, garde leurs traductions, écrit les fichiers .po et .mo."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for language in LANGUAGES:
            catalog = updated(language)
            path = po_path(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_po(catalog))
            path.with_suffix(".mo").write_bytes(as_mo(catalog))
            missing = untranslated(catalog)
            self.stdout.write(f"{language}: {len(catalog)} messages, {len(missing)} sans traduction")
            for message in missing[:20]:
                self.stdout.write(f"    {message}")
