"""Makes the embedded list of territories from the npm package @etalab/decoupage-administratif, once a year."""

import gzip
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.management.commands.import_territories import SOURCE


class Command(BaseCommand):
    help = "Écrit la liste embarquée des territoires à partir du dossier décompressé du paquet npm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, help="dossier « package » de @etalab/decoupage-administratif")
        parser.add_argument("vintage", type=int, help="année du code officiel géographique")

    def handle(self, *args: Any, package: Path, vintage: int, **options: Any) -> None:
        def read(name: str) -> list[dict[str, Any]]:
            return json.loads((package / "data" / f"{name}.json").read_text(encoding="utf-8"))

        communes = [each for each in read("communes") if each["type"] == "commune-actuelle"]
        epcis, departments, regions = read("epci"), read("departements"), read("regions")
        home = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
        department_of = {each["code"]: each["departement"] for each in communes}
        rows: list[tuple[str, ...]] = [("vintage", str(vintage))]
        for each in regions:
            people = sum(c.get("population") or 0 for c in communes if c["region"] == each["code"])
            rows.append(("region", each["code"], each["nom"], "", "", "", "", str(people)))
        for each in departments:
            people = sum(c.get("population") or 0 for c in communes if c["departement"] == each["code"])
            rows.append(("department", each["code"], each["nom"], each["code"], each["region"], "", "", str(people)))
        for each in epcis:
            # An EPCI may cross a border: it is placed where most of its inhabitants are.
            people_by_department: Counter[str] = Counter()
            for member in each["membres"]:
                people_by_department[department_of[member["code"]]] += member["populationMunicipale"]
            department = people_by_department.most_common(1)[0][0]
            people = each["populationMunicipale"]
            rows.append(("epci", each["code"], each["nom"], department, "", "", "", str(people)))
        for each in communes:
            postcodes = " ".join(each.get("codesPostaux", []))
            epci, people = home.get(each["code"], ""), each.get("population") or 0
            rows.append(("commune", each["code"], each["nom"], each["departement"], "", epci, postcodes, str(people)))
        text = "\n".join("\t".join(row) for row in rows).replace("'", "’")
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0, filename="") as out:
            out.write(text.encode())
        SOURCE.write_bytes(packed.getvalue())
        self.stdout.write(f"{len(rows) - 1} territoires, {len(packed.getvalue()) // 1000} ko : {SOURCE.name}")
