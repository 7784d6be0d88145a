"""Take the answers that people wrote by mail from REPLY_MAILDIR or REPLY_IMAP_URL. Run it every minute."""

from collections import Counter
from imaplib import IMAP4
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notifications.incoming.doors import from_folder, from_imap


class Command(BaseCommand):
    help = "Relève les réponses par courriel et les publie dans leurs fils."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REPLY_ADDRESS or not (settings.REPLY_MAILDIR or settings.REPLY_IMAP_URL):
            raise CommandError("Donnez REPLY_ADDRESS, et REPLY_MAILDIR ou REPLY_IMAP_URL.")
        done: Counter[str] = Counter()
        try:
            if settings.REPLY_MAILDIR:
                done += from_folder(Path(settings.REPLY_MAILDIR))
            if settings.REPLY_IMAP_URL:
                done += from_imap(settings.REPLY_IMAP_URL)
        except (OSError, IMAP4.error) as error:
            raise CommandError(f"La boîte des réponses ne répond pas : {type(error).__name__}.") from error
        taken, refused, ignored, waiting = (done[name] for name in ("taken", "refused", "ignored", "waiting"))
        self.stdout.write(f"{taken} publiée(s), {refused} refusée(s), {ignored} ignorée(s), {waiting} en attente.")
