"""What a phase has reached so far, as part of every checkpoint: its best weights, its plateau."""

import logging
from collections.abc import Sequence

import tensorflow as tf

from modules.training.phases import Phase

LEAST_GAIN = 0.01  # by which a loss must undercut its lowest to count as falling still

log = logging.getLogger(__name__)


class Best(tf.Module):
    """Copies of the networks at the log step with the lowest score, one set per phase."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        super().__init__(name="best")
        self.copies = [
            {name: [tf.Variable(v) for v in network.variables] for name, network in p.best.items()}
            for p in phases
        ]
        self.step = tf.Variable(0, dtype=tf.int64)
        self.lowest = tf.Variable(tf.float32.max)

    def consider(self, index: int, phase: Phase, step: int, named: dict[str, float]) -> None:
        """Copy the networks of `phase`, the table's row `index`, if they score lower than before.

        `named`: what is logged at `step`.
        """
        if phase.best and named[phase.scores[0]] < self.lowest and phase.may_be_best(named):
            self.lowest.assign(named[phase.scores[0]])
            self.step.assign(step)
            self._copy(index, phase, to_network=False)

    def put_back(self, index: int, phase: Phase) -> None:
        """Give the networks of `phase` their best weights, and begin anew for the next phase."""
        if not phase.best:
            return
        score = phase.scores[0]
        if self.lowest < self.lowest.dtype.max:
            self._copy(index, phase, to_network=True)
            log.info(
                "%s: back to step %d, %s %.4f",
                phase.name, int(self.step), score, float(self.lowest),
            )  # fmt: skip
        else:
            log.warning("%s: no weights passed the checks beside %s.", phase.name, score)
        self.lowest.assign(self.lowest.dtype.max)

    def _copy(self, index: int, phase: Phase, *, to_network: bool) -> None:
        for name, network in phase.best.items():
            for variable, copy in zip(network.variables, self.copies[index][name], strict=True):
                target, source = (variable, copy) if to_network else (copy, variable)
                target.assign(source)


class Plateau(tf.Module):
    """Counts the log steps for which a phase's first loss has not fallen."""

    def __init__(self) -> None:
        super().__init__(name="plateau")
        self.lowest = tf.Variable(tf.float32.max)
        self.waited = tf.Variable(0, dtype=tf.int64)

    def add(self, loss: float) -> None:
        if loss < (1 - LEAST_GAIN) * float(self.lowest):
            self.lowest.assign(loss)
            self.waited.assign(0)
        else:
            self.waited.assign_add(1)

    def is_reached(self, patience: int) -> bool:
        return 0 < patience <= int(self.waited)

    def reset(self) -> None:
        self.lowest.assign(self.lowest.dtype.max)
        self.waited.assign(0)
