"""How text from people is made safe: one door in, one door out.

nh3 alone decides (docs/decisions/0002-text-safety.md). The two parsers that ever disagreed about HTML did so through
`svg`, `math` and raw-text elements, so no profile lets them in.
"""

import html as entities
import re
import unicodedata
from typing import Final, Literal

import nh3
from django.utils.safestring import SafeString

Profile = Literal["message", "note"]

_WORDS: Final = frozenset({"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code"})
_MESSAGE: Final = _WORDS | {"span"}  # somebody's name, and nothing else
_NOTE: Final = _WORDS | {"h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "caption"}
PROFILES: Final[dict[str, frozenset[str]]] = {"message": _MESSAGE, "note": _NOTE}

#: Characters taken from one person at once; asked before any other work.
MAX_LENGTH: Final[dict[str, int]] = {"message": 8_192, "note": 65_536}

LINK_REL: Final = "noopener nofollow ugc"
SCHEMES: Final = frozenset({"http", "https", "mailto"})
_ATTRIBUTES: Final = {"a": {"href"}, "th": {"scope"}, "span": {"class", "data-person"}}
#: Their content is code or markup, not words: it goes with them.
_DROPPED_WITH_CONTENT: Final = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template", "svg"}
    | {"math", "select", "option", "button", "object", "applet", "plaintext"}
)
#: What browsers write in an editable region, and what we keep instead. Both sides are bare tags when this is read.
_SAME_AS: Final = {"b": "strong", "i": "em", "div": "p", "h1": "h3", "h2": "h3"}
_HREF: Final = re.compile(
    r"(?:https?://|mailto:)[\x21\x23-\x26\x28-\x3b\x3d\x3f-\x7e\u00a1-\u1fff\u2c00-\ud7ff]+\Z", re.I
)
_URL: Final = re.compile(r"https?://[^\s<>\"'`«»\u200b-\u200f\u2028-\u202e\u2060-\u206f]+", re.I)
_BLOCK_END: Final = re.compile(r"<br>|</(?:p|li|h3|h4|blockquote|tr|caption)>")
_CELL_END: Final = re.compile(r"</t[hd]>")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
#: Not written by anyone's keyboard: control characters, what turns the direction of the words that follow it, and
#: the code points that Unicode keeps out of texts (`marks` uses two of them).
_UNWRITTEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]")
#: Letters by their class that show nothing all the same.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


class TooLong(ValueError):
    """The text has more characters than `MAX_LENGTH` allows."""


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """The value of an allowed attribute, or None to drop it."""
    if attribute == "href":
        return value if _HREF.match(value) else None
    if attribute == "scope":
        return value if value in {"col", "row"} else None
    if attribute == "class":
        return value if value == "mention" else None
    if attribute == "data-person":
        return value if _UUID.match(value) else None
    return value if attribute == "rel" else None


def _pass(html: str, tags: frozenset[str]) -> str:
    return nh3.clean(
        html,
        tags=set(tags),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=set(SCHEMES),
        link_rel=LINK_REL,
        strip_comments=True,
    )


def _clean(html: str, profile: Profile) -> SafeString:
    tags = PROFILES[profile]
    html = _pass(html, tags | _SAME_AS.keys())
    for written, kept in _SAME_AS.items():
        html = html.replace(f"<{written}>", f"<{kept}>").replace(f"</{written}>", f"</{kept}>")
    # Two more: the names just changed may nest in another way, and the last word is nh3's.
    html = _pass(_pass(html, tags), tags).replace("<p></p>", "")
    return SafeString(html.strip())


def clean_html(html: str, *, profile: Profile = "note") -> SafeString:
    """`html` reduced to what `profile` allows, stable when cleaned again.

    Raises `TooLong` above `MAX_LENGTH[profile]` characters, before reading any, or when there are more once clean:
    what came out can always go in again.
    """
    if len(html) > MAX_LENGTH[profile]:
        raise TooLong(len(html))
    cleaned = _clean(html.replace("\x00", ""), profile)
    if len(cleaned) > MAX_LENGTH[profile]:
        raise TooLong(len(cleaned))
    return cleaned


def shown(html: str, *, profile: Profile = "note") -> SafeString:
    """Stored `html` on its way to a page: cleaned once more, so that a row written by other means is harmless too."""
    return SafeString(_pass(html, PROFILES[profile]))


def plain(text: str) -> str:
    """What somebody typed, with one kind of line end and one spelling of each letter, less what no keyboard writes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", _UNWRITTEN.sub("", text))


def is_blank(text: str) -> bool:
    """Does it show nothing: spaces, joiners, fillers?"""
    return all(
        letter in _INVISIBLE or unicodedata.category(letter) in {"Zs", "Zl", "Zp", "Cc", "Cf"} for letter in text
    )


def from_text(text: str) -> SafeString:
    """Plain text as message HTML: escaped, a paragraph per blank line, explicit http(s) addresses made links.

    Raises `TooLong` above `MAX_LENGTH["message"]` characters.
    """
    if len(text) > MAX_LENGTH["message"]:
        raise TooLong(len(text))
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = [block.strip() for block in re.split(r"\n(?:[ \t]*\n)+", text)]
    return _clean("".join(f"<p>{_linked(block)}</p>" for block in paragraphs if block.strip()), "message")


def _linked(text: str) -> str:
    pieces: list[str] = []
    done = 0
    for found in _URL.finditer(text):
        url = found.group().rstrip(".,;:!?)]}…’")
        pieces.append(_escaped(text[done : found.start()]))
        pieces.append(f'<a href="{_escaped(url)}">{_escaped(url)}</a>')
        done = found.start() + len(url)
    pieces.append(_escaped(text[done:]))
    return "".join(pieces)


def _escaped(text: str) -> str:
    return entities.escape(text).replace("\n", "<br>")


def to_text(html: str) -> str:
    """The words of clean `html`, one line per block: for search, mail and counting."""
    html = _CELL_END.sub(" ", _BLOCK_END.sub("\n", html))
    words = entities.unescape(nh3.clean(html, tags=set(), clean_content_tags=set(_DROPPED_WITH_CONTENT)))
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return "\n".join(line for line in lines if line)
