"""Make the key that browsers recognise our messages by (Web Push, VAPID). Once per platform."""

from typing import Any

from django.core.management.base import BaseCommand
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from notifications.pushing import public_key_of


class Command(BaseCommand):
    help = "Fabrique la clé des messages aux navigateurs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        vapid = Vapid02()
        vapid.generate_keys()
        private = vapid.private_key.private_numbers().private_value.to_bytes(32, "big")
        self.stdout.write(f"VAPID_PRIVATE_KEY={b64urlencode(private)}")
        self.stderr.write(f"# {public_key_of(vapid)}")
