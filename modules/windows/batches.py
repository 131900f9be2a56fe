"""Batches drawn on the device by index: windows are never materialised."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import ArrayLike

from modules.aside import lies_aside
from modules.records.timestamps import stretches
from modules.windows.cut import cut


class Batches(tf.Module):
    """Random windows and noise, drawn inside a compiled step.

    `scaled`: float32 (n_rows, F), all stretches one after the other. `starts`: int (n_windows,),
    the row each window begins at. `noise`: see `modules.timegan.noise`. Draws follow `seed`
    alone and are part of a checkpoint. `n_conditions`: how many of the columns, the last, are what
    a row is made for; noise is drawn for them.
    """

    def __init__(
        self,
        scaled: np.ndarray,
        starts: np.ndarray,
        *,
        seq_len: int,
        batch_size: int,
        z_dim: int,
        noise: Callable[..., tf.Tensor],
        seed: int,
        n_conditions: int = 0,
    ) -> None:
        super().__init__(name="batches")
        self.n_conditions = n_conditions
        # An accelerator would be sent all rows in each step.
        self.place = partial(tf.device, "CPU:0") if lies_aside(scaled) else nullcontext
        self.scaled = _tensor(scaled, tf.float32)
        self.starts = _tensor(starts, tf.int64)
        self.steps = tf.range(seq_len, dtype=tf.int64)
        self.batch_size = batch_size
        self.make_noise = noise
        self.noise_shape = (batch_size, seq_len, z_dim)
        self.random = tf.random.Generator.from_seed(seed, alg="philox")

    def windows(self) -> tf.Tensor:
        """Return float32 (batch_size, seq_len, F); no window twice while there are others left."""
        n_windows = self.starts.shape[0]
        seed = self.random.uniform_full_int((2,), dtype=tf.uint32)
        places = tf.range(self.batch_size, dtype=tf.int64) % n_windows
        drawn = tf.random.experimental.index_shuffle(places, seed, n_windows - 1)
        with self.place():
            rows = tf.gather(self.starts, drawn)[:, None] + self.steps
            return tf.gather(self.scaled, rows)

    def noise(self, windows: tf.Tensor | None = None) -> tf.Tensor:
        """Return float32 (batch_size, seq_len, z_dim), for the conditions that `windows` have."""
        if windows is None or not self.n_conditions:
            return self.make_noise(self.random, self.noise_shape)
        return self.make_noise(self.random, self.noise_shape, windows[..., -self.n_conditions :])


def _tensor(values: np.ndarray, dtype: tf.DType) -> tf.Tensor:
    """`values` on the device; those that lie in a file, see `modules.aside`, stay there."""
    if lies_aside(values) and values.dtype == dtype.as_numpy_dtype:
        return tf.experimental.dlpack.from_dlpack(values.__dlpack__())
    return tf.constant(values, dtype)


def windowed_dataset(
    series: ArrayLike,
    window_size: int,
    batch_size: int,
    shuffle_buffer: int,
    shift: int = 1,
    drop_remainder: bool = True,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Batches of windows and of the same windows one row on, as in documents 001 and 004.

    `series`: (n_rows,) or (n_rows, F), NaN where missing. A window of `window_size` + 1 rows
    begins every `shift` rows of each gap-free stretch; its rows but the last are the inputs and
    its rows but the first the targets, both (B, window_size, F) in the series' own type. Without
    `drop_remainder` the shorter windows at the end of a stretch stay in, and a batch is ragged.
    With `shuffle_buffer` 1 the windows stay in time order.

    The batches are those of the documents' `window`, `flat_map`, `shuffle`, `map` and `batch`,
    but row numbers go through the pipeline in place of windows, which are gathered a batch at a
    time. `np.arange(6)` and `window_size` 3 give 0-2 -> 1-3, 1-3 -> 2-4 and 2-4 -> 3-5.

    Raises DataError when no stretch holds a window.
    """
    series = np.asarray(series)
    series = series[:, None] if series.ndim == 1 else series
    table = pd.DataFrame(series)
    shortest = window_size + 1 if drop_remainder else 1
    cut({"the series": table}, shortest - 1, ahead=1, setting="window_size")
    pieces = [
        (begins, np.minimum(begins + window_size + 1, stop))
        for start, stop in stretches(table)
        for begins in [np.arange(start, stop - shortest + 1, shift, dtype=np.int64)]
    ]
    values = tf.constant(series)

    def pair(begins: tf.Tensor, ends: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if drop_remainder:
            rows = begins[:, None] + tf.range(window_size + 1, dtype=tf.int64)
        else:
            rows = tf.ragged.range(begins, ends)
        windows = tf.gather(values, rows)
        return windows[:, :-1], windows[:, 1:]

    bounds = tuple(np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return drawn(bounds, shuffle_buffer, seed=seed).batch(batch_size).map(pair).prefetch(1)


def drawn(
    items: np.ndarray | tuple[np.ndarray, ...], shuffle_buffer: int, *, seed: int | None
) -> tf.data.Dataset:
    """A `tf.data.Dataset` of `items`, (n, ...), in each pass drawn anew.

    From a buffer of `shuffle_buffer` items; 1 leaves them in their order.
    """
    dataset = tf.data.Dataset.from_tensor_slices(items)
    return dataset.shuffle(shuffle_buffer, seed=seed) if shuffle_buffer > 1 else dataset
