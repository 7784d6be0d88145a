"""What a person wrote in a mail, without what she answers and without her signature.

Line by line, and when in doubt a line is kept: a message that quotes too much is better than one that lacks words.
"""

import re
from typing import Final

LONGEST: Final = 200_000  # characters of a mail that are read
# Begins so and ends so: two expressions, since one of both would take seconds for a mail made to be long to read.
_DATED: Final = re.compile(r"(?:le|on|am|el|il)\b[^\n\d]*\d", re.I)
_WROTE: Final = re.compile(r"(?:a écrit|wrote|schrieb[^\n]{0,80}|escribió|ha scritto) ?:\Z", re.I)
_ORIGINAL: Final = re.compile(
    r"-{3,} ?(?:message d['’]origine|message original|message transféré|original message|forwarded message"
    r"|courriel original) ?-{3,}\Z|(?:début du message (?:réexpédié|transféré)|begin forwarded message) ?:\Z",
    re.I,
)
_FROM: Final = re.compile(r"(?:de|from|expéditeur) ?: ?\S", re.I)
_WHEN: Final = re.compile(r"(?:envoyé|sent|date|le) ?: ?\S", re.I)
_TO: Final = re.compile(r"(?:à|a|to|pour|destinataires?|objet|subject|cc) ?: ?\S", re.I)
_SENT_FROM: Final = re.compile(
    r"(?:envoyé (?:de|depuis|à partir|avec|par|via)\b|sent (?:from|with|via)\b|get outlook for\b"
    r"|(?:obtenir|télécharger) outlook pour\b|provenance : courrier\b|cordialement, envoyé de\b)",
    re.I,
)
_SIGNATURE_LINES: Final = 6  # a line of a telephone stands among the last ones
_MOST_QUOTES: Final = 10
_RULE: Final = re.compile(r"[_\-=*]{5,}\Z")
_LIST: Final = re.compile(r"[-*•–]\s|\d{1,3}[.)]\s|[>#@]")
_WRAPPED_AT: Final = range(60, 81)


def own_words(text: str) -> str:
    """The words that the writer of a mail added."""
    lines = [line.replace("\u00a0", " ").rstrip() for line in text[:LONGEST].replace("\r\n", "\n").split("\n")]
    lines = _without_answered(lines)
    lines = _without_signature(lines)
    while lines and (not lines[-1] or _RULE.match(lines[-1])):
        lines.pop()
    words = "\n".join(_unwrapped(lines)).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", words)


def _without_answered(lines: list[str]) -> list[str]:
    for _quote_in_quote in range(_MOST_QUOTES):
        at, length = next(
            ((at, length) for at in range(len(lines)) if (length := _announces_quote(lines, at))), (len(lines), 0)
        )
        after = lines[at + length :]
        if not any(line.startswith(">") for line in after):
            lines = lines[:at]
            break
        # Quoted line by line: what stands between and below the quoted lines is an answer.
        lines = [*lines[:at], *(line for line in after if not line.startswith(">"))]
    return [line for line in lines if not line.startswith(">")]


def _announces_quote(lines: list[str], at: int) -> int:
    """How many lines from `at` say « what follows is what I answer »; none, most often."""
    first = lines[at].strip("* ")
    if _ORIGINAL.match(first):
        return 1
    if _FROM.match(first):
        block = [line.strip("* ") for line in lines[at + 1 : at + 7]]
        if any(map(_WHEN.match, block)) and any(map(_TO.match, block)):
            return 1
    for length in (1, 2, 3):  # long names make it two or three lines
        announced = " ".join(" ".join(lines[at : at + length]).split())
        if len(announced) <= 400 and _DATED.match(announced) and _WROTE.search(announced):
            return length
    return 0


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if line.strip() in {"--", "—"} and at:
            lines = lines[:at]
            break
    last = [at for at, line in enumerate(lines) if line.strip()][-_SIGNATURE_LINES:]
    for at in last:
        if _SENT_FROM.match(lines[at].strip(" *<[(")):
            return lines[:at]
    return lines


def _unwrapped(lines: list[str]) -> list[str]:
    """Lines that a mail program broke at its margin, whole again."""
    whole: list[str] = []
    before = ""  # the last line as it came
    for line in lines:
        word = line.split(" ", 1)[0]
        broken = len(before) in _WRAPPED_AT and len(before) + 1 + len(word) > _WRAPPED_AT[-1] - 8
        if whole and line and broken and not _LIST.match(line):
            whole[-1] += f" {line}"
        else:
            whole.append(line)
        before = line
    return whole
