"""An experience is told: written in sections, agreed by all who wrote it, published, found, read, and taken back."""

import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from config.demonstration import main_cohort
from reservoir.models import Note

TITLE = "Créer une épicerie coopérative à Montferrière"
STORY = "En mars, douze familles ont poussé la porte de l’ancienne quincaillerie."
SECTIONS = {
    "L’essentiel": "Douze familles ont rouvert une épicerie. La ville a prêté le local. Elle tient depuis deux ans.",
    "D’où nous partions": "Plus un commerce depuis 2019. Chacun pensait que ce n’était pas à lui d’agir.",
    "Les moments difficiles": "En juin, la caisse ne tombait pas juste. Nous avons failli fermer.",
    "Ce que nous avons appris": "Nous pensons que le bénévolat s’use, parce que personne n’osait dire non.",
    "Ce que nous ferions autrement": "Un salaire dès le premier jour, même petit.",
    "Le premier pas": "Demandez à dix voisins ce qu’ils achètent ailleurs.",
}


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def open_section(page: Page, title: str) -> None:
    page.get_by_role("navigation", name="Les parties de la note").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def editor_of(page: Page, title: str) -> Locator:
    """The editor that stands over the text field, once it stands."""
    expect(page.get_by_role("toolbar", name="Mise en forme")).to_be_visible()
    return page.get_by_role("textbox", name=title)


def tick(page: Page, words: str) -> None:
    page.get_by_label(re.compile(words)).check()


def begin(page: Page, axe, shot) -> str:
    """« Racontez » first: a title and a story, with the editor's own tools. Returns the path of the note."""
    page.get_by_role("link", name="Notes", exact=True).click()
    page.get_by_role(
        "link", name=re.compile("Écrire une note|Raconter une expérience|Commencer une note")
    ).first.click()
    page.get_by_label("Titre").fill(TITLE)
    editor = editor_of(page, "Racontez")
    editor.press_sequentially(STORY)
    editor.press("Enter")
    page.get_by_role("button", name="Gras").click()
    editor.press_sequentially("Personne n’y croyait.")
    expect(page.get_by_text(re.compile(r"^\d+ mots sur 560$"))).to_be_visible()
    axe(page)
    shot(page, "note-1-begin")
    press(page, "Commencer cette note")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_role("heading", name="Pour être partagée, il lui manque")).to_be_visible()
    return urlparse(page.url).path.removesuffix("ecrire/")


def fill_the_rest(page: Page, axe, fits, shot) -> None:
    """Section by section; one that is too long is refused with every word still there."""
    for title, words in SECTIONS.items():
        open_section(page, title)
        editor_of(page, title).fill(words)
        press(page, "Enregistrer")
        expect(page.get_by_text(f"« {title} » est enregistré.")).to_be_visible()

    open_section(page, "Le premier pas")
    editor = editor_of(page, "Le premier pas")
    expect(editor).to_have_text(SECTIONS["Le premier pas"])
    long = "Demandez " + " ".join(f"voisin{n}" for n in range(70)) + " fin"
    editor.fill(long)
    expect(page.get_by_text("72 mots sur 60")).to_be_visible()
    press(page, "Enregistrer")
    expect(page.get_by_text("Ce texte compte 72 mots, et cette section en accepte 60.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Le premier pas")).to_have_text(long)
    axe(page)
    fits(page)
    shot(page, "note-2-too-long")
    editor_of(page, "Le premier pas").fill(SECTIONS["Le premier pas"])
    press(page, "Enregistrer")

    open_section(page, "Titre et repères")
    page.get_by_label("Dates").fill("mars 2023 – juin 2025")
    page.get_by_label("Phase").select_option(label="expérimentation")
    page.get_by_label("À qui en parler").fill("manager de centre-ville")
    press(page, "Enregistrer")
    expect(page.get_by_role("heading", name="Cette note est complète")).to_be_visible()


def write_with(page: Page, name: str) -> None:
    page.locator("summary", has_text="Écrire avec quelqu’un d’autre").click()
    page.get_by_label("Membre de la cohorte").select_option(label=name)
    press(page, "Ajouter")
    expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()


@pytest.fixture
def note(rows):
    """`note(path)`: the row behind a page."""

    def read(path: str) -> Note:
        with rows():
            return Note.objects.get(pk=path.split("/")[2])

    return read


