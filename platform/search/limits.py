"""How often one person may search."""

import logging
import time
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

A_MINUTE: Final = 30


def too_many(who: str) -> bool:
    """Count one more search of `who` (a person, or an address of the network) in this minute: is it one too many?

    When nothing can be counted, searching goes on.
    """
    key = f"searches:{who}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, 120)
        return bool(cache.incr(key) > A_MINUTE)
    except (RedisError, ValueError):  # the count was thrown away between the two
        logger.warning("Searches could not be counted.", exc_info=True)
        return False
