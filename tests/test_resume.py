"""A training that was stopped goes on as if it never had been: weights, losses, messages."""

import os
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from modules.errors import Stopped
from modules.runs import create
from modules.trainer import Trainer
from modules.utils import NETWORKS
from tests.tiny import tiny_batches, tiny_settings, tiny_timegan

STEPS, LOGGED, SAVED = 14, 3, 5


def train(run, *, stop_in=None, seed=0):
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

    phases = [interrupting(phase) for phase in timegan.phases(batches)]
    state = {"timegan": timegan, "random": batches.random}
    Trainer(phases, state, run, tiny_settings(**fields), timegan.optimizers).train()
    variables = [v for name in NETWORKS for v in getattr(timegan, name).variables]
    variables += [v for optimizer in timegan.optimizers for v in optimizer.variables]
    return [keras.ops.convert_to_numpy(v) for v in variables] + [batches.random.state.numpy()]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The weights and the losses of a training that ran through."""
    tf.config.experimental.enable_op_determinism()  # as the programs do
    run = create(tmp_path_factory.mktemp("whole"))
    return train(run), (run.folder / "losses.csv").read_bytes()


@pytest.mark.parametrize("phase", ["autoencoder", "supervised", "joint"])
def test_a_run_stopped_in_any_phase_ends_with_the_same_bits(uninterrupted, tmp_path, phase):
    run = create(tmp_path)
    with pytest.raises(Stopped, match=f"Stopped at {phase} step 6, saved as .*--resume"):
        train(run, stop_in=phase)
    # Another seed: whatever is not restored would be different from the start.
    weights = train(run, seed=1)
    for ours, expected in zip(weights, uninterrupted[0], strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert (run.folder / "losses.csv").read_bytes() == uninterrupted[1]
