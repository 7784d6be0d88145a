"""HTML as text that a person can write in a plain field, and back: for pages without the editor.

A blank line ends a paragraph; « - » and « 1. » begin the items of a list, « > » a quotation, « ### » a heading;
**strong**, *emphasis*, [words](https://address). A message has no headings, and may name people.
"""

import html as entities
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from uuid import UUID

from django.utils.safestring import SafeString

from richtext import MAX_LENGTH, Profile, TooLong, _clean, clean_html, plain

_INLINE: Final = {"strong": "**", "em": "*"}
_HEADINGS: Final = {"h3": "### ", "h4": "#### "}
_LINE: Final = re.compile(
    r"(?:(?P<item>[-•*]) |(?P<number>\d{1,3})[.)] |(?P<quote>>) ?|(?P<h4>####) |(?P<h3>###) )?(?P<words>.*)"
)
_STRONG: Final = re.compile(r"\*\*(?! )([^*\n]+)(?<! )\*\*")
_EM: Final = re.compile(r"\*(?! )([^*\n]+)(?<! )\*")
_LINK: Final = re.compile(r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:)[^\s()<>\"]+)\)")
_URL: Final = re.compile(r"(?<![\"\w])https?://[^\s<>\"\ufdd0\ufdd1]*[^\s<>\".,;:!?)\]\ufdd0\ufdd1*]")
_KEPT: Final = re.compile("\ufdd0(\\d+)\ufdd1")


@dataclass(frozen=True)
class Named:
    """Where a text names somebody: from `start` to `end`. Without `person`, it names several."""

    start: int
    end: int
    name: str
    person: UUID | None = None


class _Kept:
    """Pieces of HTML that stand aside, each behind a sign that no text holds, while marks are read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def put(self, piece: str) -> str:
        self.pieces.append(piece)
        return f"\ufdd0{len(self.pieces) - 1}\ufdd1"

    def back(self, html: str) -> str:
        return _KEPT.sub(lambda found: self.pieces[int(found[1])], html)


def from_marks(text: str, *, profile: Profile = "note", people: Sequence[Named] = ()) -> SafeString:
    """The clean HTML of a text with marks, in a message with the people it names: places in `richtext.plain(text)`.

    Raises `richtext.TooLong` for a text above `MAX_LENGTH[profile]`, and for a note also when its HTML is.
    """
    if len(text) > MAX_LENGTH[profile]:
        raise TooLong(len(text))
    kept = _Kept()
    text = plain(text)
    for named in sorted(people, key=lambda one: one.start, reverse=True):
        person = f' data-person="{named.person}"' if named.person else ""
        span = f'<span class="mention"{person}>{entities.escape(named.name)}</span>'
        text = text[: named.start] + kept.put(span) + text[named.end :]
    html: list[str] = []
    holding = ""  # the element that the lines before have opened
    lines: list[str] = []

    def close() -> None:
        nonlocal holding, lines
        if holding in {"ul", "ol"}:
            html.append(f"<{holding}>" + "".join(f"<li>{line}</li>" for line in lines) + f"</{holding}>")
        elif holding == "blockquote":
            html.append(f"<blockquote><p>{'<br>'.join(lines)}</p></blockquote>")
        elif holding:
            html.append(f"<{holding}>{'<br>'.join(lines)}</{holding}>")
        holding, lines = "", []

    for line in text.split("\n"):
        line = line.strip()
        if not line:
            close()
            continue
        found = _LINE.match(line)
        assert found  # noqa: S101  every part of the expression is optional
        heading = "h4" if found["h4"] else "h3" if found["h3"] else ""
        words = line if heading and profile == "message" else found["words"]
        kind = (
            "ul" if found["item"] else "ol" if found["number"] else "blockquote" if found["quote"]
            else heading if heading and profile != "message" else "p"
        )  # fmt: skip
        if kind != holding or kind in _HEADINGS:
            close()
        holding = kind
        lines.append(_marked(words, kept))
    close()
    whole = kept.back("".join(html))
    return _clean(whole, profile) if profile == "message" else clean_html(whole, profile=profile)


def _marked(text: str, kept: _Kept) -> str:
    html = entities.escape(text, quote=False)
    html = _LINK.sub(lambda found: kept.put(f'<a href="{found[2]}">') + found[1] + kept.put("</a>"), html)
    html = _URL.sub(lambda found: kept.put(f'<a href="{found[0]}">{found[0]}</a>'), html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    return _EM.sub(r"<em>\1</em>", html)


class _Writer(HTMLParser):
    """Writes clean HTML as lines; `lost` when something has no mark (a table, a list in a list, code)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []
        self.hrefs: list[str] = []
        self.item = 0
        self.lost = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.text += "\n" + ("> " if "blockquote" in self.open else "")
            return
        self.open.append(tag)
        if tag in _INLINE:
            self.text += _INLINE[tag]
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href") or "")
            self.text += "["
        elif tag in _HEADINGS:
            self.text += _HEADINGS[tag]
        elif tag in {"ul", "ol"}:
            self.item = 0
            self.lost |= len(self.open) > 1
        elif tag == "li":
            self.item += 1
            self.text += f"{self.item}. " if "ol" in self.open else "- "
        elif tag == "p":
            self.text += "> " if "blockquote" in self.open else ""
            self.lost |= "li" in self.open
        elif tag not in {"blockquote", "span"}:
            self.lost = True

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        self.open.remove(tag)
        if tag in _INLINE:
            self.text += _INLINE[tag]
        elif tag == "a":
            href = self.hrefs.pop()
            before, _, words = self.text.rpartition("[")
            self.text = before + (words if words == href or not href else f"[{words}]({href})")
        elif tag == "li":
            self.text += "\n"
        elif tag in {"p", "h3", "h4", "ul", "ol", "blockquote"}:
            self.text = self.text.rstrip("\n") + "\n\n"

    def handle_data(self, data: str) -> None:
        if "\n" in data or self.open:
            data = re.sub(r"\s+", " ", data) if self.open else data.strip("\n")
        self.text += data


def as_marks(html: str) -> str:
    """Clean `html` as near as marks can say it: for changing a message, where people are named as they are read."""
    return _written(html).text.strip()


def to_marks(html: str) -> str | None:
    """Clean `html` as text with marks; None when it holds what marks cannot say, and would be lost."""
    writer = _written(html)
    text = writer.text.strip()
    return None if writer.lost or str(from_marks(text)) != html.strip() else text


def _written(html: str) -> _Writer:
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer
