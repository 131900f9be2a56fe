"""`windowed_dataset`, and the operations of document 004 that it stands for, as printed there."""

import numpy as np
import pytest
import tensorflow as tf

from modules.errors import DataError
from modules.windows.batches import windowed_dataset

SHRINKING = [list(range(start, min(start + 5, 10))) for start in range(10)]


def documented(series, window_size, batch_size, shuffle_buffer, shift=1, seed=None):
    """Document 001's function, word for word but for `shift`, `seed` and an absent shuffle."""
    series = tf.expand_dims(series, axis=-1)
    ds = tf.data.Dataset.from_tensor_slices(series)
    ds = ds.window(window_size + 1, shift=shift, drop_remainder=True)
    ds = ds.flat_map(lambda w: w.batch(window_size + 1))
    if shuffle_buffer > 1:
        ds = ds.shuffle(shuffle_buffer, seed=seed)
    ds = ds.map(lambda w: (w[:-1], w[1:]))
    return ds.batch(batch_size).prefetch(1)


def printed(dataset):
    return [element.numpy().tolist() for element in dataset]


def assert_same_batches(ours, theirs):
    for (x, y), (their_x, their_y) in zip(ours, theirs, strict=True):
        assert x.dtype == their_x.dtype
        np.testing.assert_array_equal(x, their_x)
        np.testing.assert_array_equal(y, their_y)


@pytest.mark.parametrize(
    "n_rows, window_size, batch_size, shift", [(100, 30, 32, 1), (50, 5, 4, 3), (20, 19, 2, 1)]
)
def test_unshuffled_batches_equal_the_documents_pipeline(n_rows, window_size, batch_size, shift):
    series = np.sin(np.arange(float(n_rows)))
    arguments = (series, window_size, batch_size, 1, shift)
    assert_same_batches(windowed_dataset(*arguments), documented(*arguments))


def test_batches_shuffled_from_one_seed_equal_the_documents_pipeline():
    series = np.arange(60)
    tf.random.set_seed(1)
    ours = list(windowed_dataset(series, 5, 8, 20, seed=2))
    tf.random.set_seed(1)
    assert_same_batches(ours, list(documented(series, 5, 8, 20, seed=2)))
    assert ours[0][0][0, 0, 0] != 0


def test_targets_are_the_inputs_one_row_on():
    x, y = next(iter(windowed_dataset(np.arange(6), 3, 8, 1)))
    assert x[..., 0].numpy().tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert y[..., 0].numpy().tolist() == [[1, 2, 3], [2, 3, 4], [3, 4, 5]]


def test_several_variables_stay_side_by_side():
    series = np.arange(12.0).reshape(6, 2)
    x, y = next(iter(windowed_dataset(series, 5, 1, 1)))
    np.testing.assert_array_equal(x, series[None, :-1])
    np.testing.assert_array_equal(y, series[None, 1:])


def test_windows_never_span_a_missing_value():
    series = np.array([0, 1, 2, np.nan, 4, 5, 6, 7])
    x, _ = next(iter(windowed_dataset(series, 2, 8, 1)))
    assert x[..., 0].numpy().tolist() == [[0, 1], [4, 5], [5, 6]]


def test_without_drop_remainder_the_shrinking_windows_stay():
    dataset = windowed_dataset(np.arange(10), 4, 1, 1, drop_remainder=False)
    windows = [[*x[0, :, 0].numpy().tolist(), *y[0, -1:, 0].numpy().tolist()] for x, y in dataset]
    # A window of one row has nothing to put in.
    assert windows == [*SHRINKING[:-1], []]


def test_every_pass_over_a_shuffled_dataset_has_a_new_order():
    dataset = windowed_dataset(np.arange(40), 3, 40, 40, seed=0)
    (first, _), (second, _) = next(iter(dataset)), next(iter(dataset))
    assert first[:, 0, 0].numpy().tolist() != second[:, 0, 0].numpy().tolist()
    assert sorted(first[:, 0, 0].numpy()) == sorted(second[:, 0, 0].numpy()) == list(range(37))


def test_a_series_no_longer_than_a_window_is_refused():
    with pytest.raises(DataError, match="window_size=30, and 1 to forecast; the longest is 30 ro"):
        windowed_dataset(np.arange(30.0), 30, 32, 1000)


# Document 004, operation by operation.


def test_expand_dims_turns_20_values_into_20_rows_of_one():
    x = np.arange(20)
    assert x.shape == (20,)
    assert tf.expand_dims(x, 1).shape == (20, 1)


def test_batch_drops_what_does_not_fill_one():
    dataset = tf.data.Dataset.range(8)
    assert printed(dataset.batch(3, drop_remainder=True)) == [[0, 1, 2], [3, 4, 5]]
    assert printed(dataset.batch(5, drop_remainder=True)) == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize("drop_remainder, expected", [(False, SHRINKING), (True, SHRINKING[:6])])
def test_window_keeps_or_drops_the_short_ones_at_the_end(drop_remainder, expected):
    dataset = tf.data.Dataset.range(10).window(5, shift=1, drop_remainder=drop_remainder)
    windows = [[int(x) for x in window.as_numpy_iterator()] for window in dataset]
    assert windows == expected


def test_flat_map_lays_batches_of_windows_end_to_end():
    windows = tf.data.Dataset.range(10).window(5, shift=1, drop_remainder=True)
    by_three = printed(windows.flat_map(lambda w: w.batch(3)))
    assert by_three == [part for i in range(6) for part in ([i, i + 1, i + 2], [i + 3, i + 4])]
    assert printed(windows.flat_map(lambda w: w.batch(5))) == SHRINKING[:6]


def test_shuffle_draws_from_a_buffer_of_its_size():
    values = np.arange(10)
    dataset = tf.data.Dataset.from_tensor_slices(values)
    assert printed(dataset) == values.tolist()
    shuffled = printed(dataset.shuffle(buffer_size=5))
    assert sorted(shuffled) == values.tolist()
    # The n-th one drawn can be at most the n-th of those behind the first four.
    assert all(value <= position + 4 for position, value in enumerate(shuffled))


def test_map_splits_windows_into_input_and_label():
    dataset = tf.data.Dataset.range(10).window(5, shift=1, drop_remainder=True)
    dataset = dataset.flat_map(lambda w: w.batch(5)).shuffle(10).map(lambda x: (x[:-1], x[-1:]))
    pairs = sorted((x.numpy().tolist(), y.numpy().tolist()) for x, y in dataset)
    assert pairs == [([i, i + 1, i + 2, i + 3], [i + 4]) for i in range(6)]
