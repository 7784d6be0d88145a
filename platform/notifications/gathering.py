"""Letters that tell several things at once: the mail of what stays unread, and the digest.

Each is a row like any letter: it gathers its things under the lock of the person's wishes, once, and leaves by the same
way, under the same Message-ID however often it is tried. What it says is read when it leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from notifications import decision, letters, news
from notifications.decision import DIGEST, NEWS, Way
from notifications.models import Notification, Wishes
from notifications.tasks import mail_domain
from richtext import shown, to_text
from ui.templatetags.ui import day

if TYPE_CHECKING:
    from notifications.letters import Letter

#: Things told in full in one letter; the page has the rest.
SHOWN = 30


@dataclass(frozen=True)
class Line:
    """What a digest says of something that nobody told the person about: a channel with new messages."""

    title: str
    detail: str
    path: str
    at: datetime


@dataclass(frozen=True)
class Coming:
    """The next event of a person."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    path: str


_lines: list[Callable[[User, datetime], list[Line]]] = []
_coming: list[Callable[[User], Coming | None]] = []


def register_lines(read: Callable[[User, datetime], list[Line]]) -> None:
    """Have `read(person, since)` say what else goes into digests."""
    _lines.append(read)


def register_coming(read: Callable[[User], Coming | None]) -> None:
    """Have `read(person)` say what her next event is."""
    _coming.append(read)


# --- gathering ---------------------------------------------------------------------------------------------


def gather_all(now: datetime | None = None) -> None:
    """Make the letters that are due, to be sent with those that wait. Two workers at once make each of them once."""
    now = now or timezone.now()
    _give_everyone_wishes(now)
    due = Notification.objects.to_gather().filter(mail_at__lte=now).order_by("person").values_list("person", flat=True)
    for person in due.distinct():
        gather(person, now)
    digests = Wishes.objects.filter(next_digest_at__lte=now).order_by("next_digest_at")
    for person in list(digests.values_list("pk", flat=True)):
        gather_digest(person, now)


@transaction.atomic
def gather(person: UUID, now: datetime) -> Notification | None:
    """Put everything that this person has not read, and wants by mail, into one letter, if its time has come."""
    wishes = _locked(person)
    if wishes is None:
        return None
    rows = list(
        Notification.objects.to_gather().filter(person=person, mail_at__isnull=False).order_by("created_at", "pk")
    )
    if not any(row.mail_at and row.mail_at <= now for row in rows):
        return None
    if (later := max(decision.awake(now, wishes), _apart(person, now))) > now:
        Notification.objects.filter(pk__in=[row.pk for row in rows], mail_at__lt=later).update(mail_at=later)
        return None
    return _letter(NEWS, wishes, f"{NEWS}:{rows[0].pk}", {}, rows, now)


@transaction.atomic
def gather_digest(person: UUID, now: datetime) -> Notification | None:
    """Make the digest that is due, and say when the next one is."""
    wishes = _locked(person)
    if wishes is None or wishes.next_digest_at is None or wishes.next_digest_at > now:
        return None
    since, due = wishes.digested_at, wishes.next_digest_at
    wishes.digested_at, wishes.next_digest_at = now, decision.next_digest(now, wishes)
    wishes.save(update_fields=["digested_at", "next_digest_at"])
    rows = [
        row
        for row in Notification.objects.to_gather().filter(person=person, mail_at=None).order_by("created_at", "pk")
        if decision.way(row.kind, wishes) == Way.DIGEST
    ]
    facts = {"since": since.isoformat(), "until": (wishes.next_digest_at or now).isoformat()}
    return _letter(DIGEST, wishes, f"{DIGEST}:{person}:{due.isoformat()}", facts, rows, now)


def _give_everyone_wishes(now: datetime) -> None:
    without = User.objects.filter(is_active=True, wishes=None).order_by("pk")
    rows = [Wishes(person=person, digested_at=now) for person in without]
    for row in rows:
        row.next_digest_at = decision.next_digest(now, row)
    Wishes.objects.bulk_create(rows, ignore_conflicts=True)


def _locked(person: UUID) -> Wishes | None:
    """The wishes of a person who is still there, unless another worker has them in hand."""
    rows = Wishes.objects.select_for_update(of=("self",), skip_locked=True).select_related("person")
    return rows.filter(pk=person, person__is_active=True).first()


