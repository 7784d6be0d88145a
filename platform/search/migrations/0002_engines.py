"""What each engine keeps beside `SearchEntry`. Written by hand: it survives a regeneration of 0001.

PostgreSQL: two text search configurations that drop accents (`unaccent` before the French stemmer, and before no
stemmer at all, for words still being typed) and a generated, weighted `document` column under a GIN index.
SQLite: an FTS5 table, filled by `search.engines.index` with folded words under the entry's number.
"""

from django.db import migrations

POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE TEXT SEARCH CONFIGURATION entre_pairs_fr (COPY = french)",
    """ALTER TEXT SEARCH CONFIGURATION entre_pairs_fr ALTER MAPPING
       FOR word, asciiword, hword, asciihword, hword_part, hword_asciipart, numword, numhword WITH unaccent, french_stem""",
    "CREATE TEXT SEARCH CONFIGURATION entre_pairs_plain (COPY = simple)",
    """ALTER TEXT SEARCH CONFIGURATION entre_pairs_plain ALTER MAPPING
       FOR word, asciiword, hword, asciihword, hword_part, hword_asciipart, numword, numhword WITH unaccent, simple""",
    # The parser would keep « eau/assainissement » or « a@b.fr » whole: signs become spaces first.
    """ALTER TABLE search_searchentry ADD COLUMN document tsvector GENERATED ALWAYS AS (
         setweight(to_tsvector('entre_pairs_fr', translate(title, '/.@:_-<>&’''+%#=~', '                ')), 'A')
      || setweight(to_tsvector('entre_pairs_fr', translate(body, '/.@:_-<>&’''+%#=~', '                ')), 'C')
      || setweight(to_tsvector('entre_pairs_plain', translate(title, '/.@:_-<>&’''+%#=~', '                ')), 'B')
      || setweight(to_tsvector('entre_pairs_plain', translate(body, '/.@:_-<>&’''+%#=~', '                ')), 'D')
       ) STORED""",
    "CREATE INDEX search_entry_document ON search_searchentry USING gin (document)",
]
POSTGRESQL_BACK = [
    "ALTER TABLE search_searchentry DROP COLUMN document",
    "DROP TEXT SEARCH CONFIGURATION entre_pairs_plain",
    "DROP TEXT SEARCH CONFIGURATION entre_pairs_fr",
]
SQLITE = [
    """CREATE VIRTUAL TABLE search_fts USING fts5(
         title, body, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3')""",
]
SQLITE_BACK = ["DROP TABLE search_fts"]


def _run(schema_editor, statements):
    # No parameters: the per cent sign in a statement is just itself.
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def forwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def backwards(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
