"""What a process says of itself."""

import pytest
from django.db import DatabaseError, connection

from live import views
from live.hub import hub


@pytest.mark.django_db
def test_a_process_is_ready_until_it_is_asked_to_end(client, monkeypatch):
    assert client.get("/readyz").json() == {"missing": [], "degraded": []}
    monkeypatch.setattr(hub, "draining", True)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["draining"]
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_process_without_room_on_its_disk_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(views, "FREE", 10**18)
    assert client.get("/readyz").json()["missing"] == ["disk"]


@pytest.mark.django_db
def test_a_process_whose_database_is_away_is_alive_but_not_ready(client):
    def away(*_: object) -> None:
        raise DatabaseError

    with connection.execute_wrapper(away):
        assert client.get("/readyz").json()["missing"] == ["database"]
        assert client.get("/healthz").status_code == 200


def test_a_process_whose_loop_is_late_says_so(client, monkeypatch):
    monkeypatch.setattr(hub, "lag", 2.0)
    assert client.get("/healthz").status_code == 503
