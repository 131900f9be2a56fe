"""One loop that drives a table of phases: compiled steps, guard, log, checkpoint, progress."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import tensorflow as tf
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from modules.checkpoints import Checkpoints
from modules.errors import RunError, Stopped
from modules.interruption import listening
from modules.loss_history import LossHistory

STEPS_PER_CALL = 10  # K: steps between two returns from the compiled loop to Python
LARGEST_LOSS = 1e6
WARM_UP = 0.2  # share of a phase that passes without alarms: every generator begins collapsed
MOST_ROLLBACKS = 5
ROLLBACK_FACTOR = 0.5  # of the learning rate, at each return to a checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phase:
    """A row of the phase table.

    `step`: draws its batch and makes one update; a dict of scalar tensors named as in `losses`.
    `validate`: called at log steps; a dict of floats named as in `scores`, logged beside the
    losses. `best`: networks by name, to be left at the end of the phase with the weights of the
    log step whose first score was the lowest. `alarm`: takes what is logged; a warning, or None.
    `largest`: a loss or score beyond it has exploded.
    """

    name: str
    n_steps: int
    step: Callable[[], dict]
    losses: tuple[str, ...]
    validate: Callable[[], dict] = dict
    scores: tuple[str, ...] = ()
    best: dict = field(default_factory=dict)
    alarm: Callable[[dict], str | None] = lambda _named: None
    largest: float = LARGEST_LOSS


def compiled(phase):
    """Return a `tf.function` of one int argument K: K steps on the device -> mean losses."""

    def body(i, sums):
        named = phase.step()
        return i + 1, {name: sums[name] + named[name] for name in phase.losses}

    @tf.function(autograph=False, input_signature=[tf.TensorSpec((), tf.int32)])
    def run(n_steps):
        zeros = dict.fromkeys(phase.losses, tf.constant(0.0))
        _, sums = tf.while_loop(lambda i, _: i < n_steps, body, (0, zeros), parallel_iterations=1)
        return {name: total / tf.cast(n_steps, tf.float32) for name, total in sums.items()}

    return run


class Trainer:
    """Trains phase after phase and keeps what a run is worth: losses, events, checkpoints.

    `state`: dict of trackables (networks, optimisers, random state) that a checkpoint holds.
    `run`: the run folder, `modules.runs.Run`; its newest checkpoint is where training begins.
    `settings`: for the intervals and `on_nan`. `optimizers`: whose learning rate a rollback lowers.
    """

    def __init__(self, phases, state, run, settings, optimizers=()):
        self.phases = phases
        self.run = run
        self.settings = settings
        self.optimizers = optimizers
        # Copies of the best weights are part of the checkpoints, so that the two never differ.
        self.best = [
            {name: [tf.Variable(v) for v in network.variables] for name, network in p.best.items()}
            for p in phases
        ]
        self.phase_index = tf.Variable(0, dtype=tf.int64, name="phase_index")
        self.step = tf.Variable(0, dtype=tf.int64, name="step")
        self.best_step = tf.Variable(0, dtype=tf.int64, name="best_step")
        self.lowest = tf.Variable(tf.float32.max, name="lowest")
        self.rollbacks = tf.Variable(0, dtype=tf.int64, name="rollbacks")
        names = ("phase_index", "step", "best_step", "lowest", "rollbacks")
        progress = {name: getattr(self, name) for name in names}
        self.checkpoints = Checkpoints(run.model_folder, progress | {"best": self.best} | state)

    def train(self):
        """Run every phase from where the newest checkpoint stands to its end.

        Raises RunError when a loss diverges or the disk refuses, and Stopped (after a checkpoint)
        when SIGINT or SIGTERM asks for it.
        """
        try:
            with (
                listening() as asked_to_stop,
                LossHistory(self.run.folder, self.phases) as history,
                logging_redirect_tqdm(),
            ):
                self._begin(history)
                while (index := int(self.phase_index)) < len(self.phases):
                    self._train_phase(self.phases[index], history, asked_to_stop)
        except (OSError, tf.errors.OpError) as error:
            raise RunError(
                f"Training stopped: {error}. Last checkpoint: {self.checkpoints.latest}. When the "
                f"cause is mended, go on with `--resume {self.run.folder.name}`."
            ) from None

    def _begin(self, history):
        path = self.checkpoints.restore()
        if path is None:
            self.checkpoints.save()  # what a rollback before the first interval returns to
        else:
            index, step = int(self.phase_index), int(self.step)
            history.rewind(index, step)
            log.info("Going on from %s: phase %d, step %d", path, index + 1, step)

    def _train_phase(self, phase, history, asked_to_stop):
        """Run `phase` to its end, or back to a checkpoint where it diverges."""
        try:
            self._run_steps(phase, history, asked_to_stop)
            self._return_to_best(phase)
            self.phase_index.assign_add(1)
            self.step.assign(0)
            self._save(phase, phase.n_steps)
        except Diverged as diverged:
            self._roll_back(diverged, history)

    def _run_steps(self, phase, history, asked_to_stop):
        run_steps = compiled(phase)
        step = int(self.step)
        with tqdm(
            total=phase.n_steps, initial=step, desc=phase.name, unit="step", dynamic_ncols=True
        ) as progress:
            while step < phase.n_steps:
                started = time.perf_counter()
                n_steps = self._next_stop(step, phase.n_steps) - step
                losses = run_steps(tf.constant(n_steps, tf.int32))
                step += n_steps
                self.step.assign(step)
                progress.update(n_steps)
                seconds = (time.perf_counter() - started) / n_steps
                self._take_stock(phase, step, losses, seconds, history, progress)
                if asked_to_stop.is_set():
                    self._stop(phase, step, losses)

    def _take_stock(self, phase, step, losses, seconds, history, progress):
        """Guard, log and save, at the steps that are due for it. Raises Diverged."""
        logs = step % self.settings.log_interval == 0 or step == phase.n_steps
        saves = step % self.settings.checkpoint_interval == 0 and step < phase.n_steps
        if not (logs or saves):
            return
        named = {name: float(value) for name, value in losses.items()}
        _guard(phase, step, named)
        if logs:
            named |= phase.validate()
            _guard(phase, step, named)
            self._keep_best(phase, step, named)
            progress.set_postfix_str(_aligned(named), refresh=False)
            log.info(
                "%s %d/%d  %s  %.1f ms/step",
                phase.name, step, phase.n_steps, _aligned(named), 1000 * seconds,
            )  # fmt: skip
            if step > WARM_UP * phase.n_steps and (warning := phase.alarm(named)):
                log.warning("%s", warning)
            history.add(phase, step, named)
        if saves:
            self._save(phase, step)

    def _save(self, phase, step):
        """Make a checkpoint, unless it would hold what nobody can go on from. Raises Diverged."""
        if lost := self.checkpoints.find_lost():
            raise Diverged(f"The weights {', '.join(lost)} diverged by {phase.name} step {step}.")
        self.checkpoints.save()

    def _next_stop(self, step, n_steps):
        """The step the next compiled call ends at: never past a log line or a checkpoint."""
        intervals = (self.settings.log_interval, self.settings.checkpoint_interval)
        stops = [interval * (step // interval + 1) for interval in intervals]
        return min(step + STEPS_PER_CALL, n_steps, *stops)

    def _roll_back(self, diverged, history):
        """Go back to the last checkpoint with a lower learning rate, or raise RunError."""
        latest = self.checkpoints.latest
        n_rollbacks = int(self.rollbacks) + 1
        if self.settings.on_nan != "rollback" or n_rollbacks > MOST_ROLLBACKS:
            raise RunError(
                f"{diverged} Last good checkpoint: {latest}. Try a smaller `--lr`, or "
                "`--on_nan rollback`, which goes back and lowers it."
            )
        latest = self.checkpoints.restore()
        self.rollbacks.assign(n_rollbacks)
        for optimizer in self.optimizers:
            optimizer.learning_rate.assign(optimizer.learning_rate * ROLLBACK_FACTOR)
        self.checkpoints.save()
        history.rewind(int(self.phase_index), int(self.step))
        log.warning(
            "%s Back to %s with %g of the learning rate (%d of %d times).",
            diverged, latest, ROLLBACK_FACTOR, n_rollbacks, MOST_ROLLBACKS,
        )  # fmt: skip

    def _stop(self, phase, step, losses):
        _guard(phase, step, {name: float(value) for name, value in losses.items()})
        self._save(phase, step)
        raise Stopped(
            f"Stopped at {phase.name} step {step}, saved as {self.checkpoints.latest}. "
            f"Go on with: python gan_train.py --resume {self.run.folder.name}"
        )

    def _keep_best(self, phase, step, named):
        if phase.best and named[phase.scores[0]] < self.lowest:
            self.lowest.assign(named[phase.scores[0]])
            self.best_step.assign(step)
            self._copy_best(phase, to_network=False)

    def _return_to_best(self, phase):
        if phase.best:
            self._copy_best(phase, to_network=True)
            log.info(
                "%s: back to step %d, %s %.4f",
                phase.name, int(self.best_step), phase.scores[0], float(self.lowest),
            )  # fmt: skip
            self.lowest.assign(self.lowest.dtype.max)

    def _copy_best(self, phase, *, to_network):
        copies = self.best[self.phases.index(phase)]
        for name, network in phase.best.items():
            for variable, copy in zip(network.variables, copies[name], strict=True):
                target, source = (variable, copy) if to_network else (copy, variable)
                target.assign(source)


class Diverged(Exception):
    """A loss is no number any more, or has exploded."""


def _guard(phase, step, losses):
    lost = {n: v for n, v in losses.items() if not math.isfinite(v) or abs(v) > phase.largest}
    if lost:
        shown = ", ".join(f"{name} ({value:g})" for name, value in lost.items())
        raise Diverged(f"{shown} diverged by {phase.name} step {step}.")


def _aligned(losses):
    return "  ".join(f"{name.removesuffix('_loss')} {value:.4f}" for name, value in losses.items())
