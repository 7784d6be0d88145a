"""What really took place in 2018-2019: three paths as finished cohorts, four workshops of the network."""

import json
from pathlib import Path

import cohorts
from cohorts import history
from cohorts.actions import load_template
from cohorts.models import PathTemplate
from discussions.actions import open_general
from spaces.models import Space
from workshops import ateliers

STANDARD = Path(cohorts.__file__).parent / "data" / "path_template_9_months.json"
NETWORK_NAME = "Réseau des pionniers"


def network() -> Space:
    space = Space.objects.filter(kind=Space.Kind.NETWORK).first()
    space = space or Space.objects.create(kind=Space.Kind.NETWORK, name=NETWORK_NAME)
    open_general(space=space)
    return space


def standard_template() -> PathTemplate:
    return load_template(document=json.loads(STANDARD.read_text(encoding="utf-8")), name="Parcours 9 mois – standard")


def load() -> tuple[int, int]:
    """Returns how many paths and workshops were new."""
    standard_template()
    return (
        history.load(history.read(history.OF_2018_2019)),
        ateliers.load(ateliers.read(ateliers.OF_2018_2019), space=network()),
    )
