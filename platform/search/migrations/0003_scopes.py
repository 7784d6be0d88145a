"""What each engine keeps of an entry, with its scope among the words. Written by hand, like 0002.

PostgreSQL: `=kind` and its container as one more lexeme of `document` (no word begins with « = »), so that the GIN
index alone narrows a search to the containers of a reader. Its list of pending rows is kept short: it is read by each
search, and emptied by whoever posts the message that fills it.
SQLite: a `scope` column in the FTS5 table.
"""

from django.db import migrations, models

from search.engines import scope_word, stems

SIGNS = "'/.@:_-<>&’''+%#=~', '                '"


def _document(scope):
    parts = [
        f"setweight(to_tsvector('entre_pairs_{language}', translate({column}, {SIGNS})), '{weight}')"
        for column, language, weight in [
            ("title", "fr", "A"), ("body", "fr", "C"), ("title", "plain", "B"), ("body", "plain", "D")
        ]
    ]
    return f"ALTER TABLE search_searchentry ADD COLUMN document tsvector GENERATED ALWAYS AS ({' || '.join(scope + parts)}) STORED"


SCOPE = "array_to_tsvector(ARRAY['=' || kind::text || coalesce(container::text, '')])"
DROP = "ALTER TABLE search_searchentry DROP COLUMN document"  # its index goes with it
GIN = "CREATE INDEX search_entry_document ON search_searchentry USING gin (document)"
FTS = """CREATE VIRTUAL TABLE search_fts USING fts5(
           {scope}title, body, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3')"""


def forwards(apps, schema_editor):
    _make(apps, schema_editor, scoped=True)


def backwards(apps, schema_editor):
    _make(apps, schema_editor, scoped=False)


def _make(apps, schema_editor, *, scoped):
    # No parameters: the per cent sign in a statement is just itself.
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(DROP)
            cursor.execute(_document([SCOPE] if scoped else []))
            cursor.execute(GIN + (" WITH (gin_pending_list_limit = 256)" if scoped else ""))
            return
        cursor.execute("DROP TABLE search_fts")
        cursor.execute(FTS.format(scope="scope, " if scoped else ""))
        for entry in apps.get_model("search", "SearchEntry").objects.iterator():
            words = [stems(entry.title), stems(entry.body)]
            if scoped:
                words.insert(0, scope_word(entry.kind, entry.container))
            places = ", ".join(["%s"] * (len(words) + 1))
            names = ("scope, " if scoped else "") + "title, body"
            cursor.execute(f"INSERT INTO search_fts (rowid, {names}) VALUES ({places})", [entry.pk, *words])


class Migration(migrations.Migration):
    dependencies = [("search", "0002_engines")]

    operations = [
        migrations.AddField("searchentry", "container", models.UUIDField(null=True, blank=True)),
        migrations.AddField("searchentry", "author", models.UUIDField(null=True, blank=True)),
        migrations.AddField("searchentry", "at", models.DateTimeField(null=True, blank=True)),
        migrations.RunPython(forwards, backwards, elidable=False),
    ]
