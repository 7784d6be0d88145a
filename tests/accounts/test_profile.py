"""What a person says of herself, her portrait, her organisation."""

from io import BytesIO

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Organisation
from accounts.pictures import MAX_BYTES
from tests.factories import MembershipFactory, OrganisationFactory, SpaceFactory, UserFactory
from tests.factories.accounts import TerritoryFactory

pytestmark = pytest.mark.django_db


def image(width=600, height=400, kind="JPEG", **options):
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind, **options)
    return out.getvalue()


def with_place():
    """A photograph that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "rue secrète"
    exif[0x8825] = {1: "N", 2: (45.0, 26.0, 0.0), 3: "E", 4: (4.0, 23.0, 0.0)}
    return image(exif=exif)


def profile(**changes):
    typed = {"display_name": "Nadia Kessler", "function": "", "organisation": "", "about": "", "language": "fr"}
    return typed | changes


def send(sign_in, person, content, name="moi.jpg"):
    upload = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return sign_in(person).post(reverse("accounts:profile"), profile(picture=upload))


def test_a_profile_is_saved(sign_in):
    person, organisation = UserFactory(), OrganisationFactory()
    answer = sign_in(person).post(
        reverse("accounts:profile"),
        profile(function="Cheffe de projet", organisation=organisation.pk, about="Bonjour", language="en"),
    )
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.display_name, person.function, person.about) == ("Nadia Kessler", "Cheffe de projet", "Bonjour")
    assert person.organisation == organisation
    assert person.language == "en"


def test_a_refused_profile_keeps_what_was_typed_and_changes_nothing(sign_in):
    person = UserFactory(display_name="Nadia Kessler")
    answer = sign_in(person).post(reverse("accounts:profile"), profile(display_name="", about="x" * 601))
    assert answer.status_code == 422
    assert "x" * 601 in answer.content.decode()
    person.refresh_from_db()
    assert person.display_name == "Nadia Kessler"
    assert person.about == ""


def test_nothing_but_the_profile_can_be_changed_by_it(sign_in):
    person = UserFactory()
    email = person.email
    sign_in(person).post(
        reverse("accounts:profile"),
        profile(email="autre@exemple.fr", is_staff="on", is_superuser="on", is_active="", password="x"),
    )
    person.refresh_from_db()
    assert person.display_name == "Nadia Kessler"
    assert (person.email, person.is_staff, person.is_superuser, person.is_active) == (email, False, False, True)


def test_a_portrait_is_redrawn_without_its_metadata(sign_in):
    person = UserFactory()
    assert b"rue secr" in with_place()
    assert send(sign_in, person, with_place(), name="../../etc/passwd.jpg").status_code == 302
    person.refresh_from_db()
    with person.picture.open() as file:
        stored = file.read()
    drawing = Image.open(BytesIO(stored))
    assert (drawing.format, drawing.size) == ("WEBP", (256, 256))
    assert not drawing.getexif()
    assert b"rue secr" not in stored
    assert person.picture.name.startswith("portraits/")
    assert "passwd" not in person.picture.name


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_three_formats_are_read_whatever_the_name_says(sign_in, kind):
    person = UserFactory()
    assert send(sign_in, person, image(kind=kind), name="x.txt").status_code == 302


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "pas une image"),
        (b"GIF89a" + b"\0" * 40, "pas une image"),
        (image()[:300], "pas une image"),
        (image(kind="PNG")[:400], "pas une image"),
        (b"\0" * (MAX_BYTES + 1), "dépasse 5 Mo"),
        (image(5001, 5000, kind="PNG"), "25 millions"),
        (image(12000, 12000, kind="PNG"), "25 millions"),
        (image(20000, 20000, kind="PNG"), "pas une image"),
    ],
    ids=["svg", "gif", "cut jpeg", "cut png", "heavy", "large", "larger", "bomb"],
)
def test_what_is_not_a_fair_image_is_refused_in_words(sign_in, content, words):
    person = UserFactory()
    answer = send(sign_in, person, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    person.refresh_from_db()
    assert not person.picture


def test_a_replaced_portrait_and_a_removed_one_are_deleted(sign_in, django_capture_on_commit_callbacks):
    person = UserFactory()
    send(sign_in, person, image())
    person.refresh_from_db()
    storage, first = person.picture.storage, person.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        send(sign_in, person, image())
    person.refresh_from_db()
    second = person.picture.name
    assert (storage.exists(first), storage.exists(second)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(person).post(reverse("accounts:profile"), profile(remove_picture="on"))
    person.refresh_from_db()
    assert not person.picture
    assert not storage.exists(second)


def test_a_portrait_is_shown_to_those_who_take_part_and_to_nobody_else(sign_in, client):
    person = UserFactory()
    send(sign_in, person, image())
    person.refresh_from_db()
    address = person.picture.url
    member = MembershipFactory().person
    answer = sign_in(member).get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.content[:4] == b"RIFF"
    assert sign_in(person).get(address).status_code == 200
    assert sign_in(UserFactory()).get(address).status_code == 404
    assert client.get(address).status_code == 302
    assert sign_in(member).get(reverse("accounts:picture", args=["inconnu.webp"])).status_code == 404
    assert storages["default"].exists(person.picture.name)


class TestOrganisation:
    def send(self, sign_in, person, **facts):
        facts = {"name": "Mairie", "kind": "public_authority", "siren": "", "rna": "", "insee_code": ""} | facts
        return sign_in(person).post(reverse("accounts:organisation"), facts)

    def test_a_commune_gives_its_insee_code_and_its_territory_follows(self, sign_in):
        TerritoryFactory(code="42218", name="Saint-Étienne")
        person = UserFactory()
        assert self.send(sign_in, person, insee_code="42218").status_code == 302
        person.refresh_from_db()
        assert (person.organisation.insee_code, person.organisation.territory.name) == ("42218", "Saint-Étienne")

    def test_a_siret_gives_its_siren(self, sign_in):
        person = UserFactory()
        self.send(sign_in, person, kind="company", siren="552 100 554 00013")
        person.refresh_from_db()
        assert person.organisation.siren == "552100554"

    def test_a_known_code_leads_to_the_organisation_that_has_it(self, sign_in):
        known = OrganisationFactory(siren="552100554", name="La vraie")
        person = UserFactory()
        self.send(sign_in, person, name="Autre nom", kind="company", siren="552100554")
        person.refresh_from_db()
        assert person.organisation == known
        assert Organisation.objects.filter(siren="552100554").count() == 1
        assert person.organisation.name == "La vraie"

    def test_an_association_may_have_no_code_at_all(self, sign_in):
        person = UserFactory()
        assert self.send(sign_in, person, name="Les voisins", kind="association").status_code == 302

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({}, "Une commune indique son code INSEE"),
            ({"insee_code": "99999"}, "code INSEE n’est pas valide"),
            ({"insee_code": "42219"}, "Aucune commune actuelle"),
            ({"siren": "552100555"}, "SIREN n’est pas valide"),
            ({"siren": "55210055400014"}, "SIRET n’est pas valide"),
            ({"kind": "association", "rna": "X12"}, "numéro RNA n’est pas valide"),
            ({"kind": "company"}, "Indiquez le SIREN"),
            ({"kind": "company", "siren": "552100554", "rna": "W751004076"}, "pas de numéro RNA"),
            ({"kind": "association", "insee_code": "42218"}, "Seule une commune"),
            ({"kind": "inconnu"}, "inconnu"),
            ({"kind": "association", "territory": "Nulle-Part"}, "Aucun territoire ne porte ce nom"),
        ],
    )
    def test_refusals_say_what_to_do_and_keep_what_was_typed(self, sign_in, facts, words):
        TerritoryFactory(code="42218", name="Saint-Étienne")
        before = Organisation.objects.count()
        person = UserFactory(organisation=None)
        answer = self.send(sign_in, person, name="Chez nous", **facts)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert 'value="Chez nous"' in page
        assert Organisation.objects.count() == before


def test_a_referent_does_not_choose_the_organisation_she_speaks_for(sign_in, member_of):
    hers, other = OrganisationFactory(siren="552100554"), OrganisationFactory(siren="732829320")
    for role, expected in (("participant", other), ("organisation_lead", hers)):
        person = member_of(SpaceFactory(), role, organisation=hers)
        browser = sign_in(person)
        answer = browser.post(reverse("accounts:profile"), profile(function="maire", organisation=other.pk))
        assert answer.status_code == 302
        person.refresh_from_db()
        assert (person.function, person.organisation) == ("maire", expected)
        facts = {"name": "X", "kind": "company", "siren": other.siren, "territory": ""}
        answer = browser.post(reverse("accounts:organisation"), facts)
        assert answer.status_code == (302 if role == "participant" else 403)
        person.refresh_from_db()
        assert person.organisation == expected