def test_an_experience_goes_from_a_first_sentence_to_every_reader_and_back(
    visit, person, note, letters, axe, fits, shot
):
    mehdi, aicha = visit(person("mehdi")), visit(person("aicha"), width=360, height=740)
    path = begin(mehdi, axe, shot)
    fill_the_rest(mehdi, axe, fits, shot)

    # As long as it is not published nobody else may know of it.
    visitor = visit(width=360, height=740)
    assert visitor.request.get(path).status == 404
    assert aicha.request.get(path).status == 404

    # Written by two: nothing is published without the other's word.
    write_with(mehdi, "Aïcha Diallo")
    mehdi.get_by_role("link", name="Choisir qui la lira").click()
    mehdi.get_by_label("tout le monde").check()
    press(mehdi, "Voir ce qu’il faut pour cela")
    lines = mehdi.get_by_role("region", name="Qui doit être d’accord").get_by_role("listitem")
    expect(lines.filter(has_text="Aïcha Diallo")).to_contain_text("Son accord n’a pas encore été demandé.")
    expect(mehdi.get_by_role("button", name="Publier cette note")).to_have_count(0)
    refuse_what_was_not_agreed(mehdi, path)
    assert note(path).state != Note.State.PUBLISHED
    axe(mehdi)
    shot(mehdi, "note-3-agreements")
    press(mehdi, "Demander les accords qui manquent")
    expect(lines.filter(has_text="Aïcha Diallo")).to_contain_text("la réponse n’est pas encore venue")

    # Aïcha is written to, reads the text, and agrees.
    letter = letters("aicha@entrepairs.test")[-1]
    assert path in letter, letter
    assert STORY not in letter
    aicha.goto(path)
    expect(aicha.get_by_role("heading", name="Votre accord est demandé")).to_be_visible()
    expect(aicha.get_by_text(STORY)).to_be_visible()
    axe(aicha)
    fits(aicha)
    shot(aicha, "note-4-consent-360")
    press(aicha, "Donner mon accord")
    expect(aicha.get_by_text("Votre accord est donné.")).to_be_visible()

    # Their organisations have no referent here: their word is noted, with who gave it.
    mehdi.reload()
    expect(lines.filter(has_text="Aïcha Diallo")).to_contain_text("D’accord pour ce texte.")
    for organisation in ("Ville de Montferrière", "La Fabrique du coin"):
        line = lines.filter(has_text=organisation)
        line.locator("summary").click()
        line.get_by_label("Accord donné par").fill("Claire Bonnet, directrice générale, le 3 mars")
        line.get_by_role("button", name="Noter cet accord").click()
        expect(line).to_contain_text("Accord donné par Claire Bonnet, directrice générale, le 3 mars")

    # The author's own word comes last, box by box.
    press(mehdi, "Publier cette note")
    expect(mehdi.get_by_text("Cochez cette case pour publier.").first).to_be_visible()
    assert note(path).state != Note.State.PUBLISHED
    tick(mehdi, "J’ai relu ce texte")
    tick(mehdi, "Chaque personne que l’on peut reconnaître")
    tick(mehdi, "J’ai compris")
    axe(mehdi)
    shot(mehdi, "note-5-publish")
    press(mehdi, "Publier cette note")
    expect(mehdi.get_by_text(re.compile("La note est publiée."))).to_be_visible()

    read_by_a_visitor(visitor, path, axe, fits, shot)
    take_back(mehdi, visitor, path, axe, shot)


def refuse_what_was_not_agreed(page: Page, path: str) -> None:
    """A request made by hand publishes no more than the page does."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    version = page.evaluate("document.querySelector('input[name=seen_version]')?.value ?? '1'")
    boxes = dict.fromkeys(("agree", "people_agree", "understood"), "on")
    answer = page.request.post(
        f"{path}partager/",
        form={"csrfmiddlewaretoken": token, "visibility": "public", "seen_version": version, **boxes},
        headers={"Referer": page.url},
    )
    assert answer.status in (409, 422)


def read_by_a_visitor(visitor: Page, path: str, axe, fits, shot) -> None:
    """Found by words without their accents; signed by functions and organisations, under a free licence."""
    visitor.goto("/reservoir/")
    visitor.get_by_label("Chercher dans le réservoir").fill("epicerie cooperative MONTFERRIERE")
    press(visitor, "Chercher")
    shot(visitor, "note-6-found-360")
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor).to_have_url(re.compile(re.escape(path)))
    expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(visitor.get_by_text(STORY)).to_be_visible()
    expect(visitor.locator("strong", has_text="Personne n’y croyait.")).to_be_visible()
    facts = visitor.get_by_role("region", name="Repères")
    expect(facts).to_contain_text("Ville de Montferrière")
    expect(facts).to_contain_text("La Fabrique du coin")
    reuse = visitor.get_by_role("region", name="Réutiliser")
    expect(reuse.locator("a[rel~=license]")).to_have_attribute("href", re.compile("etalab.gouv.fr|creativecommons.org"))
    expect(reuse).to_contain_text(f"« {TITLE} », Entre pairs, édition 1")
    for name in ("Mehdi", "Aïcha"):
        expect(visitor.get_by_text(name)).to_have_count(0)  # names stay in unless their owner lets them out
    axe(visitor)
    fits(visitor)
    shot(visitor, "note-7-public-360")


def take_back(author: Page, visitor: Page, path: str, axe, shot) -> None:
    """What is left is a stone: that it was withdrawn, and when."""
    author.get_by_role("link", name="Retirer cette note").click()
    press(author, "Retirer la note")
    expect(author.get_by_text(re.compile("La note est retirée."))).to_be_visible()
    answer = visitor.goto(path)
    assert answer.status == 410
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Note retirée")
    expect(visitor.get_by_text(re.compile("Ses auteurs l’ont retirée le"))).to_be_visible()
    for words in (TITLE, STORY):
        expect(visitor.get_by_text(words)).to_have_count(0)
    axe(visitor)
    shot(visitor, "note-8-withdrawn-360")
    visitor.goto("/reservoir/?q=epicerie+cooperative")
    expect(visitor.get_by_role("link", name=TITLE)).to_have_count(0)


def test_words_typed_before_the_editor_stands_are_in_it(visit, person, rows):
    with rows():
        path = f"/cohortes/{main_cohort().pk}/notes/nouvelle/"
    page = visit(person("lina"))
    late: list[Route] = []
    page.route("**/note*.js", lambda route: late.append(route))
    page.goto(path, wait_until="commit")
    page.locator("textarea[name=words]").press_sequentially("Nous étions")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    late[0].continue_()
    expect(page.get_by_role("toolbar", name="Mise en forme")).to_be_visible()
    page.keyboard.type(" douze.")
    expect(page.get_by_role("textbox", name="Racontez")).to_have_text("Nous étions douze.")
