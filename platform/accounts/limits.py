"""How often one person may do one thing. Counted in the cache; when that is away, nobody is refused."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.core.cache import caches

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

WINDOW: Final = 10  # seconds: sixty a minute are ten in any of these, at once or one by one
AWAY: Final = 30.0  # seconds during which a cache that has failed is not asked again

_asked_again_at = 0.0


@cache
def _counter() -> Any:
    """One for the process: `django.core.cache.cache` is another one in each request, with a connection of its own."""
    return caches.create_connection("default")


def may_again(person: "User", what: str, *, a_minute: int) -> bool:
    """May `person` do `what` once more? At most `a_minute`, a sixth of them at once."""
    global _asked_again_at
    now = time.time()
    if time.monotonic() < _asked_again_at:
        return True
    key = f"limit:{what}:{person.pk}:{int(now // WINDOW)}"
    try:
        return _counted(key) <= max(1, a_minute * WINDOW // 60)
    except Exception:  # whatever the cache is: a limit that cannot be counted does not stop people from talking
        logger.warning("The limit of %s is not counted: the cache does not answer.", what, exc_info=True)
        _asked_again_at = time.monotonic() + AWAY
        return True


def _counted(key: str) -> int:
    """How many times this has been asked under `key`, this time included."""
    try:
        return int(_counter().incr(key))
    except ValueError:  # the first time
        _counter().add(key, 0, timeout=2 * WINDOW)
        return int(_counter().incr(key))
