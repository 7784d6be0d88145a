"""Open pages hear of a change through whatever their network lets pass, and keep what is being typed."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from discussions.models import Channel
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory


@pytest.fixture
def talk(rows: Callable[[], Any]) -> tuple[Channel, Any, Any]:
    """A channel and two people who talk in it."""
    with rows():
        space = SpaceFactory(name="Cohorte des chemins")
        channel = ChannelFactory(space=space)
        people = [UserFactory(display_name=name) for name in ("Nadia Ferrand", "Mehdi Belkacem")]
        for person in people:
            MembershipFactory(space=space, person=person)
    return channel, *people


def say(page: Page, words: str) -> None:
    page.get_by_label("Votre message").fill(words)
    page.get_by_role("button", name="Envoyer").click()


def wait_for_way(page: Page, way: str) -> None:
    page.wait_for_function("way => localStorage.getItem('live-way')?.startsWith(`${way}@`)", arg=way)


@pytest.mark.parametrize(("blocked", "expected"), [((), "ws"), (("ws",), "sse"), (("ws", "sse"), "poll")])
def test_a_message_arrives_by_the_way_that_is_open(visit, talk, blocked, expected):
    channel, nadia, mehdi = talk
    writer = visit(mehdi, path=channel.get_absolute_url())
    reader = visit(nadia)
    if "ws" in blocked:
        reader.route_web_socket("**/live/ws/", lambda socket: socket.close())
    if "sse" in blocked:
        reader.route("**/live/sse/**", lambda route: route.fulfill(status=403))
    reader.goto(channel.get_absolute_url())
    wait_for_way(reader, expected)
    for words in ("un", "deux", "trois"):
        say(writer, f"{words} par {expected}")
        expect(reader.get_by_text(f"{words} par {expected}")).to_be_visible()
    expect(reader.locator("ol.messages > li[data-seq]")).to_have_count(3)
    expect(writer.locator("ol.messages > li")).to_have_count(reader.locator("ol.messages > li").count())
    expect(reader.get_by_role("status").filter(has_text="3 nouveaux messages")).to_be_attached()


def test_a_page_that_was_cut_off_catches_up_by_itself(visit, talk):
    channel, nadia, mehdi = talk
    writer = visit(mehdi, path=channel.get_absolute_url())
    reader = visit(nadia)
    cut: list[bool] = []
    reader.route_web_socket("**/live/ws/", lambda socket: socket.close() if cut else socket.connect_to_server())
    reader.route("**/live/**", lambda route: route.fulfill(status=403) if cut else route.continue_())
    reader.goto(channel.get_absolute_url())
    say(writer, "avant la coupure")
    expect(reader.get_by_text("avant la coupure")).to_be_visible()

    cut.append(True)
    reader.evaluate("() => dispatchEvent(new Event('offline'))")
    expect(reader.get_by_text("Hors ligne\xa0: ce que vous écrivez est gardé.")).to_be_visible()
    for words in ("pendant", "toujours pendant"):
        say(writer, f"{words} la coupure")
    expect(writer.locator("ol.messages > li[data-seq]")).to_have_count(3)
    assert reader.locator("ol.messages > li[data-seq]").count() == 1

    cut.clear()
    reader.evaluate("() => dispatchEvent(new Event('online'))")
    expect(reader.locator("ol.messages > li[data-seq]")).to_have_count(3)
    ids = "items => items.map(item => item.id)"
    seen, written = (page.locator("ol.messages > li").evaluate_all(ids) for page in (reader, writer))
    assert seen == written
    expect(reader.get_by_text("Hors ligne")).to_be_hidden()


def test_a_message_whose_answer_is_lost_is_there_once(visit, talk, rows, provoked):
    provoked.append("net::ERR_FAILED")
    channel, nadia, mehdi = talk
    writer, reader = (visit(person, path=channel.get_absolute_url()) for person in (nadia, mehdi))

    def unsure(route: Route) -> None:
        route.fetch()
        route.abort()

    writer.route("**/messages/", unsure)
    say(writer, "une seule fois")
    expect(reader.get_by_text("une seule fois")).to_have_count(1)
    expect(writer.locator(".waiting")).to_have_count(0)
    expect(writer.get_by_text("une seule fois")).to_have_count(1)
    with rows():
        assert channel.messages.count() == 1


def test_words_that_the_server_does_not_take_go_back_to_the_field(visit, talk):
    channel, nadia, _ = talk
    page = visit(nadia, path=channel.get_absolute_url())
    words = " ".join(["trop long"] * 900)
    say(page, words)
    expect(page.get_by_role("alert")).to_contain_text("caractères")
    expect(page.get_by_label("Votre message")).to_have_value(words)
    expect(page.locator("ol.messages > li")).to_have_count(0)


def test_an_unsent_message_survives_leaving_the_page(visit, talk, provoked):
    provoked.append(r"status of 503\b")
    channel, nadia, _ = talk
    page = visit(nadia, path=channel.get_absolute_url())
    page.route("**/messages/", lambda route: route.fulfill(status=503, body=""))
    say(page, "je reviens")
    expect(page.get_by_role("button", name="Réessayer")).to_be_visible()
    page.unroute("**/messages/")
    page.goto("/")
    page.goto(channel.get_absolute_url())
    expect(page.locator("ol.messages > li[data-seq]").get_by_text("je reviens")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def test_a_region_is_fetched_again_and_what_is_being_typed_stays(visit, talk):
    channel, nadia, mehdi = talk
    page = visit(nadia, path=channel.get_absolute_url())
    other = visit(mehdi, path=channel.get_absolute_url())
    asked: list[str] = []

    def region(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(
            content_type="text/html; charset=utf-8",
            body=f"""<!doctype html><title>Séance</title><main><section id="region" data-live-topic="x">
              <h2 data-announce>Étape {len(asked)}</h2>
              <form action="/a"><input name="idea"><input type="checkbox" name="yes"><textarea name="other"></textarea>
              <input type="hidden" name="token" value="{len(asked)}"></form></section></main>""",
        )

    page.route("**/region/", region)
    page.evaluate(
        """topic => {
          const region = document.createElement("section");
          region.id = "region";
          Object.assign(region.dataset, { liveTopic: topic, liveSeq: "0", liveRefresh: "/region/" });
          region.innerHTML = `<h2 data-announce>Étape 0</h2><form action="/a"><input name="idea">
            <input type="checkbox" name="yes"><textarea name="other"></textarea>
            <input type="hidden" name="token" value="0"></form>`;
          document.querySelector("main").prepend(region);
          document.dispatchEvent(new CustomEvent("live:swapped"));
        }""",
        channel.topic,
    )
    page.locator("#region [name=idea]").fill("Une halle ouverte")
    page.locator("#region [name=yes]").check()
    page.locator("#region [name=idea]").press("Home")
    page.locator("#region [name=idea]").press("ArrowRight")

    say(other, "toc toc")

    expect(page.get_by_role("heading", name="Étape 1")).to_be_visible()
    expect(page.locator("#region [name=idea]")).to_have_value("Une halle ouverte")
    expect(page.locator("#region [name=idea]")).to_be_focused()
    assert page.locator("#region [name=idea]").evaluate("field => field.selectionStart") == 1
    expect(page.locator("#region [name=yes]")).to_be_checked()
    expect(page.locator("#region [name=other]")).to_have_value("")
    expect(page.locator("#region [name=token]")).to_have_value("1")
    expect(page.get_by_role("status").filter(has_text="Étape 1")).to_be_attached()
    assert len(asked) == 1


def test_a_channel_works_without_a_script(visit, talk):
    channel, nadia, _ = talk
    page = visit(nadia, path=channel.get_absolute_url(), javascript=False)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Écrivez votre message avant de l’envoyer.")).to_be_visible()
    say(page, "Sans script")
    expect(page.locator("ol.messages").get_by_text("Sans script")).to_be_visible()
    expect(page.get_by_role("link", name="Actualiser pour voir les nouveaux messages")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 360])
def test_a_channel_has_no_barrier(visit, talk, axe, shot, width):
    channel, nadia, mehdi = talk
    page = visit(nadia, path=channel.get_absolute_url(), width=width)
    axe(page)
    say(page, "Bonjour")
    say(visit(mehdi, path=channel.get_absolute_url()), "Bonjour Nadia")
    expect(page.get_by_text("Bonjour Nadia")).to_be_visible()
    axe(page)
    shot(page, f"channel-{width}")
