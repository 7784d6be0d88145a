"""French typography: the spaces that must not break, the curved apostrophe, dates and hours as people say them."""

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

NBSP = "\u00a0"
_BEFORE = re.compile(r"(?<=[\w)\]»”’…%€.!?])[ \u00a0\u202f]+(?=[;:!?»%€])")
# A colon of an hour, a ratio or an address is not punctuation: only the end of a word or of a sentence is.
_MISSING = re.compile(r"(?<=[a-zà-öø-ÿœA-ZÀ-Ö»)])(?=[;!?]+(?:\s|$|»))")
_MISSING_COLON = re.compile(r"(?<=[a-zà-öø-ÿœA-ZÀ-Ö»)])(?=:(?:\s|$))")
_AFTER_QUOTE = re.compile(r"«[ \u00a0\u202f]*")
_BEFORE_QUOTE = re.compile(r"[ \u00a0\u202f]*»")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_UNITS = r"(?=(?:h|min|s|km|ans|mois|jours?)\b|m²)"
_DIGITS = re.compile(rf"(?<=\d)[ \u202f](?=\d{{3}}\b)|(?<=\d) {_UNITS}|(?<=\bh) (?=\d)|(?<=\bn°) (?=\d)")


def french(text: str) -> str:
    """The text with the spaces and apostrophes of French print. Idempotent; leaves words and addresses alone."""
    text = _APOSTROPHE.sub("’", text)
    text = _MISSING_COLON.sub(NBSP, _MISSING.sub(NBSP, text))
    text = _BEFORE.sub(NBSP, text)
    text = _BEFORE_QUOTE.sub(f"{NBSP}»", _AFTER_QUOTE.sub(f"«{NBSP}", text))
    return _DIGITS.sub(NBSP, text)


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def day(value: date) -> str:
    """« jeudi 11 février »; with its year when it is more than eleven months away."""
    value = _local(value)
    here = value.date() if isinstance(value, datetime) else value
    far = abs((here - timezone.localdate()).days) > 335
    if get_language() == "en":
        return date_format(value, "l j F Y" if far else "l j F")
    number = "1er" if here.day == 1 else str(here.day)
    words = f"{date_format(value, 'l')} {number}{NBSP}{date_format(value, 'F')}"
    return f"{words} {here.year}" if far else words


def date_alone(value: date) -> str:
    """« 11 février », « 1er mars »: for a date among others, where neither the weekday nor the year helps."""
    words = date_format(_local(value), "j F")
    return f"1er{words[1:]}" if words.startswith("1 ") and get_language() != "en" else words


def hour(value: datetime) -> str:
    """« 14 h 30 », « 14 h »."""
    value = timezone.localtime(value) if timezone.is_aware(value) else value
    if get_language() == "en":
        return f"{value.hour}:{value.minute:02}"
    return f"{value.hour}{NBSP}h" + (f"{NBSP}{value.minute:02}" if value.minute else "")


def in_hours(hours: Fraction | Decimal) -> str:
    """« 12 h 15 », « 40 h »: a length of time as people say it."""
    whole, minutes = divmod(round(hours * 60), 60)
    return f"{whole}{NBSP}h" + (f"{NBSP}{minutes:02}" if minutes else "")
