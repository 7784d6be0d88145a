from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from accounts.forms import TerritoryField
from accounts.management.commands.import_territories import territories
from accounts.models import Territory
from accounts.territories import key
from tests.factories.accounts import TerritoryFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("St Etienne", "saint etienne"),
        ("L’Abergement-Clémenciat", "abergement clemenciat"),
        ("l'abergement", "abergement"),
        ("La Roche-sur-Yon", "roche sur yon"),
        ("CC du Perche", "perche"),
        ("Communauté de communes du Perche", "perche"),
        ("Œuilly", "oeuilly"),
        ("la", "la"),
        ("Ste-Foy", "sainte foy"),
    ],
)
def test_a_name_and_what_people_type_for_it_have_one_key(name, wanted):
    assert key(name) == wanted


@pytest.fixture
def loire():
    TerritoryFactory(code="42218", name="Saint-Étienne", postcode="42000", postcodes=" 42000 42100 ", population=173136)
    TerritoryFactory(code="42279", name="Saint-Just-Saint-Rambert", postcode="42170", population=15384)
    TerritoryFactory(code="76575", name="Saint-Étienne-du-Rouvray", postcode="76800", population=28000)
    TerritoryFactory(code="85191", name="La Roche-sur-Yon", postcode="85000", population=55000)
    TerritoryFactory(code="93066", name="Saint-Denis", postcode="93200", population=150000)
    TerritoryFactory(code="97411", name="Saint-Denis", postcode="97400", population=156000)
    TerritoryFactory(kind="department", code="42", name="Loire", postcode="", population=770000)
    TerritoryFactory(kind="epci", code="244200770", name="Saint-Étienne Métropole", postcode="", population=400000)


def names(typed, kinds=()):
    return [territory.name for territory in Territory.objects.matching(typed, kinds)]


@pytest.mark.usefixtures("loire")
class TestSearch:
    def test_the_exact_name_comes_first_and_then_the_largest(self):
        assert names("saint etienne") == ["Saint-Étienne", "Saint-Étienne Métropole", "Saint-Étienne-du-Rouvray"]

    def test_a_few_letters_are_enough(self):
        assert names("st eti")[0] == "Saint-Étienne Métropole"

    def test_any_postcode_finds_its_commune(self):
        assert names("42100") == ["Saint-Étienne"]

    def test_a_code_is_found(self):
        assert names("85191") == ["La Roche-sur-Yon"]

    def test_a_null_character_is_left_out(self):
        assert names("la roche\0")[0] == "La Roche-sur-Yon"

    def test_an_inner_word_finds_too(self):
        assert names("yon") == ["La Roche-sur-Yon"]

    def test_the_kind_limits_the_answers(self):
        assert names("saint etienne", ["epci"]) == ["Saint-Étienne Métropole"]

    @pytest.mark.parametrize("typed", ["", "   ", "%", "_", "'", "zzzz", "\x00"])
    def test_nothing_and_odd_signs_find_nothing(self, typed):
        assert names(typed) == []


@pytest.mark.usefixtures("loire")
class TestField:
    def clean(self, text="", pk="", choice="", **options):
        field = TerritoryField(**options)
        return field.clean({"text": text, "pk": str(pk), "choice": str(choice)})

    def refusal(self, **given):
        with pytest.raises(ValidationError) as caught:
            self.clean(**given)
        return caught.value.code

    def test_a_typed_name_that_only_one_has_is_that_one(self):
        assert self.clean("la roche sur yon").code == "85191"

    def test_a_suggestion_is_taken_as_it_is(self):
        chosen = Territory.objects.get(code="97411")
        assert self.clean(chosen.label, pk=chosen.pk) == chosen

    def test_a_suggestion_is_forgotten_when_the_text_changes(self):
        chosen = Territory.objects.get(code="97411")
        assert self.clean("La Roche-sur-Yon", pk=chosen.pk).code == "85191"

    def test_a_label_typed_without_script_is_understood(self):
        assert self.clean("Saint-Denis (93200)").code == "93066"

    def test_namesakes_are_offered_as_radio_buttons(self):
        field = TerritoryField()
        with pytest.raises(ValidationError, match="Plusieurs territoires"):
            field.clean({"text": "Saint-Denis", "pk": "", "choice": ""})
        drawn = field.widget.render(
            "territory", {"text": "Saint-Denis", "pk": "", "choice": ""}, {"id": "id_territory"}
        )
        assert drawn.count('type="radio"') == 2
        assert "Saint-Denis (97400)" in drawn
        assert 'value="Saint-Denis"' in drawn

    def test_the_chosen_radio_button_wins(self):
        chosen = Territory.objects.get(code="93066")
        assert self.clean("Saint-Denis", choice=chosen.pk) == chosen

    def test_refusals(self):
        assert self.refusal(text="Nulle-Part") == "unknown"
        assert self.refusal(text="") == "required"
        assert self.refusal(text="Loire", kinds=["commune"]) == "unknown"
        assert self.clean(text="", required=False) is None

    @pytest.mark.parametrize("pk", ["abc", "99999999", "-1", "1 OR 1=1", "٣", "9" * 30])
    def test_a_forged_number_is_ignored(self, pk):
        assert self.refusal(text="Saint-Denis", pk=pk, choice=pk) == "several"


@pytest.mark.usefixtures("loire")
class TestPage:
    def test_the_list_is_a_fragment_of_options(self, client):
        answer = client.get(reverse("accounts:territories"), {"list": "", "q": "roche"})
        html = answer.content.decode()
        assert html.strip().startswith('<li role="option"')
        assert "La Roche-sur-Yon (85000)" in html
        assert "max-age=86400" in answer["Cache-Control"]

    def test_the_page_works_without_script(self, client):
        html = client.get(reverse("accounts:territories"), {"q": "saint-denis", "kind": "commune"}).content.decode()
        assert html.count("Saint-Denis (") == 2
        assert 'value="commune" checked' in html

    def test_an_unknown_kind_is_left_aside(self, client):
        answer = client.get(reverse("accounts:territories"), {"q": "loire", "kind": "planete"})
        assert "Loire" in answer.content.decode()

    def test_one_question_costs_two_queries_at_most(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(2):
            client.get(reverse("accounts:territories"), {"list": "", "q": "saint"})


def test_the_embedded_list_is_whole_and_loading_twice_changes_nothing():
    call_command("import_territories", stdout=StringIO())
    count = Territory.objects.count()
    corsica = Territory.objects.get(kind="commune", code="2A004")
    TerritoryFactory(code="42999", name="Ancienne", vintage=2020)
    Territory.objects.filter(code="42218").update(name="Abîmée")

    call_command("import_territories", stdout=StringIO())

    assert Territory.objects.count() == count + 1
    assert Territory.objects.get(kind="commune", code="2A004").pk == corsica.pk
    assert Territory.objects.get(kind="commune", code="42218").name == "Saint-Étienne"
    assert corsica.name == "Ajaccio"


def test_the_embedded_list_covers_france():
    kinds = {}
    for territory in territories():
        kinds[territory.kind] = kinds.get(territory.kind, 0) + 1
    assert kinds == {"commune": 34969, "epci": 1255, "department": 109, "region": 26}
