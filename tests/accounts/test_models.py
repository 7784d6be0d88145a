import pytest
from django.db import IntegrityError

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case():
    assert User.objects.create_user("Nadia@Exemple.FR").email == "nadia@exemple.fr"


def test_two_people_cannot_share_an_address():
    UserFactory(email="nadia@exemple.fr")
    with pytest.raises(IntegrityError):
        UserFactory(email="NADIA@exemple.fr")


@pytest.mark.parametrize(("name", "initials"), [("Nadia Kessler", "NK"), ("Anne-Lise Le Goff", "AG"), ("Ève", "ÈV")])
def test_initials(name, initials):
    assert User(display_name=name).initials == initials
