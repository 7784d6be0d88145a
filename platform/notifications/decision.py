"""The one decision: when what a person should know may leave by mail, and when her next digest is due.

Nothing here reads the database or the clock, so that it is one table to read and to test.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from notifications.models import Wishes


class Group(TextChoices):
    """What a person decides about together."""

    PERSONAL = "personal", _("on m’écrit, on me nomme, on me répond")
    CHANNELS = "channels", _("les fils dont je suis tous les messages")
    EVENTS = "events", _("une rencontre change")
    WAITING = "waiting", _("quelque chose m’attend")


class Way(TextChoices):
    """How it reaches her beside her page, where everything stands at once."""

    MAIL = "mail", _("par courriel si je ne l’ai pas lu")
    DIGEST = "digest", _("dans le résumé")
    PAGE = "page", _("sur la plateforme seulement")


class Digest(TextChoices):
    DAILY = "daily", _("chaque jour")
    WEEKLY = "weekly", _("chaque semaine")
    NEVER = "never", _("jamais")


_GROUPS: Final = {
    "mention": Group.PERSONAL,
    "answer": Group.PERSONAL,
    "direct_message": Group.PERSONAL,
    "channel_message": Group.CHANNELS,
    "event_moved": Group.EVENTS,
}
#: How long it may stay unread before it leaves: an answer is awaited, a busy channel is told in one go.
PATIENCE: Final = {group: timedelta(minutes=15) for group in Group} | {Group.CHANNELS: timedelta(hours=1)}
#: A mail that nobody has read is not followed by another before that long.
APART: Final = timedelta(hours=1)
#: Letters that gather several things: the mail of what stays unread, and the digest.
NEWS: Final = "news"
DIGEST: Final = "digest"
GATHERED: Final = frozenset({NEWS, DIGEST})
#: Written by a person's own doing, or opening a door to somebody without an account: nobody can do without them.
NECESSARY: Final = frozenset(
    {
        "invitation",
        "application_received",
        "application_accepted",
        "application_waiting",
        "application_refused",
    }
)

DAYS: Final = [(day, WEEKDAYS[day]) for day in range(7)]
QUIET_FROM: Final = time(20)
QUIET_UNTIL: Final = time(8)
DIGEST_TIME: Final = time(8)
ZONE: Final = "Europe/Paris"
ZONES: Final = [
    ("Europe/Paris", _("Paris, Bruxelles")),
    ("America/Guadeloupe", _("Guadeloupe, Martinique")),
    ("America/Cayenne", _("Guyane")),
    ("America/Miquelon", _("Saint-Pierre-et-Miquelon")),
    ("Indian/Reunion", _("La Réunion")),
    ("Indian/Mayotte", _("Mayotte")),
    ("Pacific/Noumea", _("Nouvelle-Calédonie")),
    ("Pacific/Wallis", _("Wallis-et-Futuna")),
    ("Pacific/Tahiti", _("Polynésie française")),
    ("America/Toronto", _("Québec")),
    ("UTC", _("temps universel")),
]


def group_of(kind: str) -> Group:
    """The group of a kind; what nobody has named waits for the person."""
    return _GROUPS.get(kind, Group.WAITING)


def way(kind: str, wishes: "Wishes") -> Way:
    """How a kind reaches somebody with these wishes; without optional mails, her page only."""
    if kind in NECESSARY:
        return Way.MAIL
    chosen = Way(getattr(wishes, group_of(kind).value))
    return chosen if wishes.mail else Way.PAGE


def mail_at(kind: str, told_at: datetime, wishes: "Wishes") -> datetime | None:
    """When it leaves if it is still unread then; None when it does not leave on that day's mail."""
    if way(kind, wishes) != Way.MAIL:
        return None
    return awake(told_at + PATIENCE[group_of(kind)], wishes)


def awake(at: datetime, wishes: "Wishes") -> datetime:
    """The first moment from `at` on that is outside the quiet hours, in the person's own time zone."""
    zone = ZoneInfo(wishes.time_zone)
    local = at.astimezone(zone)
    while True:
        if wishes.quiet_weekend and local.weekday() >= 5:
            monday = local.date() + timedelta(days=7 - local.weekday())
            local = _at(monday, wishes.quiet_until if _is_quiet(time(0), wishes) else time(0), zone)
        elif _is_quiet(local.time(), wishes):
            later = local.time() >= wishes.quiet_until
            local = _at(local.date() + timedelta(days=later), wishes.quiet_until, zone)
        else:
            return max(at, local).astimezone(at.tzinfo)


def next_digest(after: datetime, wishes: "Wishes") -> datetime | None:
    """When the next digest leaves; None when she wants none."""
    if not wishes.mail or wishes.digest == Digest.NEVER:
        return None
    zone = ZoneInfo(wishes.time_zone)
    day = after.astimezone(zone).date()
    while True:
        if wishes.digest == Digest.DAILY or day.weekday() == wishes.digest_day:
            due = awake(_at(day, DIGEST_TIME, zone), wishes)
            if due > after:
                return due.astimezone(after.tzinfo)
        day += timedelta(days=1)


def _is_quiet(moment: time, wishes: "Wishes") -> bool:
    begins, ends = wishes.quiet_from, wishes.quiet_until
    return begins <= moment < ends if begins <= ends else moment >= begins or moment < ends


def _at(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, zone)
