"""The server is killed in the middle: nothing that a page had acknowledged is lost, and pages go on by themselves."""

import pytest
from playwright.sync_api import Locator, Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel


@pytest.fixture
def thread(rows) -> str:
    """The path of the cohort's channel."""
    with rows():
        return Channel.objects.filter(space=main_cohort().pk).earliest("position").get_absolute_url()


def write(page: Page, words: str) -> None:
    page.locator("#composer textarea").fill(words)
    page.get_by_role("button", name="Envoyer").click()


def message(page: Page, words: str) -> Locator:
    return page.locator("ol.messages > li", has_text=words)


def test_killing_the_server_loses_nothing_that_a_page_had_acknowledged(server, visit, person, thread, provoked):
    provoked += [r"ERR_CONNECTION_\w+", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE_CHUNKED_ENCODING", "WebSocket"]
    claire, nadia = visit(person("claire"), path=thread), visit(person("nadia"), path=thread)
    write(claire, "Juste avant la panne")
    expect(message(nadia, "Juste avant la panne")).to_have_count(1)

    server.kill()
    server.start()

    write(nadia, "Juste après la panne")
    expect(message(claire, "Juste après la panne")).to_have_count(1)
    claire.reload()
    expect(message(claire, "Juste avant la panne")).to_have_count(1)
    expect(message(claire, "Juste après la panne")).to_have_count(1)
