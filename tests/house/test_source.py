"""What no template, no script and no module of ours contains."""

import re
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.house.inline import inline_code

TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
HTML = [path for path in TEMPLATES if path.suffix == ".html"]
PYTHON = sorted(
    path
    for top in ("platform", "cohorts", "workshops")
    for path in (ROOT / top).rglob("*.py")
    if "migrations" not in path.parts
)
SCRIPTS = sorted(path for path in (ROOT / "static" / "src").rglob("*.ts") if "node_modules" not in path.parts)
# The two shelves whose work is to make text safe, and the one place each that puts server-rendered HTML in a page.
MAY_MARK_SAFE = {"richtext", "ui"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", HTML, ids=relative)
def test_a_template_holds_no_code_and_no_unescaped_value(path):
    assert inline_code(path.read_text()) == []


@pytest.mark.parametrize(
    "html",
    ["<script>x()</script>", '<p style="color:red">', '<a onclick="x()">', '<a href="javascript:x()">', "{{ a|safe }}"],
)
def test_the_test_above_sees_code(html):
    assert inline_code(html)


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_only_richtext_and_ui_call_text_safe(path):
    if path.parent.name in MAY_MARK_SAFE or path.parent.parent.name in MAY_MARK_SAFE:
        return
    assert not re.search(r"\bmark_safe\(|\bSafeString\(|\.html_safe\b|__html__", path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_a_script_builds_no_html_from_text(path):
    source = path.read_text()
    assert not re.search(r"\b(insertAdjacentHTML|document\.write|eval\(|new Function)\b", source)
    # HTML that the server has rendered goes in through one function, which says so.
    assert len(re.findall(r"\.(innerHTML|outerHTML)\s*=(?!=)", source)) == len(
        re.findall(r"//.*rendered by the server", source)
    )
