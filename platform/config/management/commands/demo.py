"""Everything between a fresh environment and the first page, each step skipped when it is done."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Territory


class Command(BaseCommand):
    help = "Prépare la démonstration, dit avec qui s’y connecter, et la sert."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--prepare-only", action="store_true", help="ne sert pas")

    def handle(self, *args: Any, port: int, host: str, prepare_only: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 manque : cette commande ouvre la plateforme à qui passe.")
        call_command("migrate", verbosity=0, interactive=False)
        if not Territory.objects.exists():
            self.stdout.write("Territoires…")
            call_command("import_territories", verbosity=0)
        if "load_demonstration" in get_commands():
            call_command("load_demonstration")
        collect_static_once()
        if prepare_only:
            return
        self.stdout.write(f"\nhttp://{host}:{port}\n")
        self.stdout.flush()
        call_command("serve", host=host, port=port)


def collect_static_once() -> None:
    """Hash and compress the static files, unless none has changed since the last time (seconds saved)."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    digest = hashlib.sha256((settings.ROOT / "requirements.txt").read_bytes())  # parts bring static files too
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path}{path.stat().st_size}".encode() + path.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest.hexdigest())
