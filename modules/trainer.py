"""One loop that drives a table of phases: compiled steps, guard, log, checkpoint, progress."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol

import keras
import tensorflow as tf
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from modules.errors import RunError, Stopped
from modules.training.checkpoints import Checkpoints
from modules.training.interruption import Asked, listening
from modules.training.loss_history import LossHistory
from modules.training.pace import duration
from modules.training.phases import Phase, compiled
from modules.training.progress import Best, Plateau

STEPS_PER_CALL = 10  # K: steps between two returns from the compiled loop to Python
WARM_UP = 0.2  # share of a phase that passes without alarms: every generator begins collapsed
MOST_ROLLBACKS = 5
N_PICTURES = 5  # of a phase, at most
ROLLBACK_FACTOR = 0.5  # of the learning rate, at each return to a checkpoint

log = logging.getLogger(__name__)


class Folders(Protocol):
    """What a training needs of a run."""

    @property
    def folder(self) -> Path: ...

    @property
    def model_folder(self) -> Path: ...

    @property
    def resume_command(self) -> str: ...


class Trainer:
    """Trains phase after phase and keeps what a run is worth: losses, events, checkpoints.

    `state`: dict of trackables (networks, optimisers, random state) that a checkpoint holds.
    `run`: the run folder, `modules.runs.run.Run`; its newest checkpoint is where training begins.
    `rates`: pairs of an optimiser and its own learning rate, which a phase's decay and a rollback
    multiply. `log_interval`, `checkpoint_interval`: in steps. `on_nan`: what a loss that diverges
    does, `stop` the training or `rollback` to the last checkpoint.
    """

    def __init__(
        self,
        phases: Sequence[Phase],
        state: dict[str, Any],
        run: Folders,
        rates: Sequence[tuple[keras.optimizers.Optimizer, float]] = (),
        *,
        log_interval: int,
        checkpoint_interval: int,
        on_nan: Literal["stop", "rollback"] = "stop",
    ) -> None:
        self.phases = phases
        self.run = run
        self.rates = rates
        self.log_interval, self.checkpoint_interval = log_interval, checkpoint_interval
        self.on_nan = on_nan
        self.best = Best(phases)
        self.plateau = Plateau()
        self.phase_index = tf.Variable(0, dtype=tf.int64, name="phase_index")
        self.step = tf.Variable(0, dtype=tf.int64, name="step")
        self.spare = tf.Variable(0, dtype=tf.int64, name="spare")
        self.rollbacks = tf.Variable(0, dtype=tf.int64, name="rollbacks")
        names = ("best", "plateau", "phase_index", "step", "spare", "rollbacks")
        progress = {name: getattr(self, name) for name in names}
        self.checkpoints = Checkpoints(run.model_folder, progress | state)

    def train(self) -> None:
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
        except tf.errors.ResourceExhaustedError:
            raise  # whoever knows the settings says which to lower
        except (OSError, tf.errors.OpError) as error:
            reason = " ".join(str(error).split())
            if "Collective" in reason:
                reason = "another worker of this training has ended, or cannot be reached"
            raise RunError(
                f"Training stopped: {reason}. Last checkpoint: {self.checkpoints.latest}. When the "
                f"cause is mended, go on with: {self.run.resume_command}"
            ) from None

    def _begin(self, history: LossHistory) -> None:
        path = self.checkpoints.restore()
        if path is None:
            self.checkpoints.save()  # what a rollback before the first interval returns to
        else:
            index, step = int(self.phase_index), int(self.step)
            history.rewind(index, step)
            log.info("Going on from %s: phase %d, step %d", path, index + 1, step)

    def _train_phase(self, phase: Phase, history: LossHistory, asked_to_stop: Asked) -> None:
        """Run `phase` to its end, or back to a checkpoint where it diverges."""
        if phase.takes_spare:
            phase = replace(phase, n_steps=phase.n_steps + int(self.spare))
        try:
            self._run_steps(phase, history, asked_to_stop)
            self.best.put_back(int(self.phase_index), phase)
            self.plateau.reset()
            self.spare.assign_add(phase.n_steps - int(self.step))
            self.phase_index.assign_add(1)
            self.step.assign(0)
            self._save(phase, phase.n_steps)
        except Diverged as diverged:
            self._roll_back(diverged, history)

    def _run_steps(self, phase: Phase, history: LossHistory, asked_to_stop: Asked) -> None:
        run_steps = compiled(phase)
        step = int(self.step)
        if step == 0:
            phase.begin()
        with tqdm(
            total=phase.n_steps,
            initial=step,
            desc=phase.name,
            unit="step",
            dynamic_ncols=True,
            disable=None,
        ) as progress:
            while step < phase.n_steps and not self.plateau.is_reached(phase.patience):
                started = time.perf_counter()
                self._set_learning_rates(phase, step)
                n_steps = self._next_stop(step, phase.n_steps) - step
                losses = run_steps(tf.constant(n_steps, tf.int32))
                step += n_steps
                self.step.assign(step)
                progress.update(n_steps)
                seconds = (time.perf_counter() - started) / n_steps
                self._take_stock(phase, step, losses, seconds, history, progress)
                if asked_to_stop.is_set():
                    self._stop(phase, step, losses, asked_to_stop.number)

    def _set_learning_rates(self, phase: Phase, step: int) -> None:
        """Each its own, lower after rollbacks and in the last part of a phase with a `decay`."""
        left = (1 - step / phase.n_steps) / phase.decay if phase.decay else 1
        factor = min(1, left) * ROLLBACK_FACTOR ** int(self.rollbacks)
        for optimizer, rate in self.rates:
            optimizer.learning_rate.assign(rate * factor)

    def _take_stock(
        self,
        phase: Phase,
        step: int,
        losses: dict[str, tf.Tensor],
        seconds: float,
        history: LossHistory,
        progress: tqdm,
    ) -> None:
        """Guard, log and save, at the steps that are due for it. Raises Diverged."""
        logs = step % self.log_interval == 0 or step == phase.n_steps
        saves = step % self.checkpoint_interval == 0 and step < phase.n_steps
        if not (logs or saves):
            return
        named = {name: float(value) for name, value in losses.items()}
        _guard(phase, step, named)
        if logs:
            named |= phase.validate()
            _guard(phase, step, named)
            self.best.consider(int(self.phase_index), phase, step, named)
            self.plateau.add(named[phase.losses[0]])
            progress.set_postfix_str(_aligned(named), refresh=False)
            log.info(
                "%s %d/%d  %s  %s left  %.1f ms/step",
                phase.name, step, phase.n_steps, _aligned(named),
                duration(self._seconds_left(phase, step, seconds)), 1000 * seconds,
            )  # fmt: skip
            if step > WARM_UP * phase.n_steps and (warning := phase.alarm(named)):
                log.warning("%s", warning)
            history.add(phase, step, named)
            if phase.picture and self._shows(phase, step):
                history.show(phase, step, phase.picture())
        if saves:
            self._save(phase, step)

    def _shows(self, phase: Phase, step: int) -> bool:
        """Whether `step` is the first log step in its part of `phase`: a picture for each."""
        before = max(0, step - self.log_interval)
        return N_PICTURES * step // phase.n_steps > N_PICTURES * before // phase.n_steps

    def _seconds_left(self, phase: Phase, step: int, seconds: float) -> float:
        """Until the last phase ends, at `seconds` a step of `phase`."""
        later = self.phases[int(self.phase_index) + 1 :]
        n_steps = phase.n_steps - step + sum(p.n_steps * p.cost / phase.cost for p in later)
        return n_steps * seconds

    def _save(self, phase: Phase, step: int) -> None:
        """Make a checkpoint, unless it would hold what nobody can go on from. Raises Diverged."""
        if lost := self.checkpoints.find_lost():
            raise Diverged(f"The weights {', '.join(lost)} diverged by {phase.name} step {step}.")
        self.checkpoints.save()

    def _next_stop(self, step: int, n_steps: int) -> int:
        """The step the next compiled call ends at: never past a log line or a checkpoint."""
        intervals = (self.log_interval, self.checkpoint_interval)
        stops = [interval * (step // interval + 1) for interval in intervals]
        return min(step + STEPS_PER_CALL, n_steps, *stops)

    def _roll_back(self, diverged: "Diverged", history: LossHistory) -> None:
        """Go back to the last checkpoint with a lower learning rate, or raise RunError."""
        latest = self.checkpoints.latest
        n_rollbacks = int(self.rollbacks) + 1
        if self.on_nan != "rollback" or n_rollbacks > MOST_ROLLBACKS:
            raise RunError(
                f"{diverged} Last good checkpoint: {latest}. Try a smaller learning rate, or "
                "`--on_nan rollback`, which goes back and lowers it."
            )
        latest = self.checkpoints.restore()
        self.rollbacks.assign(n_rollbacks)
        self.checkpoints.save()
        history.rewind(int(self.phase_index), int(self.step))
        log.warning(
            "%s Back to %s with %g of the learning rate (%d of %d times).",
            diverged, latest, ROLLBACK_FACTOR, n_rollbacks, MOST_ROLLBACKS,
        )  # fmt: skip

    def _stop(self, phase: Phase, step: int, losses: dict[str, tf.Tensor], number: int) -> None:
        _guard(phase, step, {name: float(value) for name, value in losses.items()})
        self._save(phase, step)
        raise Stopped(
            f"Stopped at {phase.name} step {step}, saved as {self.checkpoints.latest}. "
            f"Go on with: {self.run.resume_command}",
            number,
        )


class Diverged(Exception):
    """A loss is no number any more, or has exploded."""


def _guard(phase: Phase, step: int, losses: dict[str, float]) -> None:
    lost = {n: v for n, v in losses.items() if not math.isfinite(v) or abs(v) > phase.largest}
    if lost:
        shown = ", ".join(f"{name} ({value:g})" for name, value in lost.items())
        raise Diverged(f"{shown} diverged by {phase.name} step {step}.")


def _aligned(losses: dict[str, float]) -> str:
    return "  ".join(f"{name.removesuffix('_loss')} {value:.4f}" for name, value in losses.items())
