"""Where everyone stands: the facilitator and each person read the same facts; the sponsor reads numbers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from config.demonstration import main_cohort
from spaces.models import Membership

COHORT = "Redonner vie aux centres-bourgs"


@pytest.fixture
def board(visit, person):
    """Solène's board, reached as she reaches it."""

    def open_board(width: int = 1440) -> Page:
        page = visit(person("solene"), width=width)
        page.get_by_role("link", name=COHORT).click()
        page.get_by_role("link", name="Tableau de bord").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Où en est la cohorte")
        return page

    return open_board


@pytest.fixture
def mine(visit, person):
    """« Mon parcours » of somebody."""

    def open_page(key: str, width: int = 360) -> Page:
        page = visit(person(key), width=width, height=740)
        page.get_by_role("navigation", name="Dans la cohorte").get_by_role("link", name="Mon parcours").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mon parcours")
        return page

    return open_page


def line_of(page: Page, name: str) -> Locator:
    table = page.get_by_role("table", name=re.compile("Présence de chaque personne"))
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(name)))


def cells(line: Locator) -> list[str]:
    return [words.strip() for words in line.get_by_role("cell").all_inner_texts()]


@pytest.mark.parametrize(("key", "name"), [("odile", "Odile Sarrazin"), ("yann", "Yann Le Bihan")])
def test_one_reads_about_oneself_what_the_facilitator_reads(board, mine, axe, fits, shot, key, name):
    solene, herself = board(), mine(key)
    *meetings, sum_of_all = cells(line_of(solene, name))
    own = herself.get_by_role("table", name="Ma présence à chaque rencontre")
    expect(own.locator("tbody td:last-child")).to_have_text(meetings)
    expect(herself.get_by_role("region", name="Mes présences").locator("strong").first).to_have_text(sum_of_all)

    shared = solene.get_by_role("region", name="Engagements partagés").get_by_role("listitem").filter(has_text=name)
    assert shared.count() > 0
    own_list = herself.get_by_role("region", name="Mes engagements")
    for words, facts in [(one.locator("p").first, one.locator("p").nth(1)) for one in shared.all()]:
        what = words.inner_text().removeprefix(f"{name}, ")
        line = own_list.get_by_role("listitem").filter(has_text=what)
        expect(line).to_contain_text(facts.inner_text())

    milestones = solene.get_by_role("table", name="Étapes du parcours franchies par chaque organisation")
    organisation = line_of(solene, name).get_by_role("rowheader").locator("small").inner_text()
    row = milestones.get_by_role("row").filter(has=solene.get_by_role("rowheader", name=organisation))
    expect(herself.get_by_role("region", name="Les étapes de mon organisation").locator("li p.small")).to_have_text(
        row.locator("td .sr-only").all_inner_texts()
    )
    for page in (solene, herself):
        axe(page)
        fits(page)
    shot(solene, "board-1-facilitator-1440")
    shot(herself, f"board-2-mine-{key}-360")


def test_what_the_facilitator_notes_is_on_her_board_and_on_the_person_s_page(board, mine, axe, shot):
    solene = board()
    before = cells(line_of(solene, "Gérard Tessier"))
    solene.get_by_role("link", name=re.compile(r"^Noter \(présences, Session 1")).click()
    choice = solene.get_by_role("group", name=re.compile("Gérard Tessier"))
    other = "absence annoncée" if before[0] == "en partie" else "en partie"
    choice.get_by_label(other).check()
    axe(solene)
    shot(solene, "board-3-attendance-1440")
    solene.get_by_role("button", name="Enregistrer les présences").click()
    expect(solene.get_by_role("heading", level=1)).to_have_text("Où en est la cohorte")
    assert cells(line_of(solene, "Gérard Tessier"))[:-1] == [other, *before[1:-1]]

    gerard = mine("gerard")
    own = gerard.get_by_role("table", name="Ma présence à chaque rencontre")
    expect(own.locator("tbody td:last-child").first).to_have_text(other)


def test_the_sponsor_reads_numbers_and_no_name(visit, person, board, rows, axe, fits, shot):
    helene = visit(person("helene"), width=360, height=740)
    shot(helene, "board-4-sponsor-home-360")
    helene.get_by_role("link", name="Lire les nombres du parcours").click()
    expect(helene.get_by_role("heading", level=1)).to_have_text("Où en est le parcours")
    address = helene.url
    with rows():
        people = User.objects.filter(
            pk__in=Membership.objects.filter(space=main_cohort().pk).exclude(role="sponsor").values("person")
        )
        names = [name for one in people for name in (one.display_name, one.email)]
    assert len(names) > 36
    words = helene.locator("main").inner_text()
    assert [name for name in names if name in words] == []
    assert re.search(r"\d+ (personnes )?sur \d+", words)
    axe(helene)
    fits(helene)
    shot(helene, "board-5-sponsor-360")

    # The facilitator reads that page to the letter.
    solene = board(width=360)
    solene.get_by_role("link", name="Voir ce que lit le commanditaire").click()
    expect(solene).to_have_url(address)
    assert solene.locator("main .sponsor").inner_html() == helene.locator("main .sponsor").inner_html()

    # Neither the board nor anyone's own page is open to the sponsor.
    for path in ("tableau/", "mon-parcours/"):
        assert helene.request.get(address.replace("commanditaire/", path)).status in (403, 404)
