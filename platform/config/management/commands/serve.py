"""Starts one web process with the measured options (config/serving.py): what docs/operations.md and systemd call."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.serving import uvicorn_arguments


class Command(BaseCommand):
    help = "Sert la plateforme : un processus, à l’adresse donnée."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        command = [sys.executable, "-m", "uvicorn", *uvicorn_arguments(), "--host", host, "--port", str(port)]
        os.execv(sys.executable, command)  # noqa: S606  our own interpreter, our own arguments
