"""What the policy of our pages forbids, and a browser would silently drop."""

import re

INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(application/json|importmap)\")[^>]*>", re.I),
    "inline style sheet": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]+\sstyle\s*=", re.I),
    "handler attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
    "htmx code attribute": re.compile(r"\bhx-(on|vals=[\"']js:)", re.I),
    "other host": re.compile(
        # A licence and a canonical address are facts about the page: no browser fetches them.
        r"<(script|link(?![^>]*rel=\"(?:license|canonical)\")|img|iframe)[^>]+(src|href)=[\"'](https?:)?//",
        re.I,
    ),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+off"),
}


def inline_code(html: str) -> list[str]:
    """The kinds of inline code found in `html`, a template or a page."""
    return [name for name, pattern in INLINE.items() if pattern.search(html)]
