"""Journeys: a real server, a real Chromium, several people at once.

    def test_a_message_is_seen_live(visit, person):
        nadia = visit(person("nadia"), path="/reservoir/")
        solene = visit(person("solene"), width=360)

A page fails its journey when its console shows an error, when the policy blocks something, or when it asks another
host for anything. `SHOTS=folder` keeps what `shot(page, name)` saw.
"""

import email
import email.policy
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from accounts.models import User
from config.demonstration.people import address
from tests.browser import ARGUMENTS, chromium
from tests.servers import Server

HERE = Path(__file__).parent
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# What a journey provokes on purpose: the browser reports a refused form (422) as a failed resource.
EXPECTED = re.compile(r"status of (403|404|409|410|422)\b")
# Long enough for a machine that does other things; a page that keeps its promise answers in a fraction of it.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration as `make demo` serves it."""
    # A script types faster than people: their limit is tried in tests/discussions.
    server = Server(tmp_path_factory.mktemp("server"), SENDS_A_MINUTE="6000")
    try:
        server.manage("demo", "--prepare-only")
        yield server.start()
    finally:
        server.drop()


@pytest.fixture
def rows(server: Server, django_db_blocker: Any) -> Callable[[], Any]:
    """`with rows(): …` reads and writes the server's own database with the ORM and the factories."""
    return lambda: server.rows(django_db_blocker)


@pytest.fixture
def person(rows: Callable[[], Any]) -> Callable[[str], User]:
    """`person("nadia")`: somebody of the demonstration, by the key she has in people.json."""

    def find(key: str) -> User:
        with rows():
            return User.objects.select_related("organisation").get(email=address(key))

    return find


@pytest.fixture
def letters(server: Server) -> Callable[[str], list[str]]:
    """`letters("lucie@exemple.fr")`: what the server has mailed to that address, oldest first, subject and words."""

    def read(to: str) -> list[str]:
        folder = server.folder / "mail"
        sent = []
        for file in sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            for text in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
                message = email.message_from_bytes(text, policy=email.policy.default)
                body = message.get_body(("plain",))
                if message["To"] == to and body is not None:
                    sent.append(f"{message['Subject']}\n{body.get_content()}")
        return sent

    return read


@pytest.fixture
def provoked() -> list[str]:
    """Patterns of console errors that this journey causes on purpose, such as those of a cut."""
    return []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.fail("No Chromium here: `make test` leaves the journeys out and says so, CI does not.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: Server, browser: Browser, provoked: list[str]) -> Iterator[Callable[..., Page]]:
    """`visit(person)`: a page in a browser of their own, signed in by the demonstration's link; nobody without one.

    Options: `width`, `height`, `javascript`, `dark`, `path` to open at once, `before` (a script run in each page
    before its own), `through` (the address of a proxy in front of the server).
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []
    ours: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(re.search(one, message.text) for one in (EXPECTED, *provoked)):
            troubles.append(f"{message.text} ({message.location.get('url')})")

    def watch(request: Request) -> None:
        hosts = [host for url in ours for host in (url, url.replace("http", "ws", 1))]
        if not request.url.startswith((*hosts, "data:", "blob:")):
            troubles.append(f"another host was asked: {request.url}")

    def open_page(
        person: User | None = None,
        *,
        width: int = 1440,
        height: int = 900,
        javascript: bool = True,
        dark: bool = False,
        path: str = "/",
        before: str = "",
        through: str = "",
    ) -> Page:
        ours.append(through or server.url)
        context = browser.new_context(
            base_url=ours[-1],
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", watch)
        if person is not None:
            page.goto(demonstration_link(person))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def demonstration_link(person: User) -> str:
    """The path of the one-click link of `person`; the route itself exists in the server only (DEMO)."""
    from django.core import signing

    from accounts.demo import SALT

    return f"/demonstration/{signing.dumps(str(person.pk), salt=SALT)}/"


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` fails with what axe-core finds wrong in the page as it is now."""

    def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
        page.evaluate(AXE)
        options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without}}
        found = page.evaluate("options => axe.run(document, options)", options)
        assert [
            (page.url, violation["id"], violation["help"], [node["target"] for node in violation["nodes"]][:5])
            for violation in found["violations"]
        ] == []

    return check


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """`shot(page, "board-1440")` keeps the whole page as an image when SHOTS names a folder."""

    def save(page: Page, name: str) -> None:
        if folder := os.environ.get("SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return save


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """`fits(page)` fails when the page scrolls sideways."""

    def check(page: Page) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{page.url} is {over} px wider than its screen of {page.viewport_size}"

    return check
