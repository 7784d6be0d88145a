"""Pages stay light, and what is served was built from what is committed."""

import hashlib
import json
import re
from pathlib import Path

import brotli
import django_htmx
import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC, DIST, FONTS = ROOT / "static" / "src", ROOT / "static" / "dist", ROOT / "static" / "fonts"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-4.min.js"
BUILT = json.loads((SRC / "build.json").read_text())
KB = 1024


def compressed(*paths: Path) -> int:
    return sum(len(brotli.compress(path.read_bytes())) for path in paths)


def test_the_style_sheet_weighs_twelve_kilobytes_at_most():
    assert compressed(DIST / "site.css") <= 12 * KB


def test_the_fonts_weigh_forty_kilobytes_at_most():
    assert sum(path.stat().st_size for path in FONTS.glob("*.woff2")) <= 40 * KB


# The editor of a note written by several comes once, on its own page, with a budget of its own.
@pytest.mark.parametrize("role", sorted({"", *BUILT} - {"site.css", "core.js"}))
def test_the_scripts_of_a_page_weigh_twenty_two_kilobytes_at_most(role):
    asks = [] if role == "channel.js" else [HTMX]  # pages of talk ask the server by themselves
    assert compressed(*asks, DIST / "core.js", *([DIST / role] if role else [])) <= 22 * KB


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("output", sorted(BUILT))
def test_what_is_served_was_built_from_these_sources(output):
    record = BUILT[output]
    stale = [name for name, digest in record["sources"].items() if sha256(SRC / name) != digest]
    assert not stale, f"run `npm run build` in static/src: {stale} changed since {output} was built"
    assert sha256(DIST / output) == record["sha256"], f"static/dist/{output} was edited by hand or not committed"


def test_every_script_and_sheet_has_been_built():
    roles = {path.stem + ".js" for path in SRC.glob("*.ts") if (SRC / "build.mjs").read_text().count(f'"{path.name}"')}
    built = {path.name for path in DIST.iterdir() if path.suffix in {".js", ".css"}}
    assert built == set(BUILT)
    assert roles <= built
    listed = {name for record in BUILT.values() for name in record["sources"]}
    forgotten = {str(path.relative_to(SRC)) for path in SRC.glob("css/*.css")} - listed
    assert not forgotten


def test_dark_by_choice_is_dark_by_device():
    css = (SRC / "css" / "tokens.css").read_text()
    by_device = re.search(r"data-theme=light\]\) \{(.*?)\}", css, re.S)
    by_choice = re.search(r"data-theme=dark\] \{(.*?)\}", css, re.S)
    assert by_device is not None
    assert by_choice is not None
    assert by_device[1].split() == by_choice[1].split()


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (SRC / "package-lock.json").read_text()
