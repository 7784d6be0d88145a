"""Reading a channel: a long history, what is new, a thread, a small screen, and what others do meanwhile."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel, Message
from live.models import Topic
from tests.journeys.test_talk import message, new, write
from tests.journeys.test_talk_writing import actions, field

LONG = 420


@pytest.fixture
def topic(rows) -> str:
    with rows():
        return Channel.objects.create(space_id=main_cohort().pk, name=new("Lectures"), position=99).get_absolute_url()


@pytest.fixture
def long_channel(rows, person) -> tuple[str, list[Message]]:
    """A channel with more messages than any page holds, and those messages."""
    writers = [person("nadia"), person("paul"), person("solene")]
    with rows():
        channel = Channel.objects.create(space_id=main_cohort().pk, name=new("Longue histoire"), position=99)
        start = timezone.now() - timedelta(days=4)
        said = Message.objects.bulk_create(
            Message(
                channel=channel,
                author=writers[number // 4 % 3],
                client_id=uuid4(),
                seq=number,
                body=f"<p>Message numéro {number}.</p>",
                created_at=start + timedelta(minutes=10 * number),
            )
            for number in range(1, LONG + 1)
        )
        Topic.objects.create(name=channel.topic, seq=LONG)
        return channel.get_absolute_url(), said


def numbers(page: Page) -> list[int]:
    return page.eval_on_selector_all(
        "ol.messages > li[data-seq]", "items => items.map(item => Number(item.dataset.seq))"
    )


def test_a_long_history_comes_by_pages_without_moving_what_one_reads(visit, person, long_channel, axe):
    path, said = long_channel
    claire = visit(person("claire"), path=path)
    assert numbers(claire)[-50:] == list(range(LONG - 49, LONG + 1))
    expect(claire.locator(f"#m-{said[-1].pk}")).to_be_in_viewport()
    expect(claire.get_by_role("link", name="420 nouveaux messages : aller au premier")).to_be_in_viewport()
    first = claire.locator(f"#m-{said[LONG - 50].pk}")
    earlier = claire.get_by_role("link", name="Messages précédents")
    earlier.scroll_into_view_if_needed()
    before = first.bounding_box()
    earlier.click()
    expect(claire.locator(f"#m-{said[LONG - 100].pk}")).to_be_attached()
    assert abs(first.bounding_box()["y"] - before["y"]) < 3

    while (seen := numbers(claire))[0] > 1:
        assert len(seen) <= 300
        assert seen == list(range(seen[0], seen[-1] + 1))
        earlier.click()
        claire.wait_for_function(
            "first => Number(document.querySelector('li[data-seq]').dataset.seq) < first", arg=seen[0]
        )
    assert len(numbers(claire)) <= 300
    expect(claire.locator("[data-older] a")).to_have_count(0)
    dividers = claire.locator("li.divider").all_inner_texts()
    assert len(dividers) == len(set(dividers))
    axe(claire)

    # The last ones left the page: somebody writes there, she is told, and goes back to it.
    words = new("Tout en bas")
    write(visit(person("paul"), path=path), words)
    expect(message(claire, words)).to_have_count(0)
    claire.get_by_role("button", name="1 nouveau message").click()
    expect(message(claire, words)).to_be_in_viewport()


def test_a_link_to_an_old_message_opens_around_it_and_reads_on(visit, person, long_channel, shot):
    path, said = long_channel
    old = said[99]
    claire = visit(person("claire"), path=f"{path}?autour={old.seq}#m-{old.pk}")
    expect(claire.locator(f"#m-{old.pk}")).to_be_focused()
    expect(claire.locator(f"#m-{old.pk}")).to_be_in_viewport()
    last = numbers(claire)[-1]
    assert last < LONG
    shot(claire, "talk-9-permalink-1440")
    claire.get_by_role("link", name="Messages suivants").click()
    expect(claire.locator(f"#m-{said[last].pk}")).to_be_attached()
    seen = numbers(claire)
    assert seen == list(range(seen[0], seen[-1] + 1))


def test_what_came_while_one_was_away_is_marked_and_counted_once_seen(visit, person, topic, shot):
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)
    seen = new("Lu")
    with paul.expect_response(re.compile("/lu/")):
        write(nadia, seen)
    paul.goto("/discussions/")
    missed = new("Pas encore lu")
    write(nadia, missed)
    line = paul.locator(f'.lines a[href="{topic}"]')
    expect(line.locator("[data-unread-here]")).to_have_text(re.compile("^1"))
    shot(paul, "talk-10-all-1440")
    with paul.expect_response(re.compile("/lu/")):
        line.click()
        expect(message(paul, missed)).to_be_in_viewport()
    expect(paul.locator("li.divider.newer + li")).to_contain_text(missed)
    paul.reload()
    expect(paul.locator("li.divider.newer")).to_have_count(0)

    actions(paul, missed).click()
    with paul.expect_response(re.compile("/non-lu/")):
        paul.get_by_role("menuitem", name="Marquer non lu à partir d’ici").click()
    paul.reload()
    expect(paul.locator("li.divider.newer + li")).to_contain_text(missed)


def test_two_people_see_one_another_edit_react_pin_answer_and_delete(visit, person, topic, axe, shot):
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)
    question = new("On mange où ?")
    write(nadia, question)
    expect(message(paul, question)).to_have_count(1)

    actions(nadia, question).click()
    nadia.get_by_role("menuitem", name="Modifier").click()
    changed = new("On mange où jeudi ?")
    nadia.get_by_label("Vos mots").fill(changed)
    nadia.get_by_role("button", name="Enregistrer").click()
    for page in (nadia, paul):
        expect(message(page, changed)).to_contain_text("modifié")

    message(paul, changed).hover()
    actions(paul, changed).click()
    paul.get_by_role("menuitemcheckbox", name="Utile").click()
    expect(message(nadia, changed).get_by_role("button", name="Utile 1")).to_have_attribute("aria-pressed", "false")
    message(nadia, changed).get_by_role("button", name="Utile 1").click()
    expect(message(paul, changed).get_by_role("button", name="Utile 2")).to_have_attribute("aria-pressed", "true")

    actions(paul, changed).click()
    paul.get_by_role("menuitem", name="Répondre dans un fil").click()
    expect(paul.get_by_role("heading", name="Réponses à Nadia Kessler")).to_be_visible()
    reply = new("Chez Lina")
    write(paul, reply)
    expect(message(paul, reply)).to_have_count(1)
    link = message(nadia, changed).get_by_role("link", name="1 réponse")
    expect(link).to_be_visible()
    expect(message(nadia, reply)).to_have_count(0)
    link.click()
    expect(message(nadia, reply)).to_be_visible()
    second = new("J’en suis")
    write(nadia, second)
    expect(message(paul, second)).to_have_count(1)
    axe(paul)
    shot(paul, "talk-11-thread-1440")

    actions(nadia, second).click()
    nadia.get_by_role("menuitem", name="Supprimer").click()
    nadia.get_by_role("button", name="Supprimer le message").click()
    expect(message(paul, second)).to_have_count(0)
    expect(paul.locator("li.removed")).to_contain_text("Message supprimé")


@pytest.mark.parametrize(("width", "dark"), [(360, False), (320, True)])
def test_on_a_small_screen_everything_is_there(visit, person, topic, axe, fits, shot, width, dark):
    paul = visit(person("paul"), path=topic)
    nadia = visit(person("nadia"), path=topic, width=width, height=740, dark=dark)
    words = new("https://exemple.fr/" + "tres-long-" * 12)
    write(paul, words)
    expect(message(nadia, words[:40])).to_be_visible()
    fits(nadia)
    actions(nadia, words[:40]).click()
    menu = nadia.get_by_role("menu", name="Actions sur ce message")
    expect(menu.get_by_role("menuitem", name="Citer")).to_be_in_viewport()
    axe(nadia)
    shot(nadia, f"talk-12-menu-{width}")
    menu.get_by_role("menuitem", name="Citer").click()
    nadia.get_by_role("button", name="Mise en forme").click()
    nadia.get_by_role("button", name="Gras").click()
    expect(field(nadia)).to_have_value("****")
    fits(nadia)
    axe(nadia)
    shot(nadia, f"talk-13-composer-{width}")
    nadia.keyboard.type("Merci")
    nadia.get_by_role("button", name="Envoyer").click()
    expect(message(paul, "Merci").locator(".quote")).to_be_visible()
