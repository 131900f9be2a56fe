"""Batches are true windows, drawn evenly, from the seed alone."""

import numpy as np
import pytest
import tensorflow as tf

from modules import aside
from modules.aside import filled, lies_aside
from modules.timegan.noise import noise_maker
from modules.windows.batches import Batches


def arange_batches(seed=0, *, batch_size=64, starts=None):
    """Row r of the series is (r, 100 + r)."""
    series = np.arange(30.0)[:, None] + [0, 100]
    starts = np.arange(26) if starts is None else starts
    return Batches(
        series,
        starts,
        seq_len=5,
        batch_size=batch_size,
        z_dim=3,
        noise=noise_maker("uniform", 5),
        seed=seed,
    )


def test_windows_are_consecutive_rows_in_time_order():
    windows = arange_batches().windows().numpy()
    assert windows.shape == (64, 5, 2)
    assert windows.dtype == np.float32
    first = windows[:, :1, :1]
    expected = first + np.arange(5)[:, None] + [0, 100]
    np.testing.assert_array_equal(windows, expected)


def test_windows_begin_only_where_they_may():
    starts = [0, 3, 25]
    firsts = arange_batches(starts=starts, batch_size=200).windows().numpy()[:, 0, 0]
    assert set(firsts) == set(starts)


def test_no_window_comes_twice_in_a_batch_while_there_are_others():
    batches = arange_batches(batch_size=20)
    for _ in range(50):
        firsts = batches.windows().numpy()[:, 0, 0]
        assert len(set(firsts)) == 20


def test_a_batch_larger_than_the_records_takes_every_window_as_often():
    firsts = arange_batches(batch_size=27).windows().numpy()[:, 0, 0].astype(int)
    assert sorted(np.bincount(firsts, minlength=26)) == [1] * 25 + [2]


def test_every_window_comes_equally_often_the_last_included():
    batches = arange_batches(batch_size=10)
    draw = tf.function(batches.windows, autograph=False)
    firsts = np.concatenate([draw().numpy()[:, 0, 0] for _ in range(2600)]).astype(int)
    counts = np.bincount(firsts, minlength=26)
    # Five standard deviations of a binomial count.
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_noise_is_uniform_in_0_to_1_and_new_each_time():
    batches = arange_batches(batch_size=4000)
    first, second = batches.noise().numpy(), batches.noise().numpy()
    assert first.shape == (4000, 5, 3)
    assert 0 <= first.min() and first.max() < 1
    counts = np.histogram(first, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 6000).max() < 5 * np.sqrt(6000)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.03


def drawn(batches):
    return [batches.windows().numpy(), batches.noise().numpy(), batches.windows().numpy()]


def test_same_seed_draws_the_same_whatever_the_global_seed():
    tf.random.set_seed(1)
    first = drawn(arange_batches(7))
    tf.random.set_seed(2)
    for left, right in zip(first, drawn(arange_batches(7)), strict=True):
        np.testing.assert_array_equal(left, right)
    assert not np.array_equal(first[0], arange_batches(8).windows())
    assert not np.array_equal(first[0], first[2])


def test_draws_go_on_from_a_checkpoint(tmp_path):
    batches = arange_batches(7)
    batches.windows()
    saved = tf.train.Checkpoint(random=batches.random).write(str(tmp_path / "state"))
    expected = drawn(batches)
    again = arange_batches(99)
    tf.train.Checkpoint(random=again.random).read(saved).assert_consumed()
    for left, right in zip(expected, drawn(again), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_compiled_step_draws_a_new_batch_at_every_call():
    step = tf.function(arange_batches().windows, autograph=False)
    assert not np.array_equal(step(), step())


def test_windows_are_never_materialised():
    n_rows, seq_len = 1000, 100
    batches = Batches(
        np.zeros((n_rows, 2)), np.arange(n_rows - seq_len + 1),
        seq_len=seq_len, batch_size=4, z_dim=2, noise=None, seed=0,
    )  # fmt: skip
    tensors = [v for v in vars(batches).values() if isinstance(v, tf.Tensor)]
    assert max(int(tf.size(tensor)) for tensor in tensors) == n_rows * 2


def test_the_last_window_ends_at_the_last_row():
    batches = arange_batches(starts=[25], batch_size=3)
    np.testing.assert_array_equal(batches.windows()[:, :, 0], [[25, 26, 27, 28, 29]] * 3)


@pytest.mark.parametrize("batch_size", [1, 26, 100])
def test_batch_size_is_free_of_the_number_of_windows(batch_size):
    assert arange_batches(batch_size=batch_size).windows().shape == (batch_size, 5, 2)


def test_rows_that_lie_in_a_file_give_the_same_windows(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    starts = np.arange(26)
    drawn = []
    for large in (aside.LARGE, 1):
        monkeypatch.setattr(aside, "LARGE", large)
        held = filled(rows.shape, np.float32, [rows]), filled(starts.shape, np.int64, [starts])
        assert lies_aside(held[0]) == lies_aside(held[1]) == (large == 1)
        noise = noise_maker("uniform", 5)
        batches = Batches(*held, seq_len=5, batch_size=8, z_dim=2, noise=noise, seed=3)
        draw = tf.function(batches.windows)
        drawn.append([draw().numpy() for _ in range(3)])
    np.testing.assert_array_equal(drawn[0], drawn[1])
