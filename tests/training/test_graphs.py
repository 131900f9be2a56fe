"""Many runs in one process: nothing of a run stays behind."""

import contextlib
import ctypes
import gc
import io
import os
import statistics
import weakref
from pathlib import Path

import pytest
import tensorflow as tf

import gan_generator
import gan_train
from modules.training.graphs import graphs_released
from tests.logs import restored_logging
from tests.wind_files import westsouth, write

N_RUNS, WARM_UP, N_COMPARED = 50, 10, 10
LARGEST_GROWTH = 0.02
SMALL = (
    "--hidden_dim 4 --num_layers 1 --seq_len 5 --batch_size 8 --train_step 3 --report none "
    "--data_path input"
).split()


@tf.custom_gradient
def twice(x):
    return 2 * x, lambda upstream: 2 * upstream


def graph():
    """A weak reference to a graph with a custom gradient, which nobody holds any more."""
    traced = tf.function(lambda x: twice(x), autograph=False).get_concrete_function(
        tf.constant(1.0)
    )
    return weakref.ref(traced.graph)


def test_a_graph_made_inside_is_let_go_and_one_made_before_is_not():
    before = graph()
    with graphs_released():
        inside = graph()
    gc.collect()
    assert inside() is None
    assert before() is not None, "TensorFlow lets go by itself: `graphs_released` can go"


def test_a_gradient_made_before_still_works_after():
    doubled = tf.function(lambda x: twice(x), autograph=False)
    doubled(tf.constant(1.0))
    with graphs_released():
        graph()
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        loss = doubled(x)
    assert float(tape.gradient(loss, x)) == 2


def resident():
    """Resident memory of this process, MiB, without what its allocator keeps for later."""
    with contextlib.suppress(AttributeError):  # a C library other than glibc
        ctypes.CDLL(None).malloc_trim(0)
    n_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return n_pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux' /proc")
def test_fifty_runs_in_one_process_take_no_more_memory_than_ten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(westsouth(100), tmp_path / "input" / "WT01.csv")
    mib, n_objects = [], []
    for i in range(N_RUNS):
        said = io.StringIO()
        with restored_logging(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            assert gan_train.main(SMALL) == 0, said.getvalue()
            if i % 5 == 4:
                assert gan_generator.main(["--n_windows=2", "--output=."]) == 0, said.getvalue()
        gc.collect()
        mib.append(resident())
        n_objects.append(len(gc.get_objects()))
    early = statistics.median(mib[WARM_UP : WARM_UP + N_COMPARED])
    late = statistics.median(mib[-N_COMPARED:])
    n_more = n_objects[-1] - n_objects[WARM_UP - 1]
    print(
        f"{N_RUNS} runs: median resident memory {early:.1f} MiB in runs {WARM_UP + 1} to "
        f"{WARM_UP + N_COMPARED}, {late:.1f} MiB in the last {N_COMPARED} "
        f"({late / early - 1:+.2%}); {n_more:+d} Python objects of {n_objects[-1]}"
    )
    assert late <= (1 + LARGEST_GROWTH) * early
    assert n_more < 1000
