"""The index: one row per findable object."""

from django.db import models


class SearchEntry(models.Model):
    """The words by which one object is found. What an engine makes of them is in `0004_spaces`.

    On PostgreSQL the database keeps a weighted `document` column beside these; on SQLite `search_fts` holds the
    folded words under the same number. Both hold the entry's scope among its words, so that a search in a few
    scopes never reads what lies in the others.
    """

    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True)
    scope = models.UUIDField(null=True, blank=True)  # what a reader has few of: the space of a channel
    container = models.UUIDField(null=True, blank=True)  # whoever reads it reads the object: a channel
    author = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