def _apart(person: UUID, now: datetime) -> datetime:
    """When the next mail may leave: a while after one of which she has read nothing."""
    recent = Notification.objects.filter(person=person, kind=NEWS, created_at__gt=now - decision.APART, dropped_at=None)
    unread = recent.exclude(gathered__read_at__isnull=False)
    newest = unread.order_by("-created_at").values_list("created_at", flat=True).first()
    return newest + decision.APART if newest else now


def _letter(
    kind: str, wishes: Wishes, dedupe_key: str, facts: dict[str, Any], rows: list[Notification], now: datetime
) -> Notification:
    person = wishes.person
    letter = Notification.objects.create(
        address=person.email,
        person=person,
        kind=kind,
        facts=facts,
        language=person.language,
        dedupe_key=dedupe_key,
        created_at=now,
    )
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail=letter)
    return letter


# --- writing -----------------------------------------------------------------------------------------------


def _still_news(letter: Notification) -> list[news.News]:
    """What of its things is unread and may still be known, newest first."""
    assert letter.person is not None  # noqa: S101  it gathers what one person was told
    rows = Notification.objects.visible_to(letter.person).unread().filter(mail=letter).newest_first()
    return [said for _row, said in news.of(letter.person, rows[: SHOWN + 1])]


def _with_words(told: list[news.News]) -> list[dict[str, Any]]:
    return [
        {"news": said, "text": to_text(said.words), "html": shown(said.words, profile="message")}
        for said in told[:SHOWN]
    ]


def write_news(letter: Notification) -> "Letter | None":
    told = _still_news(letter)
    if not told:
        return None
    conversations, places = {said.conversation for said in told}, {said.place for said in told}
    conversation, place = conversations.pop(), places.pop()
    alone = bool(conversation) and not conversations  # one conversation: its mails stand together, and can be answered
    if len(told) == 1:
        subject = told[0].sentence
    elif place and not places:
        subject = ngettext("%(count)d nouveauté dans %(place)s", "%(count)d nouveautés dans %(place)s", len(told)) % {
            "count": len(told),
            "place": place,
        }
    else:
        subject = ngettext("%(count)d nouveauté pour vous", "%(count)d nouveautés pour vous", len(told)) % {
            "count": len(told)
        }
    reply_to = told[0].reply_to if alone else ""
    words = {
        "told": _with_words(told),
        "more": len(told) > SHOWN,
        "answer_by_mail": bool(reply_to),
        "site_url": settings.SITE_URL,
    }
    text = render_to_string("notifications/news.txt", words).strip() + "\n"
    headers = {}
    if alone:
        root = f"<conversation.{conversation}@{mail_domain()}>"
        headers = {"In-Reply-To": root, "References": root}
    return letters.drawn(
        letter, " ".join(subject.split()), text, "notifications/news.html", words, reply_to=reply_to, headers=headers
    )


def write_digest(letter: Notification) -> "Letter | None":
    """Newest first; None when there is nothing to say."""
    person = letter.person
    assert person is not None  # noqa: S101  it is one person's
    since, until = (datetime.fromisoformat(letter.facts[name]) for name in ("since", "until"))
    told = _still_news(letter)
    lines = sorted((line for read in _lines for line in read(person, since)), key=lambda line: line.at, reverse=True)
    events = [event for read in _coming if (event := read(person))]
    coming = min(events, key=lambda event: event.starts_at, default=None)
    if not told and not lines and (coming is None or coming.starts_at > until + timedelta(days=1)):
        return None
    words = {
        "name": person.first_name,
        "told": _with_words(told),
        "more": len(told) > SHOWN,
        "lines": lines[:SHOWN],
        "coming": coming,
        "elsewhere": Wishes.objects.filter(person=person).exclude(time_zone=settings.TIME_ZONE).exists(),
        "site_url": settings.SITE_URL,
    }
    subject = (
        _("Votre résumé ; prochaine rencontre le %(day)s") % {"day": day(coming.starts_at)}
        if coming
        else _("Votre résumé sur Entre pairs")
    )
    text = render_to_string("notifications/digest.txt", words).strip() + "\n"
    return letters.drawn(letter, " ".join(subject.split()), text, "notifications/digest.html", words)
