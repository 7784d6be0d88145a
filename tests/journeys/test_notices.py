"""The bell: it rings once, politely, on whatever page one is; what one opens is read; without JavaScript too."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel
from notifications.models import Notification

SENTENCE = "Solène Marchal vous a nommé·e dans"


@pytest.fixture
def thread(rows) -> str:
    """The path of the cohort's channel; nobody has anything unread before."""
    with rows():
        Notification.objects.all().delete()
        return Channel.objects.get(space=main_cohort().pk, kind=Channel.Kind.GENERAL).get_absolute_url()


def name(page: Page, person: str) -> str:
    """Write a message that names somebody; returns its words."""
    words = f"avez-vous les chiffres de la cantine ? {uuid4().hex[:8]}"
    box = page.get_by_label("Votre message")
    box.click()
    box.press_sequentially(f"@{person.split()[0].lower()}")
    expect(page.get_by_role("option", name=person)).to_be_visible()
    box.press("Enter")
    box.press_sequentially(f" {words}")
    page.get_by_role("button", name="Envoyer").click()
    return words


def test_a_mention_rings_the_bell_without_taking_the_focus(visit, person, thread, axe, fits, shot):
    claire, small = visit(person("claire"), path="/moi/"), visit(person("claire"), path="/moi/", width=360, height=740)
    bell = claire.get_by_role("link", name="Notifications")
    expect(claire.locator("[data-bell]")).to_be_hidden()
    field = claire.get_by_label("Nom affiché")
    field.focus()

    solene = visit(person("solene"), path=thread)
    words = name(solene, "Claire Aubert")
    for page in (claire, small):
        expect(page.get_by_role("status").filter(has_text=SENTENCE)).to_be_visible()
        expect(page.locator("[data-bell]")).to_have_text("1 non lues")
        axe(page)
        fits(page)
    expect(field).to_be_focused()
    shot(claire, "notices-toast-1440")
    shot(small, "notices-toast-360")
    expect(solene.locator(".toast")).to_have_count(0)

    bell.click()
    expect(claire.get_by_role("heading", level=1)).to_have_text("Notifications")
    axe(claire)
    shot(claire, "notices-list-1440")
    claire.get_by_role("link", name=SENTENCE).click()
    expect(claire.locator("ol.messages > li").filter(has_text=words)).to_be_in_viewport()
    expect(claire.locator("[data-bell]")).to_be_hidden()
    expect(small.locator("[data-bell]")).to_be_hidden()  # her other device has heard of it
    small.goto("/notifications/reglages/")
    axe(small)
    fits(small)
    shot(small, "notices-settings-360")


def test_without_a_script_one_reads_marks_and_chooses(visit, person, thread):
    name(visit(person("solene"), path=thread), "Claire Aubert")
    claire = visit(person("claire"), path="/moi/", javascript=False)
    expect(claire.locator("[data-bell]")).to_have_text("1 non lues")
    claire.get_by_role("link", name="Notifications").click()
    claire.get_by_role("button", name="Tout marquer comme lu").click()
    expect(claire.get_by_text("Tout est marqué comme lu.")).to_be_visible()
    expect(claire.locator("[data-bell]")).to_be_hidden()
    claire.get_by_role("link", name="Choisir ce que je reçois").click()
    claire.get_by_label("Le résumé").select_option("daily")
    claire.get_by_role("button", name="Enregistrer").click()
    expect(claire.get_by_label("Le résumé")).to_have_value("daily")
