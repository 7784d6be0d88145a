"""Behind a real nginx that refuses sockets, then streams too, people still talk live and are told nothing of it."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from discussions.models import Channel
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory
from tests.journeys.test_live_ways import say, wait_for_way
from tests.servers import Server, answers, free_port

CONFIGURATION = Path(__file__).with_name("nginx.conf")
WALLS = [("no_sockets", "sse"), ("no_streams", "poll")]
#: Keeps every word that the page says about being offline.
NOTICES = """
  window.notices = [];
  new MutationObserver(() => {
    const notice = document.querySelector("[data-live-offline]");
    if (notice && !notice.hidden && notice.textContent) window.notices.push(notice.textContent);
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
"""


@pytest.fixture(scope="session")
def proxies(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of the server behind each wall."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert nginx, "No nginx here: .ci/run installs it (nginx-light)."
    folder = tmp_path_factory.mktemp("nginx")
    ports = {wall: free_port() for wall, _ in WALLS}
    text = CONFIGURATION.read_text().replace("@FOLDER@", str(folder)).replace("@SERVER@", f"127.0.0.1:{server.port}")
    for wall, port in ports.items():
        text = text.replace(f"@{wall.upper()}@", str(port))
    (folder / "nginx.conf").write_text(text)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"], stderr=log)
    addresses = {wall: f"http://127.0.0.1:{port}" for wall, port in ports.items()}
    try:
        until = time.monotonic() + 10
        while not all(answers(url) for url in addresses.values()):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield addresses
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def talk(rows: Callable[[], Any]) -> tuple[Channel, Any, Any]:
    with rows():
        space = SpaceFactory(name="Cohorte des pare-feux")
        people = [UserFactory(display_name=name) for name in ("Nadia Ferrand", "Mehdi Belkacem")]
        for person in people:
            MembershipFactory(space=space, person=person)
        return ChannelFactory(space=space), *people


def open_first(page: Page, path: str) -> None:
    """Open `path` as the first page of this browser: nothing remembered of the way in."""
    page.goto("/robots.txt")
    page.evaluate("localStorage.removeItem('live-way')")
    page.goto(path)


@pytest.mark.parametrize(("wall", "way"), WALLS)
def test_people_behind_a_proxy_send_and_receive_and_are_told_nothing(visit, talk, proxies, provoked, wall, way):
    provoked.append("WebSocket connection to")
    channel, nadia, mehdi = talk
    path = channel.get_absolute_url()
    reader, writer = (visit(person, before=NOTICES, through=proxies[wall]) for person in (nadia, mehdi))

    since = time.monotonic()
    open_first(reader, path)
    open_first(writer, path)
    say(writer, "Tu me lis ?")
    expect(reader.get_by_text("Tu me lis ?")).to_be_visible()
    assert time.monotonic() - since < 10
    wait_for_way(reader, way)
    wait_for_way(writer, way)

    for number in range(4):
        one, other = (reader, writer) if number % 2 else (writer, reader)
        since = time.monotonic()
        say(one, f"Oui, {number} fois")
        expect(other.get_by_text(f"Oui, {number} fois")).to_be_visible()
        assert time.monotonic() - since < 3
    for page in (reader, writer):
        expect(page.locator("ol.messages > li[data-seq]")).to_have_count(5)
        expect(page.locator(".waiting")).to_have_count(0)

    # The next page has not to find out again.
    tried: list[str] = []
    reader.on("websocket", lambda socket: tried.append(socket.url))
    reader.goto(path)
    since = time.monotonic()
    say(writer, "Et maintenant ?")
    expect(reader.get_by_text("Et maintenant ?")).to_be_visible()
    assert time.monotonic() - since < 3
    assert tried == []
    assert [page.evaluate("notices") for page in (reader, writer)] == [[], []]


def test_a_socket_is_tried_again_another_day(visit, talk, provoked):
    channel, nadia, _ = talk
    page = visit(nadia, path="/robots.txt")
    yesterday, now = datetime.now() - timedelta(days=1), datetime.now()
    written = "([way, at]) => localStorage.setItem('live-way', `${way}@${new Date(at).toDateString()}`)"
    page.evaluate(written, ["poll", now.timestamp() * 1000])
    page.goto(channel.get_absolute_url())
    page.wait_for_timeout(1000)
    wait_for_way(page, "poll")
    page.evaluate(written, ["poll", yesterday.timestamp() * 1000])
    page.goto(channel.get_absolute_url())
    wait_for_way(page, "ws")
