"""Fixtures that several test files share."""

import os

import pytest

from modules.programs import ENVIRONMENT
from tests.logs import restored_logging

for _name, _value in ENVIRONMENT.items():  # before TensorFlow reads them
    os.environ.setdefault(_name, _value)


@pytest.fixture(scope="session", autouse=True)
def repeatable():
    """As the programs do: without it, the last bits depend on the threads."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


@pytest.fixture
def own_logging():
    """Give the root logger back its handlers after a program has configured it."""
    with restored_logging():
        yield
