"""What Keras and TensorFlow would keep for ever, let go of when a program ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CUSTOM = "CustomGradient-"  # what TensorFlow calls the gradients that a graph brings of its own


@contextmanager
def graphs_released() -> Iterator[None]:
    """Let go of the graphs that are made inside.

    TensorFlow enters every custom gradient (of a recurrent layer of ours, of an optimiser of
    Keras') into a list that only grows, and each holds the whole graph it stands in: 45 MiB a
    training, also of the smallest. Nobody can ask for the gradients of a graph that is gone.
    """
    before = set(_registry())
    try:
        yield
    finally:
        registry = _registry()
        for name in set(registry) - before:
            if name.startswith(CUSTOM):
                del registry[name]


def _registry() -> dict[str, Any]:
    """TensorFlow's list, by name; empty where it has not been imported, or hides it elsewhere."""
    ops = sys.modules.get("tensorflow.python.framework.ops")
    return getattr(getattr(ops, "gradient_registry", None), "_registry", {})
