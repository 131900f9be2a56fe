"""Fixtures that several test files share."""

import os

import pytest

from tests.logs import restored_logging

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")  # before TensorFlow starts: see device.py


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
