import pytest

from accounts import codes


@pytest.mark.parametrize("code", ["552100554", "356000000", "217500016", "200000172"])
def test_a_true_siren_is_accepted(code):
    assert codes.is_siren(code)


@pytest.mark.parametrize(
    "code", ["552100555", "55210055", "5521005544", "55210055A", "0" * 9, "", "５５２１００５５４"]
)
def test_a_false_siren_is_refused(code):
    assert not codes.is_siren(code)


@pytest.mark.parametrize("code", ["55210055400013", "35600000000048", "35600000049837"])
def test_a_true_siret_is_accepted(code):
    assert codes.is_siret(code)


@pytest.mark.parametrize(
    "code", ["55210055400014", "55210055500013", "3560000004983", "35600000049838", "5521005540A013"]
)
def test_a_false_siret_is_refused(code):
    assert not codes.is_siret(code)


def test_the_exception_of_la_poste_is_for_la_poste_only():
    office, other = "35600000049837", "55210055400003"
    assert not codes.luhn(office)
    assert not codes.luhn(other)
    assert sum(map(int, office)) % 5 == sum(map(int, other)) % 5 == 0
    assert codes.is_siret(office)
    assert not codes.is_siret(other)


@pytest.mark.parametrize("code", ["W751004076", "W9R2003456"])
def test_a_true_rna_is_accepted(code):
    assert codes.is_rna(code)


@pytest.mark.parametrize("code", ["751004076", "W75100407", "W7510040761", "w751004076", "W75100407é"])
def test_a_false_rna_is_refused(code):
    assert not codes.is_rna(code)


@pytest.mark.parametrize("code", ["01004", "2A004", "2B033", "42218", "97105", "98735", "95018", "19272"])
def test_a_true_commune_code_is_accepted(code):
    assert codes.is_commune(code)


@pytest.mark.parametrize("code", ["1004", "20004", "00001", "2C004", "96001", "99001", "42218 ", "2a004"])
def test_a_false_commune_code_is_refused(code):
    assert not codes.is_commune(code)


def test_what_people_type_loses_its_spaces_and_dots():
    assert codes.compact(" 552 100 554 ") == "552100554"
    assert codes.compact("2a\u202f004") == "2A004"
