"""Programs of XLA: what they return, in which order they run, what they leave behind."""

import ctypes
import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models.xla import xla_program

N_GRAPHS, MOST_KEPT_KIB = 20, 10


def sum_and_steps(x, y):
    """A value and a tuple, through as many operations as a recurrent layer's program has."""
    total = x
    for _ in range(60):
        total = total + y
    return total, (x - y, total * 2)


def expected(x, y):
    return x + 60 * y, x - y, 2 * (x + 60 * y)


def called_in_a_graph(program, *arguments):
    return tf.function(lambda *a: program(*a), autograph=False)(*arguments)


@pytest.mark.parametrize("shape", [(3,), (2, 4)])
def test_a_program_returns_what_the_function_does(shape):
    program = xla_program(sum_and_steps)
    x, y = (np.arange(np.prod(shape), dtype=np.float32).reshape(shape) + i for i in range(2))
    for results in (
        program(tf.constant(x), tf.constant(y)),
        called_in_a_graph(program, tf.constant(x), tf.constant(y)),
    ):
        assert isinstance(results[1], tuple)
        for result, value in zip(tf.nest.flatten(results), expected(x, y), strict=True):
            np.testing.assert_array_equal(result, value)


def test_shapes_are_known_while_the_graph_is_made():
    program, shapes = xla_program(lambda x: tf.reduce_sum(x, 0)), []

    @tf.function(autograph=False)
    def run(x):
        shapes.append(program(x).shape)
        return x

    run(tf.zeros((5, 7)))
    assert shapes == [(7,)]


def test_programs_do_not_wait_for_each_other():
    program = xla_program(tf.tanh)
    run = tf.function(lambda x: program(x) + program(x + 1), autograph=False)
    graph = run.get_concrete_function(tf.TensorSpec((3,))).graph
    launches = [op for op in graph.get_operations() if op.type == "XlaLaunch"]
    assert [op.control_inputs for op in launches] == [[], []]


def allocated_kib():
    """What this process has allocated and not let go, KiB, as glibc counts it."""
    fields = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"

    class Counted(ctypes.Structure):
        """The `struct mallinfo2`."""

        _fields_ = [(name, ctypes.c_size_t) for name in fields.split()]

    library = ctypes.CDLL(None)
    library.mallinfo2.restype = Counted
    counted = library.mallinfo2()
    return (counted.uordblks + counted.hblkhd) / 1024


def growth_kib():
    """What `N_GRAPHS` graphs leave behind that launched a program and are gone, KiB."""
    program, x = xla_program(sum_and_steps), tf.ones((3, 3))
    called_in_a_graph(program, x, x)
    gc.collect()
    before = allocated_kib()
    for _ in range(N_GRAPHS):
        called_in_a_graph(program, x, x)
        gc.collect()
    return allocated_kib() - before


@pytest.mark.whole
@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="asks glibc 2.33 or newer what is allocated",
)
def test_a_graph_that_is_gone_leaves_nothing_of_a_program_behind():
    # In a process of its own: the threads of earlier tests still let memory go, and take it.
    measured = subprocess.run(
        [sys.executable, "-c", "from tests.models.test_xla import growth_kib; print(growth_kib())"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(measured.stdout) < N_GRAPHS * MOST_KEPT_KIB
