"""HTML as text that a person can write in a plain field, and back: for pages without the editor.

A blank line ends a paragraph; « - » and « 1. » begin the items of a list, « > » a quotation, « ### » a heading;
**strong**, *emphasis*, [words](https://address).
"""

import html as entities
import re
from html.parser import HTMLParser
from typing import Final

from django.utils.safestring import SafeString

from richtext import MAX_LENGTH, Profile, TooLong, clean_html

_INLINE: Final = {"strong": "**", "em": "*"}
_HEADINGS: Final = {"h3": "### ", "h4": "#### "}
_LINE: Final = re.compile(
    r"(?:(?P<item>[-•*]) |(?P<number>\d{1,3})[.)] |(?P<quote>>) ?|(?P<h4>####) |(?P<h3>###) )?(?P<words>.*)"
)
_STRONG: Final = re.compile(r"\*\*([^*\n]+)\*\*")
_EM: Final = re.compile(r"\*([^*\n]+)\*")
_LINK: Final = re.compile(r"\[([^\[\]\n]+)\]\(((?:https?://|mailto:)[^\s()<>\"]+)\)")
_URL: Final = re.compile(r"(?<![\"\w>])https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")


def from_marks(text: str, *, profile: Profile = "note") -> SafeString:
    """The clean HTML of a text with marks. Raises `richtext.TooLong` as `clean_html` does."""
    if len(text) > MAX_LENGTH[profile]:
        raise TooLong(len(text))
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

    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip()
        if not line:
            close()
            continue
        found = _LINE.match(line)
        assert found  # noqa: S101  every part of the expression is optional
        kind = (
            "ul" if found["item"] else "ol" if found["number"] else "blockquote" if found["quote"]
            else "h4" if found["h4"] else "h3" if found["h3"] else "p"
        )  # fmt: skip
        if kind != holding or kind in _HEADINGS:
            close()
        holding = kind
        lines.append(_marked(found["words"]))
    close()
    return clean_html("".join(html), profile=profile)


def _marked(text: str) -> str:
    html = entities.escape(text, quote=False)
    html = _LINK.sub(r'<a href="\2">\1</a>', html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    html = _EM.sub(r"<em>\1</em>", html)
    return _URL.sub(lambda found: f'<a href="{found.group()}">{found.group()}</a>', html)


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
        elif tag != "blockquote":
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


def to_marks(html: str) -> str | None:
    """Clean `html` as text with marks; None when it holds what marks cannot say, and would be lost."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    text = writer.text.strip()
    return None if writer.lost or str(from_marks(text)) != html.strip() else text
