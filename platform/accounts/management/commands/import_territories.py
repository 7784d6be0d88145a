"""Loads communes, EPCI, departments and regions from the embedded list; running it again changes nothing."""

import gzip
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Territory
from accounts.territories import key

SOURCE = Path(__file__).resolve().parents[2] / "data" / "territories.tsv.gz"
UPDATED = ["name", "search_key", "department_code", "region_code", "epci_code", "postcode", "postcodes", "population"]


def territories() -> list[Territory]:
    """The embedded list as unsaved rows."""
    lines = gzip.decompress(SOURCE.read_bytes()).decode().split("\n")
    vintage = int(lines[0].split("\t")[1])
    rows = []
    for line in lines[1:]:
        kind, code, name, department, region, epci, postcodes, people = line.split("\t")
        rows.append(
            Territory(
                kind=kind,
                code=code,
                name=name,
                search_key=key(name),
                department_code=department,
                region_code=region,
                epci_code=epci,
                postcode=postcodes[:5],
                postcodes=f" {postcodes} " if postcodes else "",
                population=int(people),
                vintage=vintage,
            )
        )
    return rows


class Command(BaseCommand):
    help = "Charge les territoires (communes, intercommunalités, départements, régions) ; peut être relancée."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = territories()
        vintage = rows[0].vintage
        # Territories that a newer list no longer names stay: organisations and notes refer to them (GEO-03).
        with transaction.atomic():
            Territory.objects.bulk_create(
                rows,
                batch_size=2000,
                update_conflicts=True,
                unique_fields=["kind", "code"],
                update_fields=[*UPDATED, "vintage"],
            )
        self.stdout.write(f"{len(rows)} territoires, code officiel géographique {vintage}")
