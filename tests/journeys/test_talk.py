"""The channel of a cohort: seen live, through a cut, past a network that forbids sockets, and without JavaScript."""

from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel, Message
from tests.factories.discussions import ChannelFactory

OFFLINE = "Hors ligne : ce que vous écrivez est gardé."


@pytest.fixture
def thread(rows) -> str:
    """The path of the cohort's channel."""
    with rows():
        return Channel.objects.get(space=main_cohort().pk, kind=Channel.Kind.GENERAL).get_absolute_url()


def new(words: str) -> str:
    """Words that nobody has written before, whatever has run on this server."""
    return f"{words} {uuid4().hex[:8]}"


def write(page: Page, words: str) -> None:
    page.get_by_label("Votre message").fill(words)
    page.get_by_role("button", name="Envoyer").click()


def message(page: Page, words: str) -> Locator:
    return page.locator("ol.messages > li").filter(has_text=words)


def order(page: Page, said: list[str]) -> list[str]:
    """Which of these words the page shows, from the first message to the last."""
    lines = page.locator("ol.messages > li").all_inner_texts()
    return [words for line in lines for words in said if words in line]


def test_a_message_is_seen_live_by_somebody_else(visit, person, axe, fits, shot):
    nadia, paul = visit(person("nadia")), visit(person("paul"), width=360, height=740)
    for page in (nadia, paul):
        page.get_by_role("link", name="Lire et écrire").click()
        page.get_by_role("main").get_by_role("link", name="Vie de la cohorte").click()
        expect(page.get_by_label("Votre message")).to_be_visible()
        page.evaluate("window.sameVisit = true")
    paul.get_by_label("Votre message").fill("Je commençais une phr")
    paul.evaluate("scrollTo(0, document.documentElement.scrollHeight)")  # past what he had not read

    words = new("Le train de 8 h 12 est supprimé jeudi, qui a une place ?")
    write(nadia, words)
    expect(message(nadia, words)).to_have_count(1)
    expect(nadia.locator(".waiting")).to_have_count(0)
    expect(nadia.get_by_label("Votre message")).to_have_value("")
    expect(message(paul, words)).to_be_in_viewport()
    expect(message(paul, words)).to_contain_text("Nadia Kessler")
    expect(paul.get_by_label("Votre message")).to_have_value("Je commençais une phr")
    expect(paul.get_by_role("button", name="1 nouveau message")).to_be_hidden()  # he is at the end, and follows
    assert paul.evaluate("window.sameVisit === true")
    for page in (nadia, paul):
        axe(page)
        fits(page)
    shot(nadia, "talk-1-writer-1440")
    shot(paul, "talk-2-reader-360")
    paul.get_by_label("Votre message").fill("")


def test_a_cut_loses_nothing_and_repeats_nothing(visit, person, thread, rows, provoked, shot):
    provoked += ["ERR_INTERNET_DISCONNECTED", "WebSocket connection to"]
    nadia, paul = visit(person("nadia"), path=thread), visit(person("paul"), path=thread)
    before, mine, *missed = (new(words) for words in ("avant", "à moi", "un", "deux", "trois"))
    write(nadia, before)
    expect(message(paul, before)).to_have_count(1)

    paul.context.set_offline(True)
    expect(paul.get_by_text(OFFLINE)).to_be_visible()
    write(paul, mine)
    expect(message(paul, mine)).to_contain_text("en attente")
    for words in missed:
        write(nadia, words)
        expect(message(nadia, words)).to_have_count(1)
    expect(nadia.locator(".waiting")).to_have_count(0)
    assert order(paul, missed) == []
    shot(paul, "talk-3-cut-1440")

    paul.context.set_offline(False)
    expect(paul.get_by_text(OFFLINE)).to_be_hidden()
    for page in (paul, nadia):
        for words in (*missed, mine):
            expect(message(page, words)).to_have_count(1)
        expect(page.locator(".waiting")).to_have_count(0)
    said = [before, *missed, mine]
    assert order(paul, said) == order(nadia, said) == said
    with rows():
        assert Message.objects.filter(body__contains=mine).count() == 1


@pytest.mark.parametrize("forbidden", [["WebSocket"], ["WebSocket", "EventSource"]], ids=["sse", "poll"])
def test_where_a_way_in_may_not_even_be_tried_the_next_one_is(visit, person, thread, forbidden):
    script = "".join(
        f"window.{name} = function () {{ throw new Error('{name} is forbidden here') }};" for name in forbidden
    )
    nadia, paul = visit(person("nadia"), path=thread), visit(person("paul"), path=thread, before=script)
    for words in (new("sans socket"), new("toujours sans")):
        write(nadia, words)
        expect(message(paul, words)).to_have_count(1)
    answer = new("bien reçu")
    write(paul, answer)
    expect(message(nadia, answer)).to_have_count(1)
    expect(paul.get_by_text(OFFLINE)).to_be_hidden()


def test_without_javascript_one_writes_and_reads_all_the_same(visit, person, rows, shot):
    with rows():
        thread = ChannelFactory(space=main_cohort().space, name="Trajets du jeudi").get_absolute_url()
    paul = visit(person("paul"), path=thread)
    nadia = visit(person("nadia"), path=thread, javascript=False, width=360, height=740)
    words = new("Sans script, avec des mots.")
    nadia.get_by_role("button", name="Envoyer").click()  # nothing is said: the page says so
    expect(nadia.get_by_label("Votre message")).to_have_attribute("aria-invalid", "true")
    write(nadia, words)
    expect(message(nadia, words)).to_have_count(1)
    expect(message(paul, words)).to_have_count(1)

    answer = new("Lu.")
    write(paul, answer)
    expect(message(paul, answer)).to_have_count(1)
    expect(message(nadia, answer)).to_have_count(0)
    nadia.get_by_role("link", name="Actualiser pour voir les nouveaux messages").click()
    nadia.reload()
    expect(message(nadia, answer)).to_have_count(1)
    shot(nadia, "talk-4-no-script-360")
