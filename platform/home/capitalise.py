"""From talk to knowledge: messages of a channel begin a private note, and those they quote are asked."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from discussions.models import Channel, Message
from reservoir.actions import Quote, Refused, ask_quoted, create_note, lapse_quotations
from reservoir.forms import title_field
from reservoir.models import Note, Quotation
from richtext import to_text
from richtext.marks import from_marks
from spaces.models import Membership, Space
from spaces.permissions import takes_part

if TYPE_CHECKING:
    from accounts.models import User

MOST = 10  # messages in one note
AROUND = 10  # messages offered before the chosen ones, and after


class CapitaliseForm(forms.Form):
    """The title of the note to begin."""

    title = title_field()
    client_id = forms.UUIDField(widget=forms.HiddenInput)


def asked_ids(values: Sequence[str]) -> list[UUID]:
    """The ids in what was sent; what is none is left out."""
    found = []
    for value in values[: 5 * MOST]:
        with suppress(ValueError):
            found.append(UUID(value))
    return found


def chosen(user: "User", pks: Sequence[UUID]) -> list[Message]:
    """Those of these messages that she reads and that stand, oldest first.

    Raises Refused when they cannot begin a note together.
    """
    rows = Message.objects.visible_to(user).standing().filter(pk__in=pks)
    found = list(rows.select_related("channel__space__parent", "author").order_by("seq"))
    if len({message.channel_id for message in found}) > 1:
        raise Refused(_("Ces messages viennent de plusieurs fils. Une note en reprend un seul."))
    if found and found[0].channel.confidential:
        raise Refused(_("Ce fil est confidentiel : rien n’en sort, pas même dans une note."))
    return found


def count_refusal(count: int) -> str:
    """What is to be told of a choice of that many; empty when it is right."""
    if count == 0:
        return _("Choisissez au moins un message à citer.")
    if count > MOST:
        return _("Dix messages au plus commencent une note. Vous en avez choisi davantage : gardez l’essentiel.")
    return ""


def offered(messages: Sequence[Message]) -> list[Message]:
    """What may be added to the choice: the thread they stand in, and otherwise what was said just before and after."""
    first, last = messages[0], messages[-1]
    channel = Message.objects.standing().filter(channel=first.channel_id).select_related("author", "channel")
    thread = first.thread_id or (first.pk if first.reply_count else None)
    if thread:
        near = list(channel.filter(Q(pk=thread) | Q(thread=thread)).order_by("seq")[: 2 * AROUND])
    else:
        roots = channel.roots()
        before = list(roots.before(first.seq).order_by("-seq")[:AROUND])
        near = [
            *reversed(before),
            *roots.after(first.seq).filter(seq__lte=last.seq + AROUND * 5).order_by("seq")[:AROUND],
        ]
    return sorted({message.pk: message for message in [*near, *messages]}.values(), key=lambda message: message.seq)


def cohort_for(user: "User", channel: Channel) -> Space:
    """Where the note is written: the cohort of the channel, or the latest one she follows for a wider channel."""
    space = channel.space
    cohort = space.parent if space.kind == Space.Kind.PEER_GROUP else space
    if cohort is not None and cohort.kind == Space.Kind.COHORT and takes_part(user, cohort):
        return cohort
    held = Membership.objects.taking_part().filter(person=user, space__kind=Space.Kind.COHORT)
    membership = held.select_related("space").order_by("-joined_at", "pk").first()
    if membership is None:
        raise Refused(_("Une note s’écrit dans une cohorte, et vous n’en suivez aucune en ce moment."))
    return membership.space


@transaction.atomic
def begin_note(*, messages: Sequence[Message], by: "User", title: str, client_id: UUID) -> Note:
    """A private note that quotes these messages, each with its author and the way back; those quoted are asked."""
    if refusal := count_refusal(len(messages)):
        raise Refused(refusal)
    channel = messages[0].channel
    note = create_note(
        space=cohort_for(by, channel), author=by, client_id=client_id, title=title, story=quoted(messages, by)
    )
    quotes = [
        Quote(message.author, to_text(message.body), message.pk, message.get_absolute_url()) for message in messages
    ]
    ask_quoted(note=note, by=by, quotes=quotes)
    return note


def quoted(messages: Sequence[Message], reader: "User") -> str:
    """The messages as the beginning of a story. Made of marks, so that the page without a script can take it up."""
    blocks = []
    for message in messages:
        lines = [f"> {line}" for line in to_text(message.body).split("\n") if line]
        day = date_format(timezone.localtime(message.created_at), "j F Y")
        label = ", ".join([message.author.name, message.channel.title_for(reader), day])
        link = f"[{_without_marks(label)}]({settings.SITE_URL}{message.get_absolute_url()})"
        blocks.append("\n".join(lines) + f"\n\n— {link}")
    return from_marks("\n\n".join(blocks))


def _without_marks(label: str) -> str:
    return label.translate(str.maketrans("", "", "[]*"))


def lapse(now: datetime | None = None) -> int:
    """End the wait for answers: after 72 hours, and at once when the message or the person quoted has gone."""
    held = Membership.objects.taking_part().filter(person=OuterRef("author"))
    here = Exists(held.filter(space=OuterRef("channel__space"))) | Q(channel__space__kind=Space.Kind.NETWORK) & Exists(
        held
    )
    there = Message.objects.standing().filter(here, pk=OuterRef("message"))
    gone = Quotation.objects.filter(~Exists(there), state=Quotation.State.ASKED)
    return lapse_quotations(now=now or timezone.now(), gone=list(gone.values_list("pk", flat=True)))
