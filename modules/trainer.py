"""One loop that drives a table of phases: compiled steps, guard, log, checkpoint, progress."""

import csv
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import tensorflow as tf
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from modules.errors import RunError

STEPS_PER_CALL = 10  # K: steps between two returns from the compiled loop to Python

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Phase:
    """A row of the phase table.

    `step`: draws its batch and makes one update; a dict of scalar tensors named as in `losses`.
    `validate`: called at log steps; a dict of floats named as in `scores`, logged beside the
    losses. `best`: networks by name, to be left at the end of the phase with the weights of the
    log step whose first score was the lowest.
    """

    name: str
    n_steps: int
    step: Callable[[], dict]
    losses: tuple[str, ...]
    validate: Callable[[], dict] = dict
    scores: tuple[str, ...] = ()
    best: dict = field(default_factory=dict)


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
    `run`: the run folder, `modules.runs.Run`. `settings`: for the intervals.
    """

    def __init__(self, phases, state, run, settings):
        self.phases = phases
        self.run = run
        self.best_path = str(run.model_folder / "best")
        self.log_interval = settings.log_interval
        self.checkpoint_interval = settings.checkpoint_interval
        self.phase_index = tf.Variable(0, dtype=tf.int64, name="phase_index")
        self.step = tf.Variable(0, dtype=tf.int64, name="step")
        self.best_step = tf.Variable(0, dtype=tf.int64, name="best_step")
        self.lowest = tf.Variable(math.inf, name="lowest")
        progress = {
            name: getattr(self, name) for name in ("phase_index", "step", "best_step", "lowest")
        }
        self.manager = tf.train.CheckpointManager(
            tf.train.Checkpoint(**progress, **state),
            str(run.model_folder),
            max_to_keep=2,
            checkpoint_name="ckpt",
        )

    def train(self):
        """Run every phase from where the state stands to its end.

        Raises RunError when a loss stops being a number.
        """
        with LossHistory(self.run.folder, self.phases) as history, logging_redirect_tqdm():
            while (index := int(self.phase_index)) < len(self.phases):
                self._train_phase(self.phases[index], history)
                self._return_to_best(self.phases[index])
                self.phase_index.assign_add(1)
                self.step.assign(0)
                self.manager.save()

    def _train_phase(self, phase, history):
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
                logs = step % self.log_interval == 0 or step == phase.n_steps
                saves = step % self.checkpoint_interval == 0 and step < phase.n_steps
                if logs or saves:
                    named = {name: float(value) for name, value in losses.items()}
                    self._guard(phase, step, named)
                if logs:
                    milliseconds = 1000 * (time.perf_counter() - started) / n_steps
                    named |= phase.validate()
                    self._guard(phase, step, named)
                    self._keep_best(phase, step, named)
                    progress.set_postfix_str(_aligned(named), refresh=False)
                    log.info(
                        "%s %d/%d  %s  %.1f ms/step",
                        phase.name, step, phase.n_steps, _aligned(named), milliseconds,
                    )  # fmt: skip
                    history.add(phase, step, named)
                if saves:
                    self.manager.save()

    def _keep_best(self, phase, step, named):
        if phase.best and named[phase.scores[0]] < self.lowest:
            self.lowest.assign(named[phase.scores[0]])
            self.best_step.assign(step)
            tf.train.Checkpoint(**phase.best).write(self.best_path)

    def _return_to_best(self, phase):
        if phase.best:
            tf.train.Checkpoint(**phase.best).read(self.best_path).assert_consumed()
            log.info(
                "%s: back to step %d, %s %.4f",
                phase.name, int(self.best_step), phase.scores[0], float(self.lowest),
            )  # fmt: skip
            self.lowest.assign(math.inf)

    def _next_stop(self, step, n_steps):
        """The step the next compiled call ends at: never past a log line or a checkpoint."""
        stops = [step + STEPS_PER_CALL, n_steps]
        stops += [
            interval * (step // interval + 1)
            for interval in (self.log_interval, self.checkpoint_interval)
        ]
        return min(stops)

    def _guard(self, phase, step, losses):
        lost = [name for name, value in losses.items() if not math.isfinite(value)]
        if lost:
            latest = self.manager.latest_checkpoint
            raise RunError(
                f"{', '.join(lost)} stopped being a number by {phase.name} step {step}. Last good "
                f"checkpoint: {latest or 'none yet'}. Try a smaller `--lr`."
            )


class LossHistory:
    """`losses.csv`, a row per log step, and the same numbers as TensorBoard scalars."""

    def __init__(self, folder, phases):
        names = list(
            dict.fromkeys(name for phase in phases for name in phase.losses + phase.scores)
        )
        self._columns = ["phase", "step", *names]
        self._path = folder / "losses.csv"
        self._events = tf.summary.create_file_writer(str(folder))

    def __enter__(self):
        is_new = not self._path.exists()
        self._file = self._path.open("a", newline="", encoding="utf-8")
        self._rows = csv.DictWriter(self._file, self._columns)
        if is_new:
            self._rows.writeheader()
        return self

    def __exit__(self, *_):
        self._file.close()
        self._events.close()

    def add(self, phase, step, losses):
        self._rows.writerow({"phase": phase.name, "step": step} | losses)
        self._file.flush()
        with self._events.as_default(step=step):
            for name, value in losses.items():
                tf.summary.scalar(f"{phase.name}/{name}", value)
        self._events.flush()


def _aligned(losses):
    return "  ".join(f"{name.removesuffix('_loss')} {value:.4f}" for name, value in losses.items())
