"""The batch shared out to replicas of the networks, by `tf.distribute`; to one, without a strategy.

What a step is given is the whole batch, on every replica. It computes its networks on a share of
the windows, and its losses on the whole of what all replicas made of theirs, so that they are what
one replica would get. Of a loss on the whole each replica knows the gradient through its own share,
and the optimiser adds these up.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


def n_replicas() -> int:
    """How many there are under the strategy that is in scope."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def run(step: Callable[..., Any], *arguments: Any) -> Any:
    """Call `step` on every replica. Returns what `tf.distribute.Strategy.run` does."""
    return tf.distribute.get_strategy().run(step, arguments)


def first(values: Any) -> Any:
    """Of nested values of all replicas, which are alike, those of the first of this process."""
    strategy = tf.distribute.get_strategy()
    return tf.nest.map_structure(
        lambda value: strategy.experimental_local_results(value)[0], values
    )


def share(batch: tf.Tensor) -> tf.Tensor:
    """The windows of this replica: (B, ...) -> (B / replicas, ...)."""
    if n_replicas() == 1:
        return batch
    n_windows = batch.shape[0] // n_replicas()
    begin = tf.distribute.get_replica_context().replica_id_in_sync_group * n_windows
    return batch[begin : begin + n_windows]


def whole(made: tf.Tensor) -> tf.Tensor:
    """What all replicas made, theirs without a gradient: (B / replicas, ...) -> (B, ...)."""
    if n_replicas() == 1:
        return made
    context = tf.distribute.get_replica_context()
    gathered = context.all_gather(tf.stop_gradient(made), axis=0)
    begin = context.replica_id_in_sync_group * made.shape[0]
    before, after = gathered[:begin], gathered[begin + made.shape[0] :]
    return tf.ensure_shape(
        tf.concat([before, made, after], 0), (made.shape[0] * n_replicas(), *made.shape[1:])
    )


def plain(model: keras.Model) -> keras.Model:
    """A copy of `model`, made under a strategy, that needs none: it can be saved."""
    copy = keras.models.clone_model(model)
    for weight, trained in zip(copy.weights, model.weights, strict=True):
        weight.assign(tf.convert_to_tensor(trained))
    return copy
