"""Codes that identify organisations and territories: SIREN, SIRET, RNA, INSEE (domain.md 9.8)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LA_POSTE = "356000000"
# 01001, 2A004, 97105, 98735: departments 01 to 95 (20 split into 2A and 2B), 97x and 98x overseas.
_COMMUNE = re.compile(r"(?:0[1-9]|[1345678]\d|2[1-9AB]|9[0-5])\d{3}|9[78]\d{3}")
_RNA = re.compile(r"W[0-9A-Z]{9}")


def compact(code: str) -> str:
    """What a person typed, without the spaces, dots and dashes of the printed form, in capitals."""
    return re.sub(r"[\s.\-\u00a0\u202f]", "", code).upper()


def luhn(digits: str) -> bool:
    """True when the last digit is the Luhn key of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_siren(code: str) -> bool:
    return len(code) == 9 and code.isascii() and code.isdigit() and code != "0" * 9 and luhn(code)


def is_siret(code: str) -> bool:
    """A SIREN and five digits, with a Luhn key; for La Poste's offices the plain sum is a multiple of five instead."""
    if not (len(code) == 14 and code.isascii() and code.isdigit() and is_siren(code[:9])):
        return False
    return luhn(code) or (code.startswith(LA_POSTE) and sum(map(int, code)) % 5 == 0)


def is_rna(code: str) -> bool:
    """Association number: W, the prefecture's department (which may hold a letter), an order number."""
    return bool(_RNA.fullmatch(code))


def is_commune(code: str) -> bool:
    return bool(_COMMUNE.fullmatch(code))


def check_siren(value: str) -> None:
    if not is_siren(value):
        raise ValidationError(
            _("Ce SIREN n’est pas valide : il compte neuf chiffres et le dernier dépend des autres. Vérifiez-le."),
            code="siren",
        )


def check_siret(value: str) -> None:
    if not is_siret(value):
        raise ValidationError(
            _("Ce SIRET n’est pas valide : il compte quatorze chiffres et le dernier dépend des autres. Vérifiez-le."),
            code="siret",
        )


def check_rna(value: str) -> None:
    if not is_rna(value):
        raise ValidationError(
            _("Ce numéro RNA n’est pas valide : il commence par la lettre W, suivie de neuf caractères."), code="rna"
        )


def check_commune(value: str) -> None:
    if not is_commune(value):
        raise ValidationError(
            _("Ce code INSEE n’est pas valide : il compte cinq caractères, par exemple 01004 ou 2A004."), code="insee"
        )
