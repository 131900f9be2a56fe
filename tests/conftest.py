"""Fixtures that several test files share."""

import os

import pytest

from modules.programs import ENVIRONMENT
from tests.logs import restored_logging

for _name, _value in ENVIRONMENT.items():  # before TensorFlow reads them
    os.environ.setdefault(_name, _value)


@pytest.fixture
def own_logging():
    """Give the root logger back its handlers after a program has configured it."""
    with restored_logging():
        yield
