"""What a mail says of itself: who sent it, to which address, whether a machine did, its words and its files."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import getaddresses
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from notifications.incoming.flattening import as_text
from notifications.incoming.stripping import LONGEST, own_words

_MACHINE: Final = re.compile(r"(?:mailer-daemon|postmaster|bounces?|no-?reply|ne-pas-repondre)(?:[+.\-]|@|\Z)", re.I)
_AUTOMATIC: Final = re.compile(
    r"\s*(?:réponse automatique|automatic reply|auto(?:matic)?[ -]?reply|out of office|absence du bureau"
    r"|absent du bureau|undeliver|non remis)",
    re.I,
)
_NOT_FILES: Final = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_LOGO: Final = 60_000  # bytes: a smaller image inside the words is most often of a signature


@dataclass(frozen=True)
class Attached:
    """A file that came with a mail."""

    name: str
    content: bytes


def header(mail: Mail, name: str) -> str:
    """A header on one line; empty when it is absent, or so wrong that it cannot be read."""
    try:
        return _decoded(str(mail.get(name, "")))
    except (ValueError, IndexError, AttributeError, LookupError):  # the parser of headers has its own surprises
        return ""


def _decoded(value: str) -> str:
    with suppress(ValueError, LookupError, HeaderParseError):  # it is then shown as it came
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())


def _addresses(mail: Mail, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            values = [str(value) for value in mail.get_all(name, [])]
        except (ValueError, IndexError, AttributeError, LookupError):
            continue
        yield from (address.lower() for _name, address in getaddresses(values) if "@" in address)


def sender(mail: Mail) -> str:
    """The one address it comes from; empty when it names none, or several."""
    found = list(_addresses(mail, ["From"]))
    return found[0] if len(found) == 1 else ""


def recipients(mail: Mail) -> list[str]:
    return list(_addresses(mail, ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"]))


def is_automatic(mail: Mail) -> bool:
    """Did a machine write it: a notice of absence, a bounce, a list? Such mails are never answered (RFC 3834)."""
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or header(mail, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}
        or header(mail, "X-Auto-Response-Suppress").lower() not in {"", "none"}
        or any(
            mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Failed-Recipients", "List-Id")
        )
        or (mail.get("Return-Path") is not None and header(mail, "Return-Path") in {"", "<>"})
        or mail.get_content_type() == "multipart/report"
        or bool(_MACHINE.match(sender(mail)))
        or bool(_AUTOMATIC.match(header(mail, "Subject")))
    )


def id_of(mail: Mail) -> UUID:
    """The same for the same mail, however often it comes."""
    told = header(mail, "Message-ID") or "\n".join([sender(mail), header(mail, "Date"), words(mail)])
    return uuid5(NAMESPACE_URL, f"mailto:{told}")


def words(mail: Mail) -> str:
    """What its writer added, without what she answers and without her signature."""
    plain, page = _body(mail, "text/plain"), _body(mail, "text/html")
    if plain is not None and (text := _content(plain)).strip():
        if str(plain.get_param("format", "")).lower() == "flowed":
            text = _flowed(text, joined=plain.get_param("delsp", "") == "yes")
        return own_words(text)
    return own_words(as_text(_content(page))) if page is not None else ""


def files(mail: Mail) -> list[Attached]:
    """What was attached, without cryptographic signatures and the small images of written ones."""
    found = []
    for part in mail.walk():
        name, disposition = _file_name(part), part.get_content_disposition()
        if part.is_multipart() or part.get_content_type() in _NOT_FILES or not (name or disposition == "attachment"):
            continue
        content = part.get_payload(decode=True) or b""
        inside = part.get("Content-ID") is not None and part.get_content_maintype() == "image"
        if isinstance(content, bytes) and not (inside and len(content) < _LOGO):
            found.append(Attached(_decoded(name), content))
    return found


def _file_name(part: Mail) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError):  # in an alphabet that is none
        return ""


def _body(mail: Mail, content_type: str) -> Mail | None:
    for part in mail.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            return part
    return None


def _content(part: Mail) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    content = content[: 8 * LONGEST]
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (ValueError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def _flowed(text: str, *, joined: bool) -> str:
    """Lines that end with a space go on in the next one (RFC 3676)."""
    whole: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.removeprefix(" ")
        if goes_on and not line.startswith(">") and line.rstrip() != "--":
            whole[-1] = (whole[-1][:-1] if joined else whole[-1]) + line
        else:
            whole.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(whole)
