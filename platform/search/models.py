"""The index: one row per findable object."""

from django.db import models


class SearchEntry(models.Model):
    """The words by which one object is found. What an engine makes of them is in `0002_engines`.

    On PostgreSQL the database keeps a weighted `document` column beside these; on SQLite `search_fts` holds the
    folded words under the same number.
    """

    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
