"""Without a worker (a laptop, a trial), the serving process itself does what is done each minute."""

import asyncio
import logging

from django.db import close_old_connections

from home.capitalise import lapse
from notifications.round import go_round

logger = logging.getLogger(__name__)

EVERY = 30.0  # seconds


async def go_rounds() -> None:
    """Go round again and again, in a thread of its own, until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        await asyncio.to_thread(once)


def once() -> None:
    """One round; what fails in it is told to the log, and the next round comes all the same."""
    close_old_connections()
    try:
        go_round()
        lapse()
    except Exception:
        logger.exception("A round could not be finished.")
    finally:
        close_old_connections()
