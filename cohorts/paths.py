"""Path templates as data: what a template may say, what it asks of a person, and the words for its lines.

A template is the object under `PathTemplate` in a file such as `data/path_template_9_months.json`
(domain.md 4.3, 4.4). `check` is the only door in: nothing is stored that it has not accepted.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypedDict
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workshops.models import Event

#: Minutes of light work between two meetings that a month may ask for (domain.md 4.2: at most 90).
INTERSESSION_MINUTES = 90
HOLIDAY_POLICIES = ("move_to_next_thursday", "keep", "skip")
MONTHLY = re.compile(r"FREQ=MONTHLY;BYDAY=(?P<nth>[1-4])(?P<day>MO|TU|WE|TH|FR)")
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
REF = re.compile(r"[A-Za-z0-9_-]{1,40}")

PHASES: dict[str, Promise] = {
    "framing": gettext_lazy("Cadrage"),
    "understand": gettext_lazy("Comprendre"),
    "implement": gettext_lazy("Mettre en œuvre"),
    "deepen": gettext_lazy("Approfondir"),
    "perspective": gettext_lazy("Mettre en perspective"),
    "afterwards": gettext_lazy("Suite"),
}
MILESTONES: dict[str, Promise] = {
    "commitment": gettext_lazy("Engagement signé par la personne et par l’organisation"),
    "learning_question": gettext_lazy("Question d’apprentissage personnelle"),
    "roadmap_v1": gettext_lazy("Feuille de route"),
    "note_draft": gettext_lazy("Premier jet de la note"),
    "half_time_review": gettext_lazy("Bilan à mi-parcours"),
    "appropriation_opened": gettext_lazy("Fiche d’appropriation ouverte"),
    "note_published": gettext_lazy("Note publiée, au moins dans la cohorte"),
    "final_synthesis": gettext_lazy("Synthèse personnelle et suites"),
}


class Phase(TypedDict):
    id: str
    label: str


def check(document: Any) -> dict[str, Any]:
    """The template inside `document`, once every line of it is understood.

    Raises `ValidationError` with one French sentence for each thing that is wrong, line by line.
    """
    if not isinstance(document, dict):
        raise ValidationError(_("Le modèle de parcours doit être un objet JSON."))
    data = document.get("PathTemplate", document)
    if not isinstance(data, dict):
        raise ValidationError(_("« PathTemplate » doit être un objet JSON."))
    if wrong := [*_wrong_with_frame(data), *_wrong_with_phases(data), *_wrong_with_lines(data)]:
        raise ValidationError(wrong)
    return data


def _is_number(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _rows(data: dict[str, Any], key: str) -> list[Any]:
    rows = data.get(key)
    return rows if isinstance(rows, list) else []


def _wrong_with_frame(data: dict[str, Any]) -> Iterator[str]:
    if not isinstance(data.get("id"), str) or not REF.fullmatch(data["id"]):
        yield _("Le modèle n’a pas d’identifiant « id » en lettres, chiffres et tirets.")
    if not _is_number(data.get("version"), 1, 100_000):
        yield _("La « version » du modèle doit être un nombre entier à partir de 1.")
    if not _is_number(data.get("months"), 1, 24):
        yield _("La durée « months » doit être un nombre de mois entre 1 et 24.")
    if not isinstance(zone := data.get("timezone", "Europe/Paris"), str) or zone not in available_timezones():
        yield _("Le fuseau horaire « %(zone)s » est inconnu.") % {"zone": zone}
    pauses = data.get("pause_months", [])
    if not isinstance(pauses, list) or not all(_is_number(month, 1, 12) for month in pauses) or len(set(pauses)) > 6:
        yield _("« pause_months » doit être une liste de six mois au plus, de 1 à 12.")
    if not _is_number(data.get("intersession_min", INTERSESSION_MINUTES), 0, 6000):
        yield _("« intersession_min » doit être un nombre de minutes par mois.")
    group = data.get("peer_group", {})
    size = group.get("size", [4, 8]) if isinstance(group, dict) else None
    if not isinstance(size, list) or len(size) != 2 or not all(_is_number(side, 2, 40) for side in size):
        yield _("La taille « size » d’un groupe de pairs doit être une liste de deux nombres.")
    elif not isinstance(group.get("rules", []), list):
        yield _("Les règles « rules » d’un groupe de pairs doivent être une liste.")
    for key in ("phases", "events", "milestones"):
        if not isinstance(data.get(key), list):
            yield _("« %(key)s » doit être une liste.") % {"key": key}


def _wrong_with_phases(data: dict[str, Any]) -> Iterator[str]:
    months: Any = data.get("months")
    covered: set[int] = set()
    for row in _rows(data, "phases"):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or row["id"] not in PHASES:
            name = row.get("id") if isinstance(row, dict) else row
            yield _("La phase « %(phase)s » est inconnue. Phases possibles : %(known)s.") % {
                "phase": name,
                "known": ", ".join(PHASES),
            }
        elif not _is_number(row.get("from"), 0, 36) or not _is_number(row.get("to"), row["from"], 36):
            yield _("La phase « %(phase)s » doit aller d’un mois « from » à un mois « to ».") % {"phase": row["id"]}
        else:
            covered.update(range(row["from"], row["to"] + 1))
    if _is_number(months, 1, 24) and isinstance(data.get("phases"), list):
        for month in range(1, months + 1):
            if month not in covered:
                yield _("Le mois %(month)s n’appartient à aucune phase.") % {"month": month}


def _wrong_with_lines(data: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    months = data["months"] if _is_number(data.get("months"), 1, 24) else 24
    for line in [*_rows(data, "events"), *_rows(data, "milestones")]:
        ref = line.get("id") if isinstance(line, dict) else None
        if not isinstance(ref, str) or not REF.fullmatch(ref):
            yield _("Une ligne n’a pas d’identifiant « id » : %(line)s.") % {"line": str(line)[:80]}
        elif ref in seen:
            yield _("L’identifiant « %(ref)s » est utilisé deux fois.") % {"ref": ref}
        else:
            seen.add(ref)
    for line in _rows(data, "events"):
        if isinstance(line, dict) and isinstance(line.get("id"), str):
            yield from _wrong_with_event(line, months)
    for line in _rows(data, "milestones"):
        if isinstance(line, dict) and isinstance(ref := line.get("id"), str):
            if not _is_number(line.get("month"), 0, months):
                yield _("Le jalon « %(ref)s » doit avoir un mois « month » entre 0 et %(months)s.") % {
                    "ref": ref,
                    "months": months,
                }
            if not isinstance(line.get("label", ""), str) or (ref not in MILESTONES and not line.get("label")):
                yield _("Le jalon « %(ref)s » est inconnu et n’a pas d’intitulé « label ».") % {"ref": ref}


def _wrong_with_event(line: dict[str, Any], months: int) -> Iterator[str]:
    facts = {"ref": line["id"], "kind": line.get("kind")}
    if len(line["id"]) > 12:
        yield _("L’identifiant « %(ref)s » dépasse 12 caractères.") % facts
    if line.get("kind") not in Event.Kind.values:
        yield _("La rencontre « %(ref)s » est d’une nature inconnue : « %(kind)s ». Natures possibles : %(known)s.") % (
            facts | {"known": ", ".join(Event.Kind.values)}
        )
    if line.get("mode", "remote") not in Event.Mode.values:
        yield _("La rencontre « %(ref)s » a une forme inconnue. Formes possibles : %(known)s.") % (
            facts | {"known": ", ".join(Event.Mode.values)}
        )
    if line.get("per", "cohort") not in ("cohort", "peer_group"):
        yield _("La rencontre « %(ref)s » s’adresse à un groupe inconnu.") % facts
    if not isinstance(line.get("label", ""), str) or len(line.get("label", "")) > 160:
        yield _("L’intitulé de la rencontre « %(ref)s » doit être un texte de 160 caractères au plus.") % facts
    if "rrule" in line:
        if not isinstance(line["rrule"], str) or not MONTHLY.fullmatch(line["rrule"]):
            yield (
                _("La règle de dates de « %(ref)s » est inconnue. Règle possible : « FREQ=MONTHLY;BYDAY=3TH ».") % facts
            )
        clocks: list[Any] = [line.get("start"), line.get("end")]
        if not all(isinstance(clock, str) and CLOCK.fullmatch(clock) for clock in clocks) or clocks[0] >= clocks[1]:
            yield _("Les heures de « %(ref)s » doivent s’écrire « 13:00 » et la fin venir après le début.") % facts
        if line.get("holiday_policy", "keep") not in HOLIDAY_POLICIES:
            yield _("La règle des jours fériés de « %(ref)s » est inconnue. Règles possibles : %(known)s.") % (
                facts | {"known": ", ".join(HOLIDAY_POLICIES)}
            )
        skipped = line.get("skip_months", [])
        if not isinstance(skipped, list) or not all(_is_number(month, 1, 12) for month in skipped):
            yield _("« skip_months » de « %(ref)s » doit être une liste de mois de 1 à 12.") % facts
    else:
        if not _is_number(line.get("month"), 0, months):
            yield _("La rencontre « %(ref)s » doit avoir un mois « month » entre 0 et %(months)s.") % (
                facts | {"months": months}
            )
        if not _is_number(line.get("duration_min"), 5, 600):
            yield _("La durée de « %(ref)s » doit être comprise entre 5 et 600 minutes.") % facts


def hours(data: dict[str, Any]) -> Decimal:
    """Hours one person spends on the path: its meetings, interviews and work between them, without what is optional.

    The standard template asks 40.25 h: 14 + 10.5 + 2.25 + 9 x 1.5 (domain.md 4.3).
    """
    meetings = sum(line["duration_min"] for line in data["events"] if not line.get("optional") and "rrule" not in line)
    between = data["months"] * data.get("intersession_min", INTERSESSION_MINUTES)
    return (Decimal(meetings + between) / 60).quantize(Decimal("0.01"))


def phase_of(data: dict[str, Any], month: int) -> Phase:
    """The phase a month of the path belongs to."""
    row = next((row for row in data["phases"] if row["from"] <= month <= row["to"]), {"id": "framing"})
    return {"id": row["id"], "label": str(PHASES[row["id"]])}


def title_of(data: dict[str, Any], line: dict[str, Any]) -> str:
    """How an event of the template is called."""
    if line.get("label"):
        return str(line["label"])
    alike = [other for other in data["events"] if other["kind"] == line["kind"] and "rrule" not in other]
    number = alike.index(line) + 1 if line in alike else 1
    match line["kind"]:
        case Event.Kind.WORKSHOP | Event.Kind.CROSS_VIEWS_WORKSHOP:
            sessions = [
                other
                for other in data["events"]
                if other["kind"] in (Event.Kind.WORKSHOP, Event.Kind.CROSS_VIEWS_WORKSHOP)
            ]
            facts = {"number": sessions.index(line) + 1, "phase": phase_of(data, line["month"])["label"]}
            if line["kind"] == Event.Kind.CROSS_VIEWS_WORKSHOP:
                return _("Session %(number)s · %(phase)s, atelier de regards croisés") % facts
            return _("Session %(number)s · %(phase)s") % facts
        case Event.Kind.CODEV:
            return _("Séance de codéveloppement n° %(number)s") % {"number": number}
        case Event.Kind.INTERVIEW:
            names = (_("Entretien d’entrée"), _("Entretien de mi-parcours"), _("Entretien de bilan"))
            return names[number - 1] if number <= len(names) else _("Entretien n° %(n)s") % {"n": number}
        case _:
            return _("Webinaire")


def milestone_title(line: dict[str, Any]) -> str:
    return str(line.get("label") or MILESTONES[line["id"]])
