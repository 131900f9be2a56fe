"""Fixtures that several test files share."""

import os

import pytest

from tests import shipped
from tests.logs import restored_logging

# For environments of their own.
collect_ignore = ["benchmarks/speed/pytorch.py", "benchmarks/fault_events.py"]

shipped.install()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.fixture(scope="session", autouse=True)
def as_programs_do():
    """Threads and the order of operations as the programs have them."""
    from modules.training.setup import configure

    configure(None)


@pytest.fixture
def own_logging():
    """Give the root logger back its handlers after a program has configured it."""
    with restored_logging():
        yield
