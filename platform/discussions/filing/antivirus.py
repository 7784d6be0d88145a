"""What an antivirus of the host says of a file, where there is one."""

import logging
import shlex
import subprocess
from pathlib import Path
from typing import Final

from django.conf import settings

from discussions.filing.refusals import because

logger = logging.getLogger(__name__)

SECONDS: Final = 60


def ask(path: Path) -> None:
    """Give the file to ANTIVIRUS_COMMAND on its standard input; 0 lets it pass, 1 refuses it.

    Raises Refused, also when the command fails: nothing passes unseen where an antivirus was wanted.
    """
    if not settings.ANTIVIRUS_COMMAND:
        return
    try:
        with path.open("rb") as given:
            done = subprocess.run(  # noqa: S603  # the operator's own command, without a shell
                shlex.split(settings.ANTIVIRUS_COMMAND), stdin=given, capture_output=True, timeout=SECONDS, check=False
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("The antivirus did not answer: %s", type(error).__name__)
        raise because("unavailable") from error
    if done.returncode == 1:
        raise because("infected")
    if done.returncode:
        logger.warning("The antivirus failed with %s.", done.returncode)
        raise because("unavailable")
