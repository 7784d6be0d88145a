"""Writing in a channel: offline and back, by keyboard alone, with names, marks and files; and what is refused."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel, Message
from tests.journeys.test_talk import message, new, order, write

UNSENT = "2 messages non envoyés"


@pytest.fixture
def channel(rows, person) -> Channel:
    """A channel of the cohort that nobody else writes in."""
    with rows():
        return Channel.objects.create(space_id=main_cohort().pk, name=new("Essais"), position=99)


@pytest.fixture
def topic(channel) -> str:
    return channel.get_absolute_url()


def field(page: Page) -> Locator:
    return page.get_by_label("Votre message")


def said_aloud(page: Page) -> Locator:
    return page.locator("body > p.sr-only[role=status]")


def actions(page: Page, words: str) -> Locator:
    return message(page, words).get_by_role("button", name=re.compile("^Actions sur le message"))


def test_what_is_written_offline_outlives_its_tab_and_is_sent_once(visit, person, topic, rows, provoked, shot):
    provoked += ["ERR_INTERNET_DISCONNECTED", "WebSocket connection to"]
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)
    first, second = new("hors ligne, un"), new("hors ligne, deux")
    nadia.context.set_offline(True)
    for words in (first, second):
        write(nadia, words)
        expect(message(nadia, words)).to_contain_text("en attente")
    expect(nadia.get_by_text(UNSENT)).to_be_visible()
    shot(nadia, "talk-5-unsent-1440")
    nadia.close()

    nadia.context.set_offline(False)
    pages = [nadia.context.new_page(), nadia.context.new_page()]  # two at once, and neither is the channel
    for page in pages:
        page.goto("/discussions/")
    for words in (first, second):
        expect(message(paul, words)).to_have_count(1)
    assert order(paul, [first, second]) == [first, second]
    for page in pages:
        expect(page.get_by_text("non envoyé")).to_have_count(0)
    pages[0].goto(topic)
    for words in (first, second):
        expect(message(pages[0], words)).to_have_count(1)
    expect(pages[0].locator(".waiting")).to_have_count(0)
    with rows():
        assert Message.objects.filter(body__contains="hors ligne", channel__name__startswith="Essais").count() == 2


def test_nobody_else_on_the_device_sees_or_sends_what_waits(visit, person, topic, rows, provoked):
    provoked += ["ERR_INTERNET_DISCONNECTED", "WebSocket connection to"]
    nadia = visit(person("nadia"), path=topic)
    words = new("à moi seule")
    nadia.context.set_offline(True)
    write(nadia, words)
    expect(nadia.get_by_text("1 message non envoyé")).to_be_visible()
    nadia.context.clear_cookies()  # her session ends without a goodbye
    nadia.close()
    nadia.context.set_offline(False)

    from tests.journeys.conftest import demonstration_link

    other = nadia.context.new_page()
    other.goto(demonstration_link(person("paul")))
    other.goto(topic)
    expect(field(other)).to_be_visible()
    expect(other.get_by_text(words)).to_have_count(0)
    expect(other.get_by_text("non envoyé")).to_have_count(0)
    other.context.clear_cookies()
    other.goto(demonstration_link(person("nadia")))
    other.goto(topic)
    expect(message(other, words)).to_have_count(1)
    expect(other.locator(".waiting")).to_have_count(0)
    with rows():
        sent = Message.objects.get(body__contains=words)
        assert sent.author_id == person("nadia").pk


def test_words_that_are_refused_come_back_with_the_reason(visit, person, channel, topic, rows):
    nadia = visit(person("nadia"), path=topic)
    words = new("trop tard")
    with rows():
        Channel.objects.filter(pk=channel.pk).update(archived_at=timezone.now())
    write(nadia, words)
    expect(nadia.get_by_role("alert")).to_contain_text("On n’écrit plus dans ce fil")
    expect(field(nadia)).to_have_value(words)
    expect(message(nadia, words)).to_have_count(0)


def test_a_conversation_with_the_keyboard_alone(visit, person, topic, axe, shot):
    paul, nadia = visit(person("paul"), path=topic), visit(person("nadia"), path=topic)
    question, answer = new("Qui vient jeudi ?"), new("Moi")
    write(paul, question)
    expect(message(nadia, question)).to_have_count(1)

    keys = nadia.keyboard
    actions(nadia, question).focus()
    keys.press("Enter")
    menu = nadia.get_by_role("menu", name="Actions sur ce message")
    expect(menu.get_by_role("menuitemcheckbox", name="Merci")).to_be_focused()
    axe(nadia)
    keys.press("ArrowRight")
    expect(menu.get_by_role("menuitemcheckbox", name="Utile")).to_be_focused()
    keys.press("Escape")
    expect(menu).to_have_count(0)
    expect(actions(nadia, question)).to_be_focused()

    keys.press("Space")
    keys.press("Enter")  # Merci
    thanks = message(nadia, question).get_by_role("button", name="Merci 1")
    expect(thanks).to_have_attribute("aria-pressed", "true")
    expect(message(paul, question).get_by_role("button", name="Merci 1")).to_have_attribute("aria-pressed", "false")
    thanks.focus()
    keys.press("Enter")
    expect(message(paul, question).get_by_role("button", name="Merci")).to_have_count(0)
    expect(actions(nadia, question)).to_be_focused()

    keys.press("Enter")
    menu.get_by_role("menuitem", name="Citer").focus()
    keys.press("Enter")
    expect(field(nadia)).to_be_focused()
    keys.type(answer)
    keys.press("Shift+Enter")
    keys.type("et Karim")
    keys.press("Enter")
    expect(message(paul, answer).locator(".quote")).to_contain_text(question[:20])
    expect(message(paul, answer)).to_contain_text("et Karim")
    expect(field(nadia)).to_be_focused()

    keys.press("ArrowUp")  # what one said last
    words = nadia.get_by_label("Vos mots")
    expect(words).to_be_focused()
    keys.press("Control+a")
    changed = new("Moi non plus")
    keys.type(changed)
    keys.press("Control+Enter")
    expect(message(paul, changed)).to_contain_text("modifié")
    expect(message(nadia, changed)).to_have_count(1)
    expect(actions(nadia, changed)).to_be_focused()
    shot(nadia, "talk-6-keyboard-1440")


def test_names_marks_and_signs_are_completed_while_one_types(visit, person, topic, axe, shot):
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)
    field(nadia).click()
    keys = nadia.keyboard
    keys.type("Bonjour @pau")
    options = nadia.get_by_role("listbox", name="Propositions")
    expect(options.get_by_role("option", name="Paul Hennequin")).to_be_visible()
    expect(field(nadia)).to_have_attribute("aria-activedescendant", re.compile("suggestions_0"))
    axe(nadia)
    shot(nadia, "talk-7-completion-1440")
    keys.press("Enter")
    expect(field(nadia)).to_have_value("Bonjour @Paul Hennequin ")
    keys.type(":souri")
    keys.press("Tab")
    expect(field(nadia)).to_have_value("Bonjour @Paul Hennequin 🙂 ")
    keys.press("Control+b")
    words = new("merci")
    keys.type(words)
    keys.press("Enter")
    expect(message(paul, words).locator("strong").filter(has_text=words)).to_have_count(1)
    expect(message(paul, words).locator(".mention")).to_have_text("@Paul Hennequin")
    expect(message(paul, words)).to_have_class(re.compile("named"))
    expect(message(nadia, words)).not_to_have_class(re.compile("named"))


def test_a_screen_reader_hears_once_that_somebody_wrote_and_finds_a_list(visit, person, topic):
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)
    log = paul.get_by_role("log", name="Fil des messages")
    expect(log).to_have_attribute("aria-live", "off")  # its words are read by whoever goes there
    before = said_aloud(paul).all_inner_texts()
    assert before in ([], [""])
    write(nadia, new("un"))
    expect(said_aloud(paul)).to_have_text("Nadia Kessler a écrit")
    for words in ("deux", "trois"):
        write(nadia, new(words))
    expect(said_aloud(paul)).to_have_text("2 nouveaux messages")
    expect(log.get_by_role("list")).not_to_have_count(0)
    expect(log.get_by_role("listitem").filter(has_text="trois")).to_have_count(1)


def test_who_is_writing_is_said_in_a_small_circle_and_goes_by_itself(visit, person, rows):
    with rows():
        path = Channel.objects.get(space__name="Les Passerelles", kind="general").get_absolute_url()
    nadia, mehdi = visit(person("nadia"), path=path), visit(person("mehdi"), path=path)
    write(nadia, new("Bonjour"))
    expect(mehdi.locator("ol.messages > li").last).to_contain_text("Nadia")
    field(nadia).press_sequentially("Je réfléchis", delay=400)  # longer than the three seconds between two tellings
    typing = mehdi.locator("[data-typing]")
    expect(typing).to_have_text("Nadia est en train d’écrire")
    expect(typing).to_have_text("", timeout=10_000)


def test_a_file_is_joined_taken_back_and_sent(visit, person, topic, provoked, shot, axe):
    provoked += ["status of 415"]
    nadia, paul = visit(person("nadia"), path=topic), visit(person("paul"), path=topic)

    def join(name: str, words: str) -> None:
        with nadia.expect_file_chooser() as chooser:
            nadia.get_by_role("button", name="Joindre un fichier").click()
        chooser.value.set_files({"name": name, "mimeType": "text/plain", "buffer": words.encode()})

    join("brouillon.txt", "Rien")
    expect(nadia.get_by_role("button", name="Retirer brouillon.txt")).to_be_visible()
    expect(said_aloud(nadia)).to_contain_text("brouillon.txt")
    nadia.get_by_role("button", name="Retirer brouillon.txt").click()
    expect(nadia.get_by_text("brouillon.txt").locator("visible=true")).to_have_count(0)
    join("plan.exe", "MZ")
    expect(nadia.get_by_role("alert")).to_be_visible()
    join("programme.txt", "Jeudi, 9 h 30")
    expect(nadia.get_by_role("button", name="Retirer programme.txt")).to_be_visible()
    axe(nadia)
    shot(nadia, "talk-8-file-1440")
    words = new("Voici le programme")
    write(nadia, words)
    link = message(paul, words).get_by_role("link", name="programme.txt")
    expect(link).to_be_visible()
    with paul.expect_download() as kept:
        link.click()
    assert kept.value.suggested_filename == "programme.txt"
    assert kept.value.path().read_text() == "Jeudi, 9 h 30"
    expect(nadia.locator("[data-joined] li")).to_have_count(0)


def test_what_one_begins_is_found_again_on_another_device(visit, person, topic):
    words = new("Je commence ici")
    one = visit(person("nadia"), path=topic)
    with one.expect_response(re.compile("/brouillon/")):
        field(one).fill(words)
    other = visit(person("nadia"), path=topic)
    expect(field(other)).to_have_value(words)
    with other.expect_response(re.compile("/brouillon/")):
        field(other).press("Enter")
    expect(message(one, words)).to_have_count(1)
    other.reload()
    expect(field(other)).to_have_value("")


def test_the_key_that_sends_is_a_choice(visit, person, topic):
    nadia = visit(person("nadia"), path=topic)
    choice = nadia.get_by_role("checkbox", name="Entrée envoie")
    expect(choice).to_be_checked()
    choice.uncheck()
    nadia.reload()
    expect(choice).not_to_be_checked()
    words = new("Sur deux lignes")
    field(nadia).press_sequentially(words)
    field(nadia).press("Enter")
    expect(field(nadia)).to_have_value(f"{words}\n")
    field(nadia).press("Control+Enter")
    expect(field(nadia)).to_have_value("")
    expect(message(nadia, words)).to_have_count(1)
