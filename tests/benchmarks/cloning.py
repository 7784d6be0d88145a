"""More of the same: copies of a cohort with everything and everyone in it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.admin.utils import NestedObjects
from django.db import models, transaction

from accounts.models import User
from spaces.models import Space


class Mould:
    """All rows that would go with `space`, and the people in it, ready to be poured again."""

    def __init__(self, space: Space) -> None:
        collector = NestedObjects(using="default", origin=space)
        collector.collect([space])
        found: dict[type[models.Model], list[models.Model]] = {
            model: sorted(rows, key=lambda row: str(row.pk)) for model, rows in collector.data.items() if rows
        }
        people = User.objects.filter(memberships__space__in=[row.pk for row in found[Space]]).distinct()
        found[User] = list(people.order_by("pk"))
        self.rows = {model: found[model] for model in _lowest_first(list(found))}
        self.count = sum(map(len, found.values()))

    @transaction.atomic
    def pour(self, number: int) -> None:
        """One more cohort, whose people and words are new rows."""
        made: dict[tuple[type[models.Model], Any], Any] = {}
        for model, rows in self.rows.items():  # ids that are ours to choose, first: rows refer to each other
            key = model._meta.pk
            if isinstance(key, models.UUIDField):
                made.update({(model, row.pk): uuid4() for row in rows})
        for model, rows in self.rows.items():
            copies = [self._copy(model, row, made, number) for row in rows]
            model._base_manager.bulk_create(copies, batch_size=500)
            made.update({(model, row.pk): copy.pk for row, copy in zip(rows, copies, strict=True)})

    def _copy(self, model: type[models.Model], row: models.Model, made: dict[Any, Any], number: int) -> models.Model:
        values: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.remote_field:
                value = made.get((field.related_model, value), value)
            elif field.primary_key:
                value = made.get((model, value))
            elif field.unique and isinstance(value, UUID):
                value = uuid4()
            elif field.unique and isinstance(value, str):
                value = f"{number}-{value}"
            values[field.attname] = value
        return model(**values)


def _lowest_first(found: list[type[models.Model]]) -> list[type[models.Model]]:
    """Models in an order in which each comes after those that it refers to."""
    ordered: list[type[models.Model]] = []
    while len(ordered) < len(found):
        ready = [
            model
            for model in found
            if model not in ordered
            and all(
                field.related_model in (*ordered, model) or field.related_model not in found
                for field in model._meta.concrete_fields
                if field.remote_field
            )
        ]
        assert ready, "these models refer to each other in a ring"
        ordered += ready
    return ordered
