"""A mail that has only a page, as the text its writer would have typed."""

from html.parser import HTMLParser
from typing import Final

import nh3

from notifications.incoming.stripping import LONGEST

_KEPT: Final = {"a", "b", "blockquote", "br", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p", "pre", "span"}
_TAGS: Final = _KEPT | {"strong", "table", "tbody", "td", "th", "tr", "ul"}
_BLOCKS: Final = {"blockquote", "div", "h1", "h2", "h3", "li", "ol", "p", "pre", "table", "tr", "ul"}
_EMPTY: Final = {"br", "hr"}
#: What mail programs put around what is answered, and around signatures.
_QUOTES: Final = {
    "gmail_quote",
    "gmail_quote_container",
    "gmail_attr",
    "gmail_signature",
    "yahoo_quoted",
    "moz-cite-prefix",
    "moz-signature",
    "protonmail_quote",
    "protonmail_signature_block",
    "signature",
    "ms-outlook-mobile-signature",
    "mail-editor-reference-message-container",
}
#: From these on, everything is what is answered.
_ENDS: Final = {"divrplyfwdmsg", "appendonsend", "x_divrplyfwdmsg"}


def as_text(html: str) -> str:
    """The text of a page, a line for each block, without what it quotes."""
    clean = nh3.clean(
        html[: 4 * LONGEST],
        tags=_TAGS,
        attributes={"*": {"class", "id"}},
        clean_content_tags={"script", "style", "title", "template", "svg", "math"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tags, and whether each began to be skipped
        self._skipped = 0
        self._over = False

    @property
    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return "\n".join(" ".join(line.split()) for line in lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: (value or "").lower() for name, value in attrs}
        names = {*facts.get("class", "").split(), facts.get("id", "")}
        self._over = self._over or bool(names & _ENDS)
        if tag in _EMPTY:
            self._write("\n" if tag == "br" else "\n-----\n")
            return
        skipped = tag == "blockquote" or bool(names & _QUOTES)
        self._open.append((tag, skipped))
        self._skipped += skipped
        if tag in _BLOCKS:
            self._new_line()
        if tag == "li":
            self._write("- ")

    def handle_endtag(self, tag: str) -> None:
        while self._open:  # what came through nh3 closes in order
            opened, skipped = self._open.pop()
            self._skipped -= skipped
            if opened in _BLOCKS:
                self._new_line()
            if opened == "p":
                self._write("\n")
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        self._write(" ".join(data.replace("\u00a0", " ").split("\n")))

    def _new_line(self) -> None:
        if self._pieces and not self._pieces[-1].endswith("\n"):
            self._write("\n")

    def _write(self, piece: str) -> None:
        if piece and not self._skipped and not self._over:
            self._pieces.append(piece)
