"""What people write in a session is unreadable in the database, and stays readable when keys change."""

import pytest
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldError
from django.db import connection

from tests.factories.workshops import set_table
from workshops import actions
from workshops.models import PrivateNote
from workshops.vault import EncryptedTextField

pytestmark = pytest.mark.django_db
SECRET = "Le maire ne veut plus entendre parler de la halle."


def stored(model, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return [row[0] for row in cursor.fetchall()]


def test_the_column_holds_no_clear_text():
    table = set_table()
    actions.write_private_note(session=table.session, by=table.client, text=SECRET)
    (token,) = stored(PrivateNote, "text")
    assert "halle" not in token
    assert PrivateNote.objects.get().text == SECRET


def test_the_same_words_never_give_the_same_token():
    table = set_table()
    for person in table.consultants[:2]:
        actions.write_private_note(session=table.session, by=person, text=SECRET)
    first, second = stored(PrivateNote, "text")
    assert first != second


def test_a_new_key_in_front_reads_what_the_old_one_wrote(settings):
    table = set_table()
    settings.VAULT_KEYS = ["ancienne"]
    actions.write_private_note(session=table.session, by=table.client, text=SECRET)
    settings.VAULT_KEYS = ["nouvelle", "ancienne"]
    assert PrivateNote.objects.get().text == SECRET
    actions.write_private_note(session=table.session, by=table.client, text=SECRET + " Encore.")
    settings.VAULT_KEYS = ["nouvelle"]
    assert PrivateNote.objects.get().text == SECRET + " Encore."


def test_without_the_key_nothing_is_read(settings):
    table = set_table()
    actions.write_private_note(session=table.session, by=table.client, text=SECRET)
    settings.VAULT_KEYS = ["une autre"]
    with pytest.raises(InvalidToken):
        PrivateNote.objects.get()


def test_encrypted_words_cannot_be_searched():
    with pytest.raises(FieldError):
        PrivateNote.objects.filter(text__contains="halle")


def test_no_model_with_encrypted_words_is_in_the_administration():
    kept = [
        model
        for model in apps.get_app_config("workshops").get_models()
        if any(isinstance(field, EncryptedTextField) for field in model._meta.get_fields())
    ]
    assert len(kept) >= 8
    assert not [model for model in kept if admin.site.is_registered(model)]
