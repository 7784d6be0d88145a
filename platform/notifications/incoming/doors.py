"""Where mails come in: a folder that the mail server fills, a mailbox elsewhere, a provider that calls us."""

import imaplib
import logging
import mailbox as folders
from collections import Counter
from email import policy
from email.message import Message as Mail
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from notifications.incoming.receiving import Outcome, receive

if TYPE_CHECKING:
    from anymail.signals import AnymailInboundEvent

logger = logging.getLogger(__name__)

HEAVIEST: Final = 40 * 1024 * 1024  # bytes of a mail that is read
SECONDS: Final = 30
AT_ONCE: Final = 200  # mails of one round: the next takes the others


def from_provider(event: "AnymailInboundEvent", **facts: Any) -> None:
    """A mail that a provider hands over (`anymail.signals.inbound`). An error of ours has it sent again."""
    mail = event.message
    if not mail.spam_detected:
        receive(mail, envelope=[mail.envelope_recipient or ""])


def from_folder(path: Path) -> Counter[str]:
    """Take what waits in a Maildir. What is dealt with is removed; what meets an error of ours waits."""
    done: Counter[str] = Counter()
    folder = folders.Maildir(path, create=False)
    for key in sorted(folder.keys())[:AT_ONCE]:
        with folder.get_file(key) as file:
            content = file.read(HEAVIEST + 1)
        if _deal_with(content, done):
            folder.discard(key)
    return done


def from_imap(url: str) -> Counter[str]:
    """Take what waits at `imaps://user:password@host/INBOX`; `imap://` is encrypted when the server can."""
    place = urlsplit(url)
    if place.scheme not in {"imap", "imaps"} or not place.hostname:
        raise ImproperlyConfigured("REPLY_IMAP_URL must look like imaps://user:password@host/INBOX.")
    done: Counter[str] = Counter()
    secure = place.scheme == "imaps"
    connect = imaplib.IMAP4_SSL if secure else imaplib.IMAP4
    with connect(place.hostname, place.port or (993 if secure else 143), timeout=SECONDS) as server:
        if not secure and "STARTTLS" in server.capabilities:
            server.starttls()
        server.login(unquote(place.username or ""), unquote(place.password or ""))
        server.select(f'"{unquote(place.path.strip("/")) or "INBOX"}"')
        _status, found = server.uid("SEARCH", "UNDELETED")
        for uid in (found[0] or b"").split()[:AT_ONCE]:
            _status, parts = server.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{HEAVIEST + 1}>)")
            content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            if _deal_with(content, done):
                server.uid("STORE", uid.decode(), "+FLAGS", r"(\Deleted)")
        server.expunge()
    return done


def _deal_with(content: bytes, done: Counter[str]) -> bool:
    """Take one mail, and say whether it need not be kept."""
    if len(content) > HEAVIEST:
        logger.warning("A mail of more than %s bytes came in and is dropped.", HEAVIEST)
        done[Outcome.IGNORED.value] += 1
        return True
    mail = _parsed(content)
    if mail is None:
        done[Outcome.IGNORED.value] += 1
        return True
    try:
        outcome = receive(mail)
    except Exception:  # one mail does not keep the others from coming in
        logger.exception("A mail could not be taken in, and waits.")
        done["waiting"] += 1
        return False
    done[outcome.value] += 1
    return True


def _parsed(content: bytes) -> Mail | None:
    try:
        return BytesParser(policy=policy.compat32).parsebytes(content)
    except (ValueError, LookupError, RecursionError, TypeError):
        logger.warning("A mail that cannot be read came in and is dropped.")
        return None
