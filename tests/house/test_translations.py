"""French is complete because it is what the code says; English is complete because of this."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from config.messages import LANGUAGES, as_mo, gathered, kept, po_path, sources, untranslated, updated
from config.settings import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
ENGLISH = re.compile(r"\b(the|and|your|you|this|with|please|must|not|cannot|is|are|of|for)\b", re.I)
NAMES = re.compile(r"Entre pairs|Français|English|ProConnect|SIREN|RNA|INSEE|[\w./-]+\.(?:fr|eu|org)\b[\w./-]*")
# What people type is the same in every language: an operator of the search, the names of the little pictures.
TYPED, TYPED_IN = {"après"}, {"platform/richtext/shortcodes.py"}
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
MODULES = [
    path
    for path in sources()
    if path.suffix == ".py"
    and not {"management", "config"} & set(path.relative_to(ROOT).parts)
    and str(path.relative_to(ROOT)) not in TYPED_IN
]
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_message_has_an_english_translation():
    assert untranslated(updated("en")) == [], "make messages, then translate platform/config/locale/en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_translation_file_holds_what_the_code_says_and_nothing_else(language):
    said = {(message.id, message.context) for message in updated(language) if message.id}
    assert {(message.id, message.context) for message in kept(language) if message.id} == said, "make messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_the_one_of_the_translation_file(language):
    assert po_path(language).with_suffix(".mo").read_bytes() == as_mo(updated(language)), "make messages"


def test_a_translation_keeps_the_placeholders_of_its_message():
    wrong = []
    for message in kept("en"):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        allowed = set(PLACEHOLDER.findall(" ".join(ids)))
        wrong += [s for s in strings if s and not set(PLACEHOLDER.findall(s)) <= allowed]
        wrong += [s for s in strings[-1:] if s and set(PLACEHOLDER.findall(s)) != set(PLACEHOLDER.findall(ids[-1]))]
    assert wrong == []


def test_no_message_is_written_in_english():
    assert [message.id for message in gathered() if len(ENGLISH.findall(str(message.id))) > 1] == []


def test_french_counts_nothing_in_the_singular():
    plurals = [message.id for message in updated("fr") if message.id]
    with translation.override("fr"):
        assert all(ngettext(one, many, 0) == one and ngettext(one, many, 2) == many for one, many in plurals)


def bare_words(source: str) -> list[str]:
    """Words of a template that no translation tag holds, in its text or in an attribute that people hear or see."""
    for hidden in (
        r"\{#.*?#\}",
        r"\{%\s*comment.*?endcomment\s*%\}",
        r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}",
        r"<!--.*?-->",
        r"\{%\s*block (?:section|body_class|html_class)\b.*?endblock.*?%\}",
        r"<(script|style|svg)\b.*?</\1>",
    ):
        source = re.sub(hidden, " ", source, flags=re.S)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\x00", source, flags=re.S)
    spoken = re.findall(
        r'\b(?:aria-label|alt|title|placeholder|content)="([^"]*)"', re.sub(r"<meta\b[^>]*>", "", source)
    )
    text = re.sub(r"<[^>]*>", "\n", source)
    words = [line.strip(" \n\t\x00") for line in [*re.split(r"[\n\x00]", text), *spoken]]
    return [word for word in words if re.search(r"[^\W\d_]{2,}", NAMES.sub("", re.sub(r"&\w+;", " ", word)))]


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_every_word_of_a_template_can_be_translated(path):
    assert bare_words(path.read_text()) == []


@pytest.mark.parametrize("source", ["<p>Bonjour</p>", '<a aria-label="Fermer">', "{% if a %}Oui{% endif %}"])
def test_a_bare_word_is_seen(source):
    assert bare_words(source)


def bare_french(tree: ast.AST) -> list[str]:
    """Strings with a French accent or typography that are neither a docstring nor given to gettext."""
    docs, said = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs.add(node.value)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in GETTEXT:
                said |= {inner for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[éèêàçùôîû]\w|\w[éèêàçùôîû]|\w’\w", node.value)
        and node not in docs | said
        and node.value not in TYPED
        and not re.search(r"\[|\(\?", node.value)  # a pattern, not a sentence
        and NAMES.sub("", node.value)
    ]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_french_word_of_a_module_can_be_translated(path):
    assert bare_french(ast.parse(path.read_text())) == []
