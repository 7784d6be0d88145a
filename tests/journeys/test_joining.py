"""From a public page to the right page of the right cohort: a candidate by telephone, and somebody invited directly."""

import re

import pytest
from playwright.sync_api import Page, expect

from spaces.models import Membership, Role

PATH = "Faire ensemble la transition alimentaire"
ANSWERS = {
    "Quelle situation voulez-vous faire avancer ?": "Trois cantines, un seul cuisinier, et des terres qui se vendent.",
    "Avec qui travaillez-vous déjà ?": "Deux maraîchères et l’école.",
}


def type_application(page: Page, *, name: str, email: str, organisation: str) -> None:
    page.get_by_label("Prénom et nom").fill(name)
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Fonction").fill("directrice du restaurant scolaire")
    page.get_by_label("Organisation", exact=True).fill(organisation)
    page.get_by_label("Nature de l’organisation").select_option(label="collectivité ou administration")
    for question, words in ANSWERS.items():
        page.get_by_label(question).fill(words)


def link_in(letter: str) -> str:
    found = re.search(r"https?://\S+/invitations/\S+", letter)
    assert found, letter
    return found.group()


def sign(page: Page, sentence: str | re.Pattern[str]) -> None:
    """The page says `sentence`, somewhere one can see it."""
    expect(page.get_by_text(sentence).filter(visible=True).first).to_be_visible()


@pytest.fixture
def letter_to(letters):
    """The last letter to an address, whose subject holds some words."""

    def last(address: str, subject: str) -> str:
        found = [letter for letter in letters(address) if subject in letter.partition("\n")[0]]
        assert found, letters(address)
        return found[-1]

    return last


def test_a_candidate_is_accepted_in_writing_and_enters_by_one_click(visit, person, rows, letter_to, axe, shot, fits):
    address = "ines.carpentier@exemple.fr"
    ines = visit(path="/parcours/", width=360, height=740)

    # She reads what the path asks of her before anything else.
    ines.get_by_role("link", name=f"Voir le parcours {PATH}").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text(PATH)
    sign(ines, re.compile(r"Il demande à chaque personne .*\d\sh"))
    fits(ines)
    shot(ines, "joining-1-public-360")
    ines.get_by_role("link", name="Candidater").click()

    # A form that is refused keeps what was typed, and says where something is missing.
    type_application(ines, name="Inès Carpentier", email="ines(at)exemple", organisation="Commune de Vaurelle")
    ines.get_by_label("Avec qui travaillez-vous déjà ?").fill("")
    ines.get_by_role("button", name="Envoyer ma candidature").click()
    expect(ines.get_by_label("Adresse électronique")).to_have_attribute("aria-invalid", "true")
    expect(ines.get_by_label("Adresse électronique")).to_have_value("ines(at)exemple")
    expect(ines.get_by_label("Avec qui travaillez-vous déjà ?")).to_have_attribute("aria-invalid", "true")
    first_question = next(iter(ANSWERS))
    expect(ines.get_by_label(first_question)).to_have_value(ANSWERS[first_question])
    expect(ines.get_by_label("Nature de l’organisation")).to_have_value("public_authority")
    axe(ines)
    fits(ines)
    shot(ines, "joining-2-refused-360")

    type_application(ines, name="Inès Carpentier", email=address, organisation="Commune de Vaurelle")
    ines.get_by_role("button", name="Envoyer ma candidature").click()
    sign(ines, "Votre candidature est envoyée.")
    letter_to(address, PATH)

    # A second application with the same address is told so, with every word still there.
    ines.goto(ines.url + "candidater/")
    type_application(ines, name="Inès Carpentier", email=address.upper(), organisation="Commune de Vaurelle")
    ines.get_by_role("button", name="Envoyer ma candidature").click()
    sign(ines, "Nous avons déjà une candidature à ce parcours pour cette adresse.")
    expect(ines.get_by_label(first_question)).to_have_value(ANSWERS[first_question])
    shot(ines, "joining-3-twice-360")

    # The facilitator reads it and answers; an answer without words does not leave.
    solene = visit(person("solene"))
    solene.get_by_role("link", name=PATH).click()
    solene.get_by_role("link", name="Membres", exact=True).click()
    solene.get_by_role("link", name="Candidatures").click()
    card = solene.get_by_role("article", name="Inès Carpentier")
    expect(card.get_by_text(ANSWERS[first_question])).to_be_visible()
    card.get_by_role("button", name="Accepter").click()
    sign(solene, "Écrivez quelques mots : une réponse n’est jamais sans explication.")
    reply = "Votre cuisine nous a parlé.\nBienvenue parmi nous."
    card.get_by_label("Votre réponse").fill(reply)
    axe(solene)
    shot(solene, "joining-4-applications-1440")
    card.get_by_role("button", name="Accepter").click()
    sign(solene, "Votre réponse à Inès Carpentier est partie.")

    # The letter holds that answer and a link; one click, and she is in.
    letter = letter_to(address, "est acceptée")
    assert reply in letter.replace("\r\n", "\n")
    link = link_in(letter)
    ines.goto(link)
    expect(ines.get_by_role("heading", level=1)).to_have_text(PATH)
    sign(ines, "Solène Marchal")
    axe(ines)
    shot(ines, "joining-5-invitation-360")
    ines.get_by_role("button", name="Accepter l’invitation").click()

    # The charter comes first, whichever page she asks for; then her cohort, under her role.
    expect(ines.get_by_role("heading", level=1)).to_have_text("Notre charte")
    expect(ines.get_by_role("listitem").filter(has_text="Ce qui se dit ici reste ici")).to_be_visible()
    axe(ines)
    fits(ines)
    shot(ines, "joining-6-charter-360")
    charter = ines.url
    ines.goto("/")
    expect(ines).to_have_url(charter)
    ines.get_by_role("button", name="J’ai lu et j’accepte la charte").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text(PATH)
    expect(ines).to_have_url(charter.replace("charte/", ""))
    axe(ines)
    fits(ines)
    shot(ines, "joining-7-cohort-360")
    ines.get_by_role("link", name="Membres", exact=True).click()
    herself = ines.get_by_role("listitem").filter(has_text="Inès Carpentier")
    expect(herself).to_contain_text("directrice du restaurant scolaire, Commune de Vaurelle")
    expect(ines.get_by_role("link", name="Inviter")).to_have_count(0)
    with rows():
        assert [one.role for one in Membership.objects.filter(person__email=address)] == [Role.PARTICIPANT]

    # The link has served once: to her it says that she is in already, to anybody else nothing opens.
    ines.goto(link)
    sign(ines, "C’est vous qui l’avez acceptée : la porte est déjà ouverte.")
    stranger = visit(path=link.removeprefix(ines.url.partition("/invitations")[0]))
    sign(stranger, "Cette invitation a déjà été utilisée.")
    expect(stranger.get_by_role("button", name="Accepter l’invitation")).to_have_count(0)
    axe(stranger)
    shot(stranger, "joining-8-used-1440")


