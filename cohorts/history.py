"""Paths that took place before this platform, loaded as finished cohorts from a file of records.

Where the sources disagree, every version is kept beside the cohort (`Cohort.sources`), none is chosen.
"""

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import ActorKind, Organisation
from cohorts import paths
from cohorts.models import Cohort, Enrolment, Milestone, Partner, PathTemplate
from discussions.actions import open_general
from spaces.models import Space

OF_2018_2019 = Path(__file__).parent / "data" / "parcours_2018_2019.json"
NAMESPACE = uuid.UUID("6f1d8f0e-3a52-5c1b-9d9a-20182019aaaa")
#: All that is known of the three paths alike: nine months, and the names of the phases.
KNOWN_SHAPE: dict[str, Any] = {
    "id": "parcours-2018-2019",
    "version": 1,
    "months": 9,
    "phases": [
        {"id": "understand", "from": 1, "to": 2},
        {"id": "implement", "from": 3, "to": 4},
        {"id": "deepen", "from": 5, "to": 7},
        {"id": "perspective", "from": 8, "to": 9},
    ],
    "events": [],
    "milestones": [],
}


class UnreadableHistory(ValueError):
    """A record cannot be loaded; the message says which and why."""


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a data file. Raises UnreadableHistory when the file does not hold a list of them."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableHistory(
            _("Le fichier %(name)s n’est pas lisible : %(why)s") % {"name": path.name, "why": error}
        ) from error
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise UnreadableHistory(_("Le fichier %(name)s doit contenir une liste de parcours.") % {"name": path.name})
    return records


@transaction.atomic
def load(records: list[dict[str, Any]]) -> int:
    """Load finished cohorts: all of them or, at the first record refused, none. Returns how many were new."""
    template, _created = PathTemplate.objects.get_or_create(
        slug=KNOWN_SHAPE["id"],
        version=KNOWN_SHAPE["version"],
        defaults={"name": "Parcours 2018-2019", "data": paths.check(KNOWN_SHAPE)},
    )
    return sum(_load_one(record, template) for record in records)


def _load_one(record: dict[str, Any], template: PathTemplate) -> bool:
    name = str(record.get("id", "?"))
    try:
        pk = uuid.uuid5(NAMESPACE, record["id"])
        if Space.objects.filter(pk=pk).exists():
            return False
        cohort = Cohort(
            space=Space(pk=pk, kind=Space.Kind.COHORT, name=record["name"]),
            template=template,
            starts_on=date.fromisoformat(record["starts_on"]),
            state=Cohort.State.FINISHED,
            summary=record["summary"],
            description=record["description"],
            capacity=record["capacity"],
            sources=record["sources"],
        )
        cohort.space.full_clean()
        cohort.clean_fields(exclude=["space"])
        cohort.space.save()
        cohort.save()
        open_general(space=cohort.space)
        Partner.objects.bulk_create(Partner(cohort=cohort, name=who, part=part) for who, part in record["partners"])
        for member, kind in record["members"]:
            if kind not in ActorKind.values:
                raise UnreadableHistory(
                    _("Parcours « %(name)s » : la nature d’organisation « %(kind)s » est inconnue.")
                    % {"name": name, "kind": kind}
                )
            organisation, _created = Organisation.objects.get_or_create(name=member, defaults={"kind": kind})
            Enrolment.objects.create(cohort=cohort, organisation=organisation)
        Milestone.objects.bulk_create(
            Milestone(cohort=cohort, ref=day, title=title, due=date.fromisoformat(day), required=False)
            for day, title in record["dates"]
        )
    except KeyError as error:
        raise UnreadableHistory(
            _("Parcours « %(name)s » : il manque le champ « %(field)s ».") % {"name": name, "field": error.args[0]}
        ) from error
    except UnreadableHistory:
        raise
    except (ValidationError, TypeError, ValueError) as error:
        raise UnreadableHistory(
            _("Parcours « %(name)s » : une valeur n’est pas comprise (%(why)s).") % {"name": name, "why": error}
        ) from error
    return True
