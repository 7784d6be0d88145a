"""The words of pages: gathered from templates and modules, kept in one file a language, compiled without gettext.

Words are written in French in the code (docs/decisions/0001), so the French file holds only plurals: without it
Django would apply the English rule, and say « 0 messages ».
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.settings import LOCALE_PATHS, ROOT

LANGUAGES = ("en", "fr")
KEYWORDS = {
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 1,
    "pgettext_lazy": 1,
    "npgettext": 2,
    "npgettext_lazy": 2,
}  # how many forms follow the context, where there is one
Message = tuple[str | tuple[str, str], str | None]  # what is said (or singular and plural), in which context


def sources() -> Iterator[Path]:
    for top in ("platform", "cohorts", "workshops"):
        yield from sorted(path for path in (ROOT / top).rglob("*.py") if "migrations" not in path.parts)
    yield from sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def said_in(path: Path) -> Iterator[Message]:
    code = path.read_text()
    if path.suffix != ".py":
        # What templatize leaves of a template is a list of calls; its indentation means nothing.
        code = "\n".join(line.strip() for line in templatize(code, origin=str(path)).splitlines())
    found: Any = extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {"encoding": "utf-8"})  # type: ignore[arg-type]
    for _line, function, arguments, _comments in found:
        given = list(arguments) if isinstance(arguments, tuple) else [arguments]
        context = given.pop(0) if "pgettext" in function else None
        forms = given[: KEYWORDS[function]]
        if all(forms):
            yield (forms[0] if len(forms) == 1 else (forms[0], forms[1])), context


def gathered() -> Catalog:
    """Every message of the code, with the files that say it (no line numbers: they would change every day)."""
    catalog = Catalog()
    for path in sources():
        for message, context in said_in(path):
            flags = ["python-format"] if re.search(r"%\(\w+\)[sd]", str(message)) else []
            catalog.add(message, context=context, locations=[(str(path.relative_to(ROOT)), 0)], flags=flags)
    return catalog


def po_path(language: str) -> Path:
    return Path(LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def kept(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The gathered messages with the translations already made; what is no longer said is dropped."""
    before, catalog = kept(language), Catalog(locale=language, project="Entre pairs", version="1", charset="utf-8")
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.header_comment = "# Entre pairs: AGPL-3.0-or-later. `make messages` writes this file again."
    catalog.fuzzy = False
    for message in gathered():
        if not message.id or (language == "fr" and not message.pluralizable):
            continue
        old = before.get(message.id, message.context)
        string = message.id if language == "fr" else (old.string if old else None)
        catalog.add(
            message.id, string, context=message.context, locations=message.locations, flags=message.flags - {"fuzzy"}
        )
    return catalog


def as_po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    return [
        str(message.id)
        for message in catalog
        if message.id and not all(message.string if isinstance(message.string, tuple | list) else [message.string])
    ]
