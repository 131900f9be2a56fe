"""Fixtures that several test files share."""

import os

import pytest

from tests.logs import restored_logging

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture
def own_logging():
    """Give the root logger back its handlers after a program has configured it."""
    with restored_logging():
        yield
