"""Two replicas on two logical CPUs, which a process has to ask for before TensorFlow starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.errors import SettingsError
from modules.timegan.learning import _check_replicas
from tests.tiny import tiny_settings

ROOT = Path(__file__).parents[2]
TRAINING = """
import json, sys
import numpy as np
import tensorflow as tf

n_devices, max_gap = map(int, sys.argv[1:])
devices = [tf.config.LogicalDeviceConfiguration()] * n_devices
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], devices)
from modules.training.setup import configure
device = configure(None, strategy="mirrored" if n_devices > 1 else "none")

from modules.training.phases import compiled
from modules.training.replicas import plain
from modules.windows.batches import Batches
from tests.tiny import FEATURES, STEPS, UNIFORM, WINDOWS, tiny_timegan

random = np.random.default_rng(0)
scaled = random.random((60, FEATURES), np.float32)
if max_gap:
    scaled = np.hstack([scaled, random.random(scaled.shape) < 0.8])
batches = Batches(
    scaled, np.arange(50), seq_len=STEPS, batch_size=WINDOWS, z_dim=FEATURES, noise=UNIFORM, seed=0
)
with device.scope():
    timegan = tiny_timegan(device=device, batchnorm=True, gamma=0.0, ema=0.9, critic_weight=2.0,
                           max_gap=max_gap)
    timegan.imitate()
    losses = []
    for phase in timegan.phases(batches):
        run = compiled(phase)
        losses += [[float(loss) for loss in run(tf.constant(n)).values()] for n in (1, 4)]
model = plain(timegan.synthetic_model("timegan"))
print(json.dumps({"losses": losses, "weights": [w.numpy().tolist() for w in model.weights]}))
"""


def trained(n_devices, max_gap):
    said = subprocess.run(
        [sys.executable, "-c", TRAINING, str(n_devices), str(max_gap)],
        cwd=ROOT, env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-3000:]
    return json.loads(said.stdout)


def flat(values):
    return [x for value in values for x in flat(value)] if isinstance(values, list) else [values]


@pytest.mark.whole
@pytest.mark.parametrize("max_gap", [0, 2])
def test_two_replicas_train_as_one_does_with_the_whole_batch(max_gap):
    one, two = trained(1, max_gap), trained(2, max_gap)
    assert flat(two["losses"]) == pytest.approx(flat(one["losses"]), abs=2e-6)
    assert flat(two["weights"]) == pytest.approx(flat(one["weights"]), abs=2e-5)


def test_a_batch_that_does_not_fall_into_shares_is_refused():
    with pytest.raises(SettingsError, match="`batch_size` must be a multiple of the 3 replicas"):
        _check_replicas(tiny_settings(), 3)
    with pytest.raises(SettingsError, match="`clip_norm` would clip each replica's share"):
        _check_replicas(tiny_settings(clip_norm=1.0), 2)
    _check_replicas(tiny_settings(clip_norm=1.0), 1)
