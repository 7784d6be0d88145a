"""The scope of an entry is the space it was said in, not its channel. Written by hand, like 0002.

A person reads a few spaces and many channels: asking for one posting list of each space costs a tenth of one of each
channel. Words as they are written serve only what is being typed; each is kept with the beginning of its scope, for the
words that begin with « com » in one space are few, and those in all spaces together are half the messages.
"""

from django.db import migrations, models

from search.engines import scope_word, stems

WORDS_OF = """CREATE FUNCTION entre_pairs_words_of(scope text, words tsvector) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_to_tsvector(array_agg(scope || ':' || word)), '') FROM unnest(tsvector_to_array(words)) word
  $$"""
SIGNS = "'/.@:_-<>&’''+%#=~', '                '"
ADD = "ALTER TABLE search_searchentry ADD COLUMN document tsvector GENERATED ALWAYS AS ({}) STORED"
FRENCH = f"""setweight(to_tsvector('entre_pairs_fr', translate(title, {SIGNS})), 'A')
  || setweight(to_tsvector('entre_pairs_fr', translate(body, {SIGNS})), 'C')"""
BEFORE = f"""array_to_tsvector(ARRAY['=' || kind::text || coalesce(container::text, '')]) || {FRENCH}
  || setweight(to_tsvector('entre_pairs_plain', translate(title, {SIGNS})), 'B')
  || setweight(to_tsvector('entre_pairs_plain', translate(body, {SIGNS})), 'D')"""
NOW = f"""array_to_tsvector(ARRAY['=' || kind::text || coalesce(scope::text, '')]) || {FRENCH}
  || entre_pairs_words_of(
       '=' || kind::text || coalesce(left(scope::text, 8), ''),
       to_tsvector('entre_pairs_plain', translate(title || ' ' || body, {SIGNS})))"""
GIN = "CREATE INDEX search_entry_document ON search_searchentry USING gin (document) WITH (gin_pending_list_limit = 256)"


def _make(apps, schema_editor, scope):
    # No parameters: the per cent sign in a statement is just itself.
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE search_searchentry DROP COLUMN document")  # its index goes with it
            cursor.execute(WORDS_OF if scope == "scope" else "DROP FUNCTION entre_pairs_words_of")
            cursor.execute(ADD.format(NOW if scope == "scope" else BEFORE))
            cursor.execute(GIN)
            return
        cursor.execute("DELETE FROM search_fts")
        for entry in apps.get_model("search", "SearchEntry").objects.iterator():
            words = [scope_word(entry.kind, getattr(entry, scope)), stems(entry.title), stems(entry.body)]
            cursor.execute(
                "INSERT INTO search_fts (rowid, scope, title, body) VALUES (%s, %s, %s, %s)", [entry.pk, *words]
            )


def forwards(apps, schema_editor):
    _make(apps, schema_editor, "scope")


def backwards(apps, schema_editor):
    _make(apps, schema_editor, "container")


class Migration(migrations.Migration):
    dependencies = [("search", "0003_scopes")]

    operations = [
        migrations.AddField("searchentry", "scope", models.UUIDField(null=True, blank=True)),
        migrations.RunPython(forwards, backwards, elidable=False),
    ]
