"""The table of phases that a training goes through, and a phase's steps as one compiled loop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

LARGEST_LOSS = 1e6


@dataclass(frozen=True)
class Phase:
    """A row of the phase table.

    `step`: draws its batch and makes one update; a dict of scalar tensors named as in `losses`.
    `begin`: called before the first step. `validate`: called at log steps; a dict of floats named
    as in `scores`, logged beside the losses. `best`: networks by name, to be left at the end of
    the phase with the weights of the log step whose first score was the lowest among those that
    `may_be_best`. `alarm`: takes what is logged; a warning, or None. `picture`: called at a few log
    steps, what TensorBoard shows, uint8 (height, width, 3). `largest`: a loss or score beyond it
    has exploded.
    `patience`: the phase ends early once its first loss has not reached a new low for so many log
    steps, 0 never; `takes_spare`: gets the steps that earlier phases did not need. `decay`: last
    share of the phase over which the learning rate falls to zero. `cost`: how long a step takes
    beside one of the other phases.
    """

    name: str
    n_steps: int
    step: Callable[[], dict[str, tf.Tensor]]
    losses: tuple[str, ...]
    begin: Callable[[], None] = lambda: None
    validate: Callable[[], dict[str, float]] = dict
    scores: tuple[str, ...] = ()
    best: dict[str, keras.Model] = field(default_factory=dict)
    may_be_best: Callable[[dict[str, float]], bool] = lambda _named: True
    alarm: Callable[[dict[str, float]], str | None] = lambda _named: None
    picture: Callable[[], np.ndarray] | None = None
    largest: float = LARGEST_LOSS
    patience: int = 0
    takes_spare: bool = False
    decay: float = 0.0
    cost: float = 1.0


class Choosing(Protocol):
    """What the best weights of the joint phase are chosen by."""

    NAMES: tuple[str, ...]

    def scores(self) -> dict[str, float]:
        """Of the sampling networks as they stand, by name; the first is the one to be lowest."""

    def is_no_copy(self, named: dict[str, float]) -> bool:
        """Whether weights with these scores may be chosen at all."""


def compiled(phase: Phase) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Return a `tf.function` of one int argument K: K steps on the device -> mean losses."""

    def body(i: tf.Tensor, sums: dict[str, tf.Tensor]) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        named = phase.step()
        return i + 1, {name: sums[name] + named[name] for name in phase.losses}

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((), tf.int32)])
    def run(n_steps: tf.Tensor) -> dict[str, tf.Tensor]:
        zeros = dict.fromkeys(phase.losses, tf.constant(0.0))
        _, sums = tf.while_loop(lambda i, _: i < n_steps, body, (0, zeros), parallel_iterations=1)
        return {name: total / tf.cast(n_steps, tf.float32) for name, total in sums.items()}

    return run
