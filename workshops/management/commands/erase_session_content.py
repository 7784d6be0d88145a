"""`manage.py erase_session_content`, for a daily timer: see docs/operations.md."""

from typing import Any

from django.core.management.base import BaseCommand

from workshops.tasks import erase_session_content


class Command(BaseCommand):
    help = "Erases the words of co-development sessions 30 days after the client's return, 120 after the session."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{erase_session_content.func()} session(s) erased.")
