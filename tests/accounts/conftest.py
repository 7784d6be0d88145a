"""Attempt limits are counted in the cache: each test starts with none."""

import pytest


@pytest.fixture(autouse=True)
def _no_attempts(own_cache):
    pass
