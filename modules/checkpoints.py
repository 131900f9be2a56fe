"""Checkpoints of a training: `ckpt-N`, the last two, each whole or passed over."""

import logging

import tensorflow as tf

from modules.errors import RunError

log = logging.getLogger(__name__)

N_KEPT = 2


class Checkpoints:
    """Saves and restores the trackables of `state` (weights, optimisers, random state, place)."""

    def __init__(self, folder, state):
        self._checkpoint = tf.train.Checkpoint(**state)
        self._manager = tf.train.CheckpointManager(
            self._checkpoint, str(folder), max_to_keep=N_KEPT, checkpoint_name="ckpt"
        )

    @property
    def latest(self):
        """Path of the newest checkpoint, None before the first."""
        return self._manager.latest_checkpoint

    def save(self):
        self._manager.save()

    def restore(self):
        """Restore the newest checkpoint that can be read; return its path, None where none is.

        Raises RunError when there are some and all are damaged.
        """
        for path in reversed(self._manager.checkpoints):
            try:
                self._checkpoint.restore(path).assert_existing_objects_matched()
                return path
            except (tf.errors.OpError, AssertionError, ValueError) as error:
                log.warning("Checkpoint %s cannot be read: %s. Trying the one before.", path, error)
        if self._manager.checkpoints:
            raise RunError(f"No checkpoint in {self._manager.directory} can be read. Train again.")
        return None
