"""A whole conversation, as two people have it who have just come: one at a desk, one on a telephone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from cohorts.actions import accept_charter
from config.demonstration import main_cohort
from discussions.actions import create_channel
from discussions.models import Message
from spaces.models import FACILITATING, Membership
from tests.factories import MembershipFactory, UserFactory

CHANNEL = "Visite du marché couvert"
PLAN = "Une halle, neuf étals".encode()
INES, BAPTISTE = "Inès Carvalho", "Baptiste Le Goff"
#: Who writes, what she types, and what is then read.
TALK = [
    (INES, "Bonjour, je viens d’arriver. Tu vois mes messages ?", ""),
    (BAPTISTE, "Oui, au fur et à mesure, même dans le couloir de la mairie.", ""),
    (INES, "Je prépare la visite du marché couvert.", ""),
    (INES, "Tu peux m’aider ?", ""),
    (BAPTISTE, "Volontiers. Quelle date ?", ""),
    (INES, "Le **3 décembre**, à 14 h.", "Le 3 décembre, à 14 h."),
    (BAPTISTE, "J’y serai. Combien d’élus viennent ?", ""),
    (INES, "Quatre, et la commerçante qui tient la halle.", ""),
    (BAPTISTE, "Il faut lui demander le chiffre du samedi.", ""),
    (INES, "Elle préfère que l’on parle de fréquentation.", ""),
    (BAPTISTE, "- le samedi matin\n- le mercredi soir\n- les jours de brocante", "les jours de brocante"),
    (INES, "Trois moments, trois publics.", ""),
    (BAPTISTE, "Qui prend des notes ?", ""),
    (INES, "Moi, si quelqu’un photographie.", ""),
    (BAPTISTE, "Je photographie.", ""),
    (INES, "Que garde-t-on du premier atelier ?", ""),
    (BAPTISTE, "> partir de ce qui existe déjà", "partir de ce qui existe déjà"),
    (INES, "C’est la bonne phrase.", ""),
    (BAPTISTE, "Le guide est là : https://exemple.fr/halles", "https://exemple.fr/halles"),
    (INES, "Merci :pouce:", "Merci 👍"),
    (BAPTISTE, "As-tu retrouvé le budget ?", ""),
    (INES, "42 000 euros, dont la moitié de la région.", ""),
    (BAPTISTE, "Il manque donc le mobilier.", ""),
    (INES, "Et l’éclairage sous la charpente.", ""),
    (BAPTISTE, "Je demande deux devis.", ""),
    (INES, "Je préviens l’architecte.", ""),
    (BAPTISTE, "Elle a déjà travaillé sur la halle de Montferrière.", ""),
    (INES, "Alors elle connaît le sujet.", ""),
]  # with the message that carries the plan and the one before it, thirty


@pytest.fixture
def newcomers(rows) -> dict[str, User]:
    with rows():
        cohort = main_cohort()
        people = {name: UserFactory(display_name=name) for name in (INES, BAPTISTE)}
        for person in people.values():
            MembershipFactory(space=cohort.space, person=person)
            accept_charter(cohort=cohort, person=person)
        facilitator = Membership.objects.filter(space=cohort.space, role__in=FACILITATING).first().person
        create_channel(space=cohort.space, name=CHANNEL, by=facilitator)
        return people


def _read(page: Page, words: str) -> Locator:
    return page.locator("ol.messages > li").filter(has_text=words)


def _write(page: Page, words: str) -> None:
    page.get_by_label("Votre message").fill(words)
    page.get_by_role("button", name="Envoyer").click()


def test_two_newcomers_talk_and_both_screens_say_the_same(visit, newcomers, rows, axe, fits, shot):
    pages = {
        INES: visit(newcomers[INES], path="/discussions/"),
        BAPTISTE: visit(newcomers[BAPTISTE], path="/discussions/", width=360, height=740),
    }
    ines, baptiste = pages.values()
    for page in pages.values():
        page.get_by_role("main").get_by_role("link", name=CHANNEL).click()
        expect(page.get_by_label("Votre message")).to_be_visible()
    for who, typed, seen in TALK:
        _write(pages[who], typed)
        for page in pages.values():
            expect(_read(page, seen or typed)).to_have_count(1)

    _write(ines, "J’ajoute le plan.")
    with ines.expect_file_chooser() as chooser:
        ines.get_by_role("button", name="Joindre un fichier").click()
    chooser.value.set_files({"name": "plan-de-la-halle.txt", "mimeType": "text/plain", "buffer": PLAN})
    _write(ines, "Le voici.")
    expect(_read(baptiste, "plan-de-la-halle.txt")).to_have_count(1)
    with baptiste.expect_download() as download:
        _read(baptiste, "plan-de-la-halle.txt").get_by_role("link", name="plan-de-la-halle.txt").click()
    assert download.value.path().read_bytes() == PLAN

    shot(ines, "conversation-1-channel-1440")
    shot(baptiste, "conversation-2-channel-360")
    shown = [page.locator("ol.messages > li[data-seq] .words").all_inner_texts() for page in pages.values()]
    assert shown[0] == shown[1]
    assert len(shown[0]) == len(TALK) + 2 == 30
    for page in pages.values():
        expect(page.locator(".waiting")).to_have_count(0)
        axe(page)
        fits(page)

    # A thread on one of them: the other sees that it has begun, and answers there.
    with rows():
        root = Message.objects.get(body__contains="Je demande deux devis.")
    baptiste.goto(root.page)
    _write(baptiste, "Chez qui, à votre avis ?")
    expect(_read(ines, "Je demande deux devis.").get_by_role("link", name="1 réponse")).to_be_visible()
    _read(ines, "Je demande deux devis.").get_by_role("link", name="1 réponse").click()
    expect(_read(ines, "Chez qui, à votre avis ?")).to_be_visible()
    _write(ines, "Le menuisier de la place, et la scierie.")
    expect(_read(baptiste, "Le menuisier de la place, et la scierie.")).to_be_visible()
    shot(ines, "conversation-3-thread-1440")
    shot(baptiste, "conversation-4-thread-360")
    for page in pages.values():
        axe(page)
        fits(page)

    # And a search, without the accents, which opens at the message.
    ines.goto('/recherche/?q=frequentation dans:"Visite du marché couvert"')
    shot(ines, "conversation-5-search-1440")
    axe(ines)
    ines.get_by_role("main").get_by_role("link", name=INES).click()
    expect(_read(ines, "Elle préfère que l’on parle de fréquentation.")).to_be_in_viewport()
