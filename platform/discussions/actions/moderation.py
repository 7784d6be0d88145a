"""What happens when a message should not stand there: reported, hidden with its reason, put back, answered.

A facilitator never changes another's words: she hides them and says why (domain.md 8.2.12). Her acts are kept.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from discussions.actions.messages import locked, show_again, told_about
from discussions.finding import forget, make_findable
from discussions.models import Message, ModerationAct, Report
from discussions.permissions import can_answer_moderation, can_moderate, can_report, moderators_of
from notifications.actions import settle, tell, tell_many, withdraw

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyReported(Exception):
    """This person has reported this message already, and nobody has decided yet."""


class NothingToDecide(Exception):
    """The message was taken back, hidden or put back meanwhile."""


@transaction.atomic
def report_message(*, message: Message, by: "User", reason: str) -> Report:
    """Tell those who moderate why a message should not stand there. Its author never learns who said it."""
    message = locked(message)
    if not can_report(by, message):
        raise PermissionDenied
    if Report.objects.filter(message=message, person=by, closed_at__isnull=True).exists():
        raise AlreadyReported
    report = Report.objects.create(message=message, person=by, reason=reason)
    _tell_moderators(message, "message_reported", by=by, key=f"report:{report.pk}")
    return report


@transaction.atomic
def hide_message(*, message: Message, by: "User", reason: str) -> Message:
    """Put the reason in the place of a message's words, for everyone, until somebody puts them back.

    Raises NothingToDecide for a message that no longer stands.
    """
    message = locked(message)
    if not can_moderate(by, message):
        raise PermissionDenied
    if not message.stands:
        raise NothingToDecide
    message.hidden_at, message.hidden_by, message.hidden_reason = timezone.now(), by, reason
    message.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    forget(message)
    withdraw(about=told_about(message), seq=message.seq)
    _close_reports(message, by, Report.Outcome.HIDDEN)
    act = _keep(message, by, ModerationAct.Verb.HIDE, reason)
    tell(
        person=message.author,
        kind="message_hidden",
        path=reverse("discussions:hidden", args=[message.channel_id, message.pk]),
        facts={"message": str(message.pk)},
        dedupe_key=f"moderation:{act.pk}",
        by=by,
        space=message.channel.space,
        about=("moderation", message.pk),
    )
    show_again(message, counted=-1)
    return message


@transaction.atomic
def restore_message(*, message: Message, by: "User") -> Message:
    """Put a hidden message back as it was. Raises NothingToDecide for one that is not hidden."""
    message = locked(message)
    if not can_moderate(by, message):
        raise PermissionDenied
    if message.hidden_at is None or message.removed_at is not None:
        raise NothingToDecide
    message.hidden_at, message.hidden_by, message.hidden_reason = None, None, ""
    message.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    make_findable(message)
    _keep(message, by, ModerationAct.Verb.RESTORE)
    show_again(message, counted=1)
    return message


@transaction.atomic
def keep_message(*, message: Message, by: "User", reason: str = "") -> Message:
    """Close what was reported of a message and let it stand."""
    message = locked(message)
    if not can_moderate(by, message):
        raise PermissionDenied
    if not _close_reports(message, by, Report.Outcome.KEPT):
        raise NothingToDecide
    _keep(message, by, ModerationAct.Verb.KEEP, reason)
    return message


@transaction.atomic
def answer_moderation(*, message: Message, author: "User", words: str) -> ModerationAct:
    """The author of a hidden message tells those who moderate what she thinks of it."""
    message = locked(message)
    if not can_answer_moderation(author, message):
        raise PermissionDenied
    if message.hidden_at is None:
        raise NothingToDecide
    act = _keep(message, author, ModerationAct.Verb.ANSWER, words)
    _tell_moderators(message, "moderation_answered", by=author, key=f"moderation:{act.pk}")
    return act


def _close_reports(message: Message, by: "User", outcome: Report.Outcome) -> int:
    """How many waited. Nothing of this message waits for the others who moderate any more."""
    waiting = message.reports.filter(closed_at__isnull=True)
    closed = waiting.update(closed_at=timezone.now(), closed_by=by, outcome=outcome)
    for person in moderators_of(message):
        settle(person=person, about=("report", [message.pk]))
    return closed


def _keep(message: Message, by: "User", verb: ModerationAct.Verb, words: str = "") -> ModerationAct:
    return ModerationAct.objects.create(space=message.channel.space, message=message, by=by, verb=verb, words=words)


def _tell_moderators(message: Message, kind: str, *, by: "User", key: str) -> None:
    """Something waits for whoever moderates: the author of the message is not told, even when she facilitates."""
    tell_many(
        people=moderators_of(message),
        kind=kind,
        path=reverse("discussions:reports", args=[message.channel.space_id]),
        facts={"message": str(message.pk)},
        dedupe_key=key,
        by=by,
        about=("report", message.pk),
    )
