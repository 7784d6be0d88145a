"""One mail: is it an answer, from whom, about what; and a letter back when it could not be taken."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import Message as Mail
from enum import Enum
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications import mailbox
from notifications.incoming import reading
from spaces.permissions import has_proved

logger = logging.getLogger(__name__)

ONE_BACK_EVERY: Final = 3600  # seconds, for one address


class Outcome(Enum):
    TAKEN = "taken"
    IGNORED = "ignored"  # written by a machine, or not addressed to us: nobody is answered
    REFUSED = "refused"  # its writer is told why, with her words


class NotTaken(Exception):
    """The answer cannot be taken. The exception's words are for its writer."""


@dataclass(frozen=True)
class Answer:
    """What a person wrote back about an object, as the package that knows the object takes it."""

    person: User
    object_id: UUID
    words: str
    files: list[reading.Attached]
    client_id: UUID  # the same when the same mail comes twice


#: Takes an answer, or raises NotTaken; returns what its writer should know all the same, most often nothing.
Take = Callable[[Answer], str]
_takers: dict[str, Take] = {}


def register(kind: str, take: Take) -> None:
    """Say who takes the answers to addresses of a kind (`notifications.mailbox`)."""
    _takers[kind] = take


def receive(mail: Mail, *, envelope: Iterable[str] = ()) -> Outcome:
    """Take a mail that came; `envelope` are the addresses it was delivered to, where its headers do not say."""
    sender = reading.sender(mail)
    if not sender or reading.is_automatic(mail):
        return Outcome.IGNORED
    addresses = list(dict.fromkeys([*(each.lower() for each in envelope if each), *reading.recipients(mail)]))
    person = None
    try:
        reply_to = _place(addresses, sender)
        if reply_to is None:
            return Outcome.IGNORED
        person = reply_to.person
        with translation.override(person.language):
            notice = _take(mail, reply_to, sender)
    except NotTaken as refusal:
        _write_back(mail, sender, str(refusal), taken=False, language=person.language if person else "fr")
        return Outcome.REFUSED
    if notice:
        _write_back(mail, sender, notice, taken=True, language=person.language)
    return Outcome.TAKEN


def _place(addresses: list[str], sender: str) -> mailbox.ReplyTo | None:
    """What the first address of ours says. A wrong one is answered to members only: others may be anybody's names."""
    ours = False
    try:
        for address in addresses:
            if reply_to := mailbox.read(address):
                return reply_to
            ours = ours or mailbox.is_ours(address)
    except mailbox.Expired:
        raise NotTaken(
            _(
                "L’adresse à laquelle vous avez répondu a plus de %(days)s jours : elle ne sert plus. Ouvrez le fil "
                "pour y écrire."
            )
            % {"days": mailbox.VALID_DAYS}
        ) from None
    if ours and EmailAddress.objects.filter(email__iexact=sender, verified=True, user__is_active=True).exists():
        raise NotTaken(
            _("L’adresse à laquelle vous avez écrit n’est pas complète. Répondez au courriel reçu, ou ouvrez le fil.")
        )
    return None


def _is_known(sender: str) -> bool:
    """Is it an address of somebody here?"""
    verified = EmailAddress.objects.filter(email__iexact=sender, verified=True)
    return User.objects.filter(Q(email=sender) | Q(pk__in=verified.values("user")), is_active=True).exists()


def _take(mail: Mail, reply_to: mailbox.ReplyTo, sender: str) -> str:
    person = reply_to.person
    if not has_proved(person, sender):
        raise NotTaken(
            _(
                "Ce courriel ne vient pas d’une adresse de la personne à qui nous avions écrit. Répondez depuis "
                "l’adresse que vous avez confirmée dans votre compte, ou ajoutez-y celle-ci."
            )
        )
    take = _takers.get(reply_to.kind)
    if take is None or not person.is_active:
        raise NotTaken(_("Ce à quoi vous répondez n’est plus là, ou vous n’y avez plus accès."))
    answer = Answer(person, reply_to.object_id, reading.words(mail), reading.files(mail), reading.id_of(mail))
    if not (answer.words or answer.files):
        raise NotTaken(_("Votre courriel ne contient pas de réponse : écrivez-la au-dessus du message cité."))
    return take(answer)


def _write_back(mail: Mail, sender: str, sentence: str, *, taken: bool, language: str) -> None:
    """Tell the writer, once an hour at most, in a way that no machine answers.

    Her words go back to an address of ours only: anybody may write any other in front of a mail, to have us send it.
    """
    if not cache.add(f"incoming:back:{sender}", 1, ONE_BACK_EVERY):
        return
    said = reading.words(mail) if _is_known(sender) else ""
    words = {"sentence": sentence, "taken": taken, "words": said, "site_url": settings.SITE_URL}
    with translation.override(language):
        subject = _("Votre réponse est publiée, sans ses fichiers") if taken else _("Votre réponse n’a pas été publiée")
        text = render_to_string("notifications/reply_back.txt", words).strip() + "\n"
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    if answered := reading.header(mail, "Message-ID"):
        headers |= {"In-Reply-To": answered[:900], "References": answered[:900]}
    try:
        EmailMessage(subject=subject, body=text, to=[sender], headers=headers).send()
    except OSError:
        cache.delete(f"incoming:back:{sender}")
        raise
