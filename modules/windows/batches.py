"""Batches drawn on the device by index: windows are never materialised."""

import tensorflow as tf


class Batches(tf.Module):
    """Random windows and noise, drawn inside a compiled step.

    `scaled`: float32 (n_rows, F), all stretches one after the other. `starts`: int (n_windows,),
    the row each window begins at. `noise`: see `modules.timegan.noise`. Draws follow `seed`
    alone and are part of a checkpoint.
    """

    def __init__(self, scaled, starts, *, seq_len, batch_size, z_dim, noise, seed):
        super().__init__(name="batches")
        self.scaled = tf.constant(scaled, tf.float32)
        self.starts = tf.constant(starts, tf.int64)
        self.steps = tf.range(seq_len, dtype=tf.int64)
        self.batch_size = batch_size
        self.make_noise = noise
        self.noise_shape = (batch_size, seq_len, z_dim)
        self.random = tf.random.Generator.from_seed(seed, alg="philox")

    def windows(self):
        """Return float32 (batch_size, seq_len, F), drawn with replacement."""
        drawn = self.random.uniform((self.batch_size,), maxval=self.starts.shape[0], dtype=tf.int64)
        rows = tf.gather(self.starts, drawn)[:, None] + self.steps
        return tf.gather(self.scaled, rows)

    def noise(self):
        """Return float32 (batch_size, seq_len, z_dim)."""
        return self.make_noise(self.random, self.noise_shape)

    def direction(self, width):
        """Return standard normal float32 (batch_size, seq_len, width)."""
        return self.random.normal((*self.noise_shape[:2], width))
