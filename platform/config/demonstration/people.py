"""Twelve organisations, their people and the team."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts.models import Organisation, Territory, User
from config.demonstration import words


@dataclass
class Everyone:
    by_key: dict[str, User]
    groups: list[list[User]]

    def __getitem__(self, key: str) -> User:
        return self.by_key[key]

    @property
    def participants(self) -> list[User]:
        return [self.by_key[row["id"]] for row in words.people()["participants"]]


def address(key: str) -> str:
    return f"{key}@entrepairs.test"


def load() -> Everyone:
    rows = words.people()
    communes = Territory.objects.filter(
        kind=Territory.Kind.COMMUNE, code__in=[row["territory"] for row in rows["organisations"]]
    )
    by_code = {commune.code: commune for commune in communes}
    organisations = {
        row["id"]: Organisation.objects.create(
            name=row["name"], kind=row["kind"], territory=by_code.get(row["territory"])
        )
        for row in rows["organisations"]
    }
    everyone = Everyone({}, [[] for _group in rows["groups"]])
    for row in [*rows["team"], *rows["participants"]]:
        person = User.objects.create_user(
            address(row["id"]),
            display_name=row["name"],
            function=row["function"],
            organisation=organisations.get(row.get("organisation", "")),
            is_staff=row.get("role") == "admin",
            is_superuser=row.get("role") == "admin",
        )
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        everyone.by_key[row["id"]] = person
        if "group" in row:
            everyone.groups[row["group"]].append(person)
    return everyone
