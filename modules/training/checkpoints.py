"""Checkpoints of a training: `ckpt-N`, the last two, each whole or passed over."""

import logging
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from modules import files
from modules.errors import RunError

log = logging.getLogger(__name__)

N_KEPT = 2
LIST = "checkpoint"
NAME = re.compile(r"ckpt-(\d+)\.index")


class Checkpoints:
    """Saves and restores the trackables of `state` (weights, optimisers, random state, place)."""

    def __init__(self, folder: Path, state: dict[str, Any]) -> None:
        self._folder = Path(folder)
        # Keras keeps the state of its random layers where a checkpoint does not look.
        networks = [
            part for part in _parts(tf.train.Checkpoint(**state)) if isinstance(part, keras.Model)
        ]
        variables = [variable for network in networks for variable in network.variables]
        self._checkpoint = tf.train.Checkpoint(**state, of_keras=variables)
        self._manager = self._manage()

    def _manage(self) -> tf.train.CheckpointManager:
        try:
            return tf.train.CheckpointManager(
                self._checkpoint, str(self._folder), max_to_keep=N_KEPT, checkpoint_name="ckpt"
            )
        except ValueError:  # a power cut can leave TensorFlow's list empty; nobody else needs it
            files.remove_file(self._folder / LIST)
            return self._manage()

    @property
    def latest(self) -> str | None:
        """Path of the newest checkpoint, None before the first."""
        return next(iter(self._newest_first()), None)

    def save(self) -> None:
        path = self._manager.save()
        for part in files.files_in(self._folder, f"{Path(path).name}.*"):
            files.flush_to_disk(part)

    def restore(self) -> str | None:
        """Restore the newest checkpoint that can be read; return its path, None where none is.

        Raises RunError when there are some and all are damaged.
        """
        paths = self._newest_first()
        for path in paths:
            try:
                self._checkpoint.restore(path).assert_existing_objects_matched()
                return path
            except (tf.errors.OpError, AssertionError, ValueError, IndexError) as error:
                reason = str(error).splitlines()[0]
                log.warning("Checkpoint %s cannot be read: %s. Trying one before.", path, reason)
        if paths:
            raise RunError(
                f"No checkpoint in {self._folder} can be read. Where settings.json there has been "
                "edited, restore it; else train again."
            )
        return None

    def find_lost(self) -> list[str]:
        """Return the names of variables that hold something else than finite numbers."""
        variables = [
            v for v in _parts(self._checkpoint) if isinstance(v, tf.Variable | keras.Variable)
        ]
        values = {getattr(v, "path", v.name): tf.convert_to_tensor(v).numpy() for v in variables}
        return [name for name, value in values.items() if not np.isfinite(value).all()]

    def _newest_first(self) -> list[str]:
        """Paths of the checkpoints on disk: the manager's own list may be the damaged file."""
        found = (NAME.fullmatch(path.name) for path in files.files_in(self._folder, "ckpt-*.index"))
        numbers = sorted((int(match[1]) for match in found if match), reverse=True)
        return [str(self._folder / f"ckpt-{number}") for number in numbers]


def _parts(checkpoint: tf.train.Checkpoint) -> list[Any]:
    return tf.train.TrackableView(checkpoint).descendants()
