"""A cluster of the profile that the suite runs on: PostgreSQL, Redis and two processes, or SQLite and one."""

import os
from collections.abc import Iterator

import pytest

from tests.reliability.cluster import Cluster

POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster"), postgres=POSTGRES) as cluster:
        yield cluster