def test_an_invitation_opens_for_its_own_address_only(visit, person, letter_to, axe, shot):
    address = "sacha.morin@exemple.fr"
    solene = visit(person("solene"))
    solene.get_by_role("link", name=PATH).click()
    solene.get_by_role("link", name="Membres", exact=True).click()
    solene.get_by_role("link", name="Inviter").click()
    solene.get_by_label("Adresse électronique").fill(address)
    solene.get_by_label("Rôle dans la cohorte").select_option(label="co-animateur·rice")
    solene.get_by_role("button", name="Envoyer l’invitation").click()
    sign(solene, f"L’invitation est partie à {address}.")
    expect(solene.get_by_role("listitem").filter(has_text=address)).to_contain_text("Co-animateur·rice")
    axe(solene)
    shot(solene, "joining-9-invite-1440")
    link = link_in(letter_to(address, PATH))

    # Sacha forwards it to Nadia, who is signed in: it is not hers.
    nadia = visit(person("nadia"), width=360, height=740)
    nadia.goto(link)
    sign(nadia, "Cette invitation est adressée à une autre adresse")
    sign(nadia, re.compile("nadia@entrepairs.test"))
    axe(nadia)
    shot(nadia, "joining-10-foreign-360")

    # Nothing has been used up: Sacha opens it, and the role chosen for Sacha is there.
    sacha = visit(width=768, height=1024)
    sacha.goto(link)
    sacha.get_by_role("button", name="Accepter l’invitation").click()
    sacha.get_by_role("button", name="J’ai lu et j’accepte la charte").click()
    expect(sacha.get_by_role("heading", level=1)).to_have_text(PATH)
    sacha.get_by_role("link", name="Membres", exact=True).click()
    expect(sacha.get_by_role("listitem").filter(has_text="Personne sans nom")).to_contain_text("co-animateur·rice")
    expect(sacha.get_by_role("link", name="Tableau de bord")).to_be_visible()

    # A broken link is told as one.
    sacha.goto(link[:-6] + "/")
    sign(sacha, "Nous ne connaissons pas cette invitation")


def test_a_full_cohort_takes_nobody_more(visit, person, shot):
    solene = visit(person("solene"))
    solene.get_by_role("link", name="Redonner vie aux centres-bourgs").click()
    solene.get_by_role("link", name="Membres", exact=True).click()
    solene.get_by_role("link", name="Inviter").click()
    solene.get_by_label("Adresse électronique").fill("maire@exemple.fr")
    solene.get_by_label("Nom de l’autre organisation").fill("Commune de Trop-Plein")
    solene.get_by_label("Sa nature").select_option(label="collectivité ou administration")
    solene.get_by_role("button", name="Envoyer l’invitation").click()
    sign(solene, re.compile("Les 12 places de cette cohorte sont prises."))
    expect(solene.get_by_label("Nom de l’autre organisation")).to_have_value("Commune de Trop-Plein")
    expect(solene.get_by_text("maire@exemple.fr")).to_have_count(0)
    shot(solene, "joining-11-full-1440")
