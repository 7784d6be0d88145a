"""What one types survives a page that goes away, and leaves no trace once it is sent or one has signed out."""

import re

import pytest
from playwright.sync_api import Page, expect

WORDS = "Qui part de Brène jeudi matin ? J’ai deux places."


@pytest.fixture
def thread(visit, person):
    """Nadia, in the thread of her cohort."""

    def open_thread() -> Page:
        page = visit(person("nadia"))
        page.get_by_role("link", name="Lire et écrire").click()
        page.get_by_role("main").get_by_role("link", name="Vie de la cohorte").click()
        return page

    return open_thread


def composer(page: Page):
    return page.locator("#composer textarea")


def kept(page: Page) -> list[str]:
    return page.evaluate("() => Object.keys(localStorage).filter(key => key.startsWith('draft:'))")


def test_words_not_sent_are_back_when_the_page_is_and_gone_when_they_are_sent(thread):
    nadia = thread()
    composer(nadia).fill(WORDS)
    nadia.reload()
    expect(composer(nadia)).to_have_value(WORDS)
    expect(nadia.get_by_text("Votre texte, resté sur cet appareil, est de nouveau là.")).to_be_visible()

    nadia.locator("#composer").get_by_role("button", name="Envoyer").click()
    expect(nadia.locator(".messages").get_by_text(re.compile("Qui part de Brène")).last).to_be_visible()
    expect(composer(nadia)).to_have_value("")
    nadia.reload()
    expect(composer(nadia)).to_have_value("")
    assert kept(nadia) == []


def test_signing_out_forgets_what_was_typed(thread):
    nadia = thread()
    composer(nadia).fill(WORDS)
    assert len(kept(nadia)) == 1
    nadia.get_by_text("Mon compte, Nadia Kessler").locator("xpath=..").click()
    nadia.get_by_role("button", name="Me déconnecter").click()
    expect(nadia.get_by_role("link", name="Se connecter")).to_be_visible()
    assert kept(nadia) == []


def test_someone_else_on_the_same_device_does_not_read_it(thread):
    nadia = thread()
    composer(nadia).fill(WORDS)
    nadia.context.clear_cookies()  # her session ends without a goodbye
    nadia.reload()
    expect(nadia.get_by_text(WORDS)).to_have_count(0)
    assert len(kept(nadia)) == 1  # it waits for her alone
