"""What TensorBoard shows beside the losses: texts and numbers of a whole run."""

import logging
from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

log = logging.getLogger(__name__)


def write_events(
    folder: Path,
    *,
    numbers: Mapping[str, float] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write `numbers` as scalars and `texts` as Markdown into an event file of `folder`.

    A disk that refuses is a warning: they stand in files of their own too.
    """
    try:
        writer = tf.summary.create_file_writer(str(folder))
        with writer.as_default(step=0):
            for name, number in (numbers or {}).items():
                tf.summary.scalar(name, number)
            for name, text in (texts or {}).items():
                tf.summary.text(name, text)
        writer.close()
    except (OSError, tf.errors.OpError) as error:
        log.warning("Not in TensorBoard: %s", " ".join(str(error).split()))
