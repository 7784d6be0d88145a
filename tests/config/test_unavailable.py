"""What people read when the database is away, or when we failed them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from tests.factories.discussions import ChannelFactory

WORDS = "Une phrase que je ne veux pas écrire deux fois."


@pytest.fixture
def post(db: None, member_of: Any, sign_in: Any) -> Callable[..., Any]:
    """Post a message while the database answers everything with `failure`."""
    channel = ChannelFactory()
    client: Client = sign_in(member_of(channel.space))
    client.raise_request_exception = False

    def send(failure: Exception, **headers: str) -> Any:
        def fail(*_: object) -> None:
            raise failure

        data = {"body": WORDS, "client_id": str(uuid4())}
        with connection.execute_wrapper(fail):
            return client.post(reverse("discussions:post", args=[channel.pk]), data, headers=headers)

    return send


@pytest.mark.parametrize("failure", [OperationalError("away"), InterfaceError("closed")])
def test_a_form_sent_while_the_database_is_away_is_given_back_to_be_sent_again(post, failure):
    answer = post(failure)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "n’est pas enregistré, mais n’est pas perdu" in page
    assert WORDS in page
    assert 'name="client_id"' in page


def test_a_script_is_told_that_its_words_did_not_leave(post):
    answer = post(OperationalError("away"), Accept="application/json")
    assert answer.status_code == 503
    assert "Vos mots ne sont pas partis" in answer.json()["error"]


def test_what_we_break_ourselves_is_a_500(post):
    answer = post(DataError("ours"))
    assert answer.status_code == 500
    assert "cassé de notre côté" in answer.content.decode()


def test_a_password_is_never_given_back(db, client):
    client.raise_request_exception = False

    def away(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = client.post(reverse("account_login"), {"login": "a@exemple.fr", "password": "secret-secret-secret"})
    assert answer.status_code == 503
    assert "secret-secret-secret" not in answer.content.decode()
