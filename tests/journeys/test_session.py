"""A co-development session as it is lived: a facilitator, a client and two consultants, each in a browser, and a wall.

The session of today in the demonstration, from « je suis là » to the board. Prompts are those of domain.md 2.4.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from config.demonstration import main_cohort
from workshops.models import CodevSession

ARRIVE = "En une phrase : comment j’arrive, et de quoi j’ai besoin pour être présent·e ?"


@dataclass(frozen=True)
class Asked:
    """What a step asks of each role. The person who reports is the client of last time, whatever her role today."""

    step: str
    client: str
    consultants: str
    facilitator: str
    reporter: str = ""


CHECK_IN = Asked(
    "Accueil",
    ARRIVE,
    ARRIVE,
    "Rappelez le cadre : ce qui se dit ici reste ici. Vérifiez le son, les rôles, l’heure de fin.",
)
FOLLOW_UP = Asked(
    "Retour d’expérience",
    "Écoutez. Une question si besoin. Pas de nouveau conseil.",
    "Écoutez. Une question si besoin. Pas de nouveau conseil.",
    "Remerciez. Un abandon raconté est aussi un apprentissage.",
    reporter="Qu’avez-vous essayé ? Que s’est-il passé ? Qu’en retirez-vous ?",
)
EXPOSE = Asked(
    "Exposé",
    "Racontez : le contexte, les personnes concernées, ce que vous avez déjà tenté. Terminez par votre question.",
    "Écoutez sans interrompre. Notez pour vous ce qui vous manque pour comprendre.",
    "Protégez l’écoute. Prévenez deux minutes avant la fin.",
)
CLARIFICATION = Asked(
    "Clarification",
    "Répondez court, avec des faits. Vous pouvez dire « je ne sais pas » ou « je préfère ne pas répondre ».",
    "Posez des questions courtes pour comprendre. Pas de conseil, même déguisé.",
    "Chacun pose au moins une question. Variez : faits, acteurs, essais, enjeux, ressenti.",
)
CONTRACT = Asked(
    "Contrat",
    "Formulez votre demande : « J’aimerais que vous m’aidiez à… ». "
    "Précisez : idées, expériences vécues, regards critiques, prochaines étapes.",
    "Ai-je compris ? Puis-je aider sur cette demande ? Dites oui, ou ce qui manque.",
    "Faites écrire la demande en une phrase. Demandez l’accord de chacun.",
)
CONSULTATION = Asked(
    "Consultation",
    "Écoutez et notez. Ne répondez pas, ne vous justifiez pas. "
    "Levez la main si l’on s’éloigne de votre demande ou si vous êtes mal à l’aise.",
    "Une expérience, une idée, une autre lecture, une ressource. Parlez en « je ». Inutile d’être d’accord entre vous.",
    "Un tour complet, puis parole libre. Ramenez à la demande.",
)
SYNTHESIS = Asked(
    "Synthèse et plan d’action",
    "Quatre minutes en silence : que retenez-vous ? "
    "Puis une à trois petites actions, faisables avant la prochaine séance.",
    "En silence : que puis-je essayer chez moi ? Ensuite, soyez témoins : on ne discute pas les choix.",
    "Aidez à rendre l’action petite, datée, à sa portée.",
)
LEARNING = Asked(
    "Apprentissages",
    "Qu’ai-je appris sur ma façon de faire ?",
    "Qu’ai-je appris pour ma propre pratique ? Qu’est-ce que j’essaie chez moi ?",
    "Ne laissez pas revenir au cas du client.",
)
CLOSING = Asked(
    "Clôture",
    "Qu’est-ce qui peut sortir d’ici, et sous quelle forme ?",
    "Utile pour moi : 1 à 4. On garde / on change.",
    "Confirmez la date du retour et ce qui peut sortir de la séance.",
)


@dataclass
class Room:
    """Five pages in one room. Nobody reloads: each page bears a mark that a reload would take away."""

    solene: Page  # conducts
    claire: Page  # brings the situation
    nadia: Page
    aicha: Page  # was the client last time
    wall: Page
    path: str
    marked: list[Page] = field(default_factory=list)

    @property
    def faces(self) -> dict[str, Page]:
        return {"facilitator": self.solene, "client": self.claire, "consultant": self.nadia, "reporter": self.aicha}

    @property
    def everybody(self) -> Iterator[Page]:
        yield from (*self.faces.values(), self.wall)

    def mark(self) -> None:
        for page in self.everybody:
            page.evaluate(
                "window.sameVisit = true; window.swaps = 0; addEventListener('live:swapped', () => window.swaps++)"
            )

    def nobody_has_reloaded(self) -> bool:
        return all(page.evaluate("window.sameVisit === true") for page in self.everybody)

    def hears(self, asked: Asked) -> None:
        """Every face shows the step and its own words, by itself."""
        expect(asking(self.solene)).to_have_text(asked.facilitator)
        expect(asking(self.claire)).to_have_text(asked.client)
        expect(asking(self.nadia)).to_have_text(asked.consultants)
        expect(asking(self.aicha)).to_have_text(asked.reporter or asked.consultants)
        expect(self.wall.locator(".prompt")).to_have_text(asked.consultants)
        for page in self.everybody:
            expect(page.get_by_role("heading", level=1)).to_have_text(asked.step)

    def advance_to(self, asked: Asked) -> None:
        press(self.solene, f"Passer à : {asked.step}")
        self.hears(asked)

    def shots(self, shot, moment: str) -> None:
        for name, page in (self.faces | {"wall": self.wall}).items():
            shot(page, f"session-{moment}-{name}")


def asking(page: Page) -> Locator:
    return page.locator("#asked")


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def unfold(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).click()


@pytest.fixture
def room(visit, person, rows) -> Room:
    with rows():
        of_the_group = CodevSession.objects.filter(
            event__space__parent=main_cohort().pk, event__space__name="Les Passerelles"
        )
        session = of_the_group.latest("event__starts_at")
        path = f"/seances/{session.pk}/"
    phone = {"width": 360, "height": 740}
    return Room(
        solene=visit(person("solene")),
        claire=visit(person("claire"), **phone),
        nadia=visit(person("nadia"), path=path, **phone),
        aicha=visit(person("aicha"), path=path, width=768, height=1024),
        wall=visit(person("tomas"), path=f"{path}ecran/", width=1366, height=768),
        path=path,
    )


def test_a_session_is_lived_from_arrival_to_board(room, axe, fits, shot):
    enter(room)
    meet(room, axe, shot)
    hold_the_hand(room)
    tell(room)
    agree(room, axe, shot)
    give(room, axe, shot, fits)
    decide(room, axe, shot)
    learn(room, axe, shot)
    leave(room, shot)
    assert room.nobody_has_reloaded()
    read_the_board(room, shot)


def enter(room: Room) -> None:
    """Each comes in by her own way: the facilitator and the client from the home of the cohort."""
    room.solene.get_by_role("link", name="Redonner vie aux centres-bourgs").click()
    for page in (room.solene, room.claire):
        page.get_by_role("link", name="Entrer dans la séance").click()
        expect(page).to_have_url(re.compile(re.escape(room.path)))
    room.mark()


def meet(room: Room, axe, shot) -> None:
    """« Je suis là », two by telephone, and the first round."""
    expect(room.wall.get_by_role("heading", level=1)).to_have_text("Bienvenue")
    for page in (room.claire, room.nadia, room.aicha):
        press(page, "Je suis là, j’accepte le cadre")
    expect(room.claire.get_by_text("Vous êtes là. La séance va commencer.")).to_be_visible()
    press(room.solene, "Présent·e par téléphone : Mehdi Bouazza")
    for page in room.faces.values():
        expect(page.locator("#people").get_by_text("4 sur 8")).to_be_visible()
    expect(room.wall.get_by_role("img", name="présent·e")).to_have_count(4)
    for page in room.everybody:
        axe(page)
    room.shots(shot, "1-lobby")

    press(room.solene, "Démarrer la séance")
    room.hears(CHECK_IN)
    room.advance_to(FOLLOW_UP)


def hold_the_hand(room: Room) -> None:
    """Nobody but who conducts moves the session: no button for it, and 403 to a request made by hand."""
    for page in (room.claire, room.nadia):
        expect(page.get_by_role("button", name=re.compile("Passer à|Revenir|Clôturer|min$"))).to_have_count(0)
        token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
        for command in ("avancer", "pause", "cloturer", "main"):
            form = {"csrfmiddlewaretoken": token, "seen_seq": "2", "reason": "other"}
            answer = page.request.post(f"{room.path}conduire/{command}/", form=form, headers={"Referer": page.url})
            assert answer.status == 403, command
    room.hears(FOLLOW_UP)


def tell(room: Room) -> None:
    """The situation and the facts; back once, because something was missing."""
    room.advance_to(EXPOSE)
    expect(room.nadia.get_by_text("La question de Claire")).to_be_visible()
    room.advance_to(CLARIFICATION)
    press(room.solene, "Revenir : Exposé")
    room.hears(EXPOSE)
    room.advance_to(CLARIFICATION)

    # Five minutes more, for every clock; participants see no countdown unless they are shown it.
    clock = room.claire.locator("[data-clock]")
    before = int(clock.get_attribute("data-allowed"))
    press(room.solene, "5 min")
    expect(clock).to_have_attribute("data-allowed", str(before + 300))
    expect(room.claire.get_by_role("timer")).to_have_count(0)
    press(room.solene, "Montrer le compte à rebours au groupe")
    expect(room.claire.get_by_role("timer")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(room.wall.get_by_role("timer")).to_be_visible()
    press(room.solene, "Cacher le compte à rebours au groupe")
    expect(room.claire.get_by_role("timer")).to_have_count(0)

    # A pause is seen by all with its kind of reason, and stops the clock.
    unfold(room.solene, "Mettre en pause")
    room.solene.get_by_label("un souci technique").check()
    press(room.solene, "Mettre en pause")
    for page in room.everybody:
        expect(page.get_by_text(re.compile(r"Séance en pause\s*:\s*un souci technique")).first).to_be_visible()
    expect(clock).to_have_attribute("data-deadline", "")
    room.solene.get_by_role("button", name="Reprendre", exact=True).click()
    room.hears(CLARIFICATION)
    expect(clock).not_to_have_attribute("data-deadline", "")


def agree(room: Room, axe, shot) -> None:
    """The request in one sentence, and a yes from more than half: nothing goes on without them."""
    room.advance_to(CONTRACT)
    expect(room.solene.get_by_text("La demande n’est pas encore écrite.")).to_be_visible()
    press(room.solene, "Passer à : Consultation")
    expect(room.solene.get_by_role("alert")).to_contain_text("La demande n’est pas encore écrite.")
    room.hears(CONTRACT)

    request = "J’aimerais que vous m’aidiez à parler au conseil sans le diviser."
    room.claire.get_by_label("Ma demande, en une phrase").fill(request)
    room.claire.get_by_label("des regards critiques").check()
    press(room.claire, "Je confirme cette demande")
    for page in (room.nadia, room.aicha, room.solene, room.wall):
        expect(page.get_by_text(request)).to_be_visible()
    press(room.nadia, "Oui, je peux aider")
    expect(room.solene.get_by_text("1 oui sur 3 : il en faut plus de la moitié.")).to_be_visible()
    press(room.solene, "Passer à : Consultation")
    expect(room.solene.get_by_role("alert")).to_contain_text("1 oui sur 3 : il en faut plus de la moitié.")
    for page in room.everybody:
        axe(page)
    room.shots(shot, "2-contract")
    press(room.aicha, "Oui, je peux aider")
    expect(room.claire.get_by_text("2 oui sur 3")).to_be_visible()


def give(room: Room, axe, shot, fits) -> None:
    """To the client alone unless the author says otherwise; words being typed outlive whatever happens around them."""
    room.advance_to(CONSULTATION)
    half = "J’ai vécu la même chose quand le marché"
    field = room.nadia.get_by_label("En une ou deux phrases")
    room.nadia.get_by_label("Une ressource").check()
    field.fill(half)

    private, shared = (
        "Allez voir chaque élu chez lui, un par un.",
        "Chez nous, un tour de table des peurs a tout changé.",
    )
    contribute(room.aicha, private)
    expect(room.claire.get_by_text(private)).to_be_visible()
    contribute(room.aicha, shared, kind="Du vécu", to_group=True)
    for page in (room.claire, room.nadia, room.solene, room.wall):
        expect(page.get_by_text(shared)).to_be_visible()
    for page in (room.nadia, room.solene, room.wall):
        expect(page.get_by_text(private)).to_have_count(0)
    expect(room.solene.get_by_text("2 apports transmis.")).to_be_visible()
    press(room.claire, "Garder l’apport 1, de Aïcha")
    expect(room.claire.get_by_text("1 gardé")).to_be_visible()

    expect(field).to_have_value(half)
    expect(field).to_be_focused()
    expect(room.nadia.get_by_label("Une ressource")).to_be_checked()
    for page in room.everybody:
        axe(page)
        fits(page)
    room.shots(shot, "3-consultation")

    # The step passes while she writes: her words stay in sight, and still leave for a few seconds.
    room.advance_to(SYNTHESIS)
    expect(field).to_have_value(half)
    expect(room.nadia.get_by_text("L’étape vient de passer : il reste quelques secondes pour envoyer.")).to_be_visible()
    shot(room.nadia, "session-4-late-consultant")
    field.press_sequentially(" a fermé.")
    press(room.nadia, "Transmettre")
    expect(room.claire.get_by_text(f"{half} a fermé.")).to_be_visible()
    expect(field).to_be_hidden()


def contribute(page: Page, words: str, *, kind: str = "Une piste", to_group: bool = False) -> None:
    page.get_by_label(kind).check()
    page.get_by_label("En une ou deux phrases").fill(words)
    page.get_by_label("Montrer aussi au groupe").set_checked(to_group)
    page.evaluate("window.swaps = 0")
    press(page, "Transmettre")
    page.wait_for_function("() => window.swaps >= 2")  # the answer, then the knock that her own act sends her
    expect(page.locator("#room").get_by_text("Votre apport est transmis.")).to_be_visible()
    expect(page.get_by_label("En une ou deux phrases")).to_have_value("")


def decide(room: Room, axe, shot) -> None:
    """One small action, with its if and its then."""
    press(room.solene, "Passer à : Apprentissages")
    expect(room.solene.get_by_role("alert")).to_contain_text("Il manque une petite action")
    room.hears(SYNTHESIS)

    action = "Inviter deux élus au marché de samedi"
    room.claire.get_by_label("Ce que je vais essayer").fill(action)
    expect(room.claire.get_by_label("D’ici le")).not_to_have_value("")  # the next session, unless she says otherwise
    unfold(room.claire, "Préciser : premier pas, obstacle, qui le voit")
    room.claire.get_by_label("Si… (ce qui pourrait m’en empêcher)").fill("ils refusent de venir ensemble")
    room.claire.get_by_label("alors… (ce que je ferai)").fill("je les invite l’un après l’autre")
    press(room.claire, "Noter cette action")
    expect(room.claire.get_by_role("button", name="Noter cette action")).to_be_hidden()
    for page in (room.claire, room.nadia, room.solene):
        expect(page.get_by_text(action, exact=True)).to_be_visible()
    for page in room.everybody:
        axe(page)
    room.shots(shot, "5-synthesis")


def learn(room: Room, axe, shot) -> None:
    """Each for herself; the group reads what its author shares with it."""
    room.advance_to(LEARNING)
    own, shared = "Je parle trop vite de solutions.", "Je demanderai d’abord ce qui inquiète."
    room.nadia.get_by_label("Pour ma propre pratique").fill(own)
    press(room.nadia, "Enregistrer")
    expect(room.nadia.get_by_text("enregistré, lu par : moi seulement")).to_be_visible()
    room.claire.get_by_label("Pour ma propre pratique").fill(shared)
    room.claire.get_by_role("group", name="Qui le lit").get_by_label("mon groupe").check()
    press(room.claire, "Enregistrer")
    for page in (room.nadia, room.aicha, room.solene):
        expect(page.get_by_text(shared)).to_be_visible()
    for page in (room.claire, room.aicha, room.solene, room.wall):
        expect(page.get_by_text(own)).to_have_count(0)


def leave(room: Room, shot) -> None:
    """Thirty seconds on the way of working, without a name; then everyone has what is left to them."""
    room.advance_to(CLOSING)
    for page in (room.claire, room.nadia):
        for question in ("Utile pour ma pratique", "J’ai pu m’exprimer"):
            page.get_by_role("group", name=question).get_by_label("4").check()
        page.get_by_role("group", name="Le rythme").get_by_role("radio").nth(1).check()
        page.get_by_label("On garde").fill("le silence avant de décider")
        press(page, "Envoyer")
        expect(page.get_by_text("Votre avis est enregistré, sans votre nom.")).to_be_visible()
    expect(room.solene.get_by_text("2 avis sur 4.")).to_be_visible()
    room.shots(shot, "6-closing")
    press(room.solene, "Clôturer la séance")
    for page in room.faces.values():
        expect(asking(page)).to_have_text("Voici ce qui vous reste de la séance")
    expect(room.wall.get_by_role("heading", level=1)).to_have_text("Merci à chacune et chacun")
    expect(room.claire.get_by_text("Inviter deux élus au marché de samedi", exact=True)).to_be_visible()
    expect(room.solene.get_by_text("Allez voir chaque élu chez lui, un par un.")).to_have_count(0)
    room.shots(shot, "7-closed")


def read_the_board(room: Room, shot) -> None:
    """Those who were there are noted as there, and those who were not as not."""
    board = room.solene
    board.goto("/")
    board.get_by_role("link", name="Redonner vie aux centres-bourgs").click()
    board.get_by_role("link", name="Tableau de bord").click()
    table = board.get_by_role("table", name=re.compile("Présence de chaque personne"))
    column = table.locator("thead th").evaluate_all("cells => cells.findIndex(cell => cell.matches('.now'))")
    for name, words in {
        "Claire Aubert": "présent·e",
        "Nadia Kessler": "présent·e",
        "Aïcha Diallo": "présent·e",
        "Mehdi Bouazza": "présent·e",
        "Sandrine Loubet": "absent·e",
    }.items():
        line = table.get_by_role("row").filter(has=board.get_by_role("rowheader", name=re.compile(name)))
        expect(line.locator("th, td").nth(column)).to_contain_text(words)
    shot(board, "session-8-board")


def test_the_room_is_closed_to_whoever_does_not_sit_in_it(room, visit, person, provoked):
    for key in ("yann", "helene", "admin"):  # another group of the cohort, its sponsor, the administration
        outside = visit(person(key), path="/reservoir/")
        for path in (room.path, f"{room.path}ecran/", f"{room.path}?fragment=1"):
            assert outside.request.get(path).status == 404, (key, path)
    visitor = visit(path=room.path)
    expect(visitor).to_have_url(re.compile("/compte/login/"))
