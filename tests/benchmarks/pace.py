"""How many joint steps fit into a given CPU time, by a trial of a few steps.

CPU time, of all threads: wall-clock time would give fewer steps to whoever trains on a busy
machine.
"""

import logging
import re
import time
from dataclasses import dataclass
from typing import NamedTuple

TRIAL_STEPS, TRIAL_INTERVAL = 60, 10
PRETRAINING = {"autoencoder": 1500, "supervised": 1000}  # where the settings' own are not asked for
WARM_LINES = 2  # of the trial's six per phase: compilation is in the first
LINE = re.compile(r"(\w+) (\d+)/(\d+)  .*  ([\d.]+) ms/step$")


class Line(NamedTuple):
    """A log line of a training: what its last step took, and the CPU second it was written at."""

    phase: str
    step: int
    seconds_per_step: float
    when: float


class StepClock(logging.Handler):
    """Collects the `Line`s that a training logs while it stands in a `with` block."""

    def __init__(self):
        super().__init__()
        self.lines = []
        self._logger = logging.getLogger("modules.trainer")
        self._last = time.process_time(), time.time()

    def __enter__(self):
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_):
        self._logger.removeHandler(self)

    def emit(self, record):
        if found := LINE.match(record.getMessage()):
            phase, step, _, milliseconds = found.groups()
            now = time.process_time(), record.created
            used, passed = (new - old for new, old in zip(now, self._last, strict=True))
            self._last = now
            seconds = float(milliseconds) / 1000 * used / max(passed, 1e-9)
            self.lines.append(Line(phase, int(step), seconds, now[0]))

    def steps(self):
        """Return {phase: steps it has taken}."""
        return {line.phase: line.step for line in self.lines}


@dataclass(frozen=True)
class Pace:
    """CPU seconds per step of each phase, with its share of the log lines, and those before."""

    start: float
    per_step: dict[str, float]


def pace_of(lines, total, *, log_interval, trial_interval=TRIAL_INTERVAL):
    """The `Pace` of a training with `log_interval`, from the `Line`s of a trial.

    `total`: CPU seconds of the trial, in which it logged every `trial_interval` steps. What a log
    line costs, such as the score that keeps the best weights, is the time between two lines less
    that of the steps. What neither explains, compilation above all, is `start`.
    """
    per_step, explained = {}, 0.0
    for phase in dict.fromkeys(line.phase for line in lines):
        of_phase = [line for line in lines if line.phase == phase]
        settled = of_phase[WARM_LINES - 1 :]
        # The quickest: others on the machine, who only ever add to it, must not cost steps.
        step = min(line.seconds_per_step for line in settled[1:])
        gaps = [after.when - before.when for before, after in zip(settled, settled[1:])]  # noqa: B905
        line_cost = max(0.0, min(gaps) - trial_interval * step)
        per_step[phase] = step + line_cost / log_interval
        explained += of_phase[-1].step * step + len(of_phase) * line_cost
    return Pace(max(0.0, total - explained), per_step)


def joint_steps(minutes, pace, pretraining):
    """Joint steps that fit behind `pretraining`, {phase: steps}, in `minutes` of CPU time.

    Raises ValueError where none does.
    """
    before = pace.start + sum(pace.per_step[phase] * n for phase, n in pretraining.items())
    steps = int((60 * minutes - before) / pace.per_step["joint"])
    if steps < 1:
        raise ValueError(
            f"`minutes` must leave time for joint steps. Received: {minutes:g}, of which "
            f"compiling and pretraining take {before / 60:.1f}. Raise `--minutes`."
        )
    return steps
