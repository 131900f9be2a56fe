"""A training that was stopped goes on as if it never had been: weights, losses, messages."""

import os
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest

from modules.errors import Stopped
from modules.runs.run import create
from modules.trainer import Trainer
from modules.utils import NETWORKS
from tests.tiny import tiny_batches, tiny_timegan

STEPS, LOGGED, SAVED = 14, 3, 5


def train(run, *, n_phases=3, stop_in=None, seed=0):
    """Train TimeGAN in `run`; the phase `stop_in` gets a signal at its second log line."""
    fields = {"train_step": STEPS, "log_interval": LOGGED, "checkpoint_interval": SAVED}
    timegan, batches = tiny_timegan(seed=seed, gamma=0.0, **fields), tiny_batches(seed)
    lines = {name: 0 for name in ("autoencoder", "supervised", "joint")}

    def interrupting(phase):
        def alarm(_named):
            lines[phase.name] += 1
            if phase.name == stop_in and lines[phase.name] == 2:
                os.kill(os.getpid(), signal.SIGTERM)

        return replace(phase, alarm=alarm)

    phases = [interrupting(phase) for phase in timegan.phases(batches)[:n_phases]]
    state = {"timegan": timegan, "random": batches.random}
    intervals = {"log_interval": LOGGED, "checkpoint_interval": SAVED}
    Trainer(phases, state, run, timegan.rates, **intervals).train()
    variables = [v for name in NETWORKS for v in getattr(timegan, name).variables]
    variables += [v for optimizer, _ in timegan.rates for v in optimizer.variables]
    return [keras.ops.convert_to_numpy(v) for v in variables] + [batches.random.state.numpy()]


def check_resumed_equals_whole(tmp_path, phase, n_phases):
    whole, run = create(tmp_path), create(tmp_path)
    expected = train(whole, n_phases=n_phases)
    with pytest.raises(Stopped, match=f"Stopped at {phase} step 6, saved as .*--resume") as stopped:
        train(run, n_phases=n_phases, stop_in=phase)
    assert stopped.value.exit_code == 143  # of `kill`, as the shell has it
    # Another seed: whatever is not restored would be different from the start.
    for ours, theirs in zip(train(run, n_phases=n_phases, seed=1), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    losses = [(r.folder / "losses.csv").read_bytes() for r in (run, whole)]
    assert losses[0] == losses[1]
    assert losses[0].count(b"\n") == 1 + 5 * n_phases


@pytest.mark.whole
def test_a_stopped_run_ends_with_the_same_bits_and_rows(tmp_path):
    check_resumed_equals_whole(tmp_path, "autoencoder", 1)


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["autoencoder", "supervised", "joint"])
def test_a_run_stopped_in_any_phase_ends_with_the_same_bits_and_rows(tmp_path, phase):
    check_resumed_equals_whole(tmp_path, phase, 3)
