"""Running out of memory: the settings to lower are named."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from modules.errors import RunError
from modules.training import memory

SETTINGS = SimpleNamespace(batch_size=128, hidden_dim=64, length=None)


def of_numpy():
    np.zeros((10**7, 10**9))


def of_tensorflow():
    raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating shape[4000,10] on CPU")


@pytest.mark.parametrize(
    ("short", "said"),
    [
        (of_numpy, r"for with shape \(10000000, 1000000000\)|for [\d.]+ PiB"),
        (of_tensorflow, r"for shape\[4000,10\]"),
        (lambda: memory.check_room(1e18), r"for [\d.]+ GiB"),
    ],
)
def test_the_settings_to_lower_are_named(short, said):
    told = rf"^Not enough memory ({said})\. Lower `--batch_size` \(128\), `--hidden_dim` \(64\), or"
    with pytest.raises(RunError, match=told), memory.named_where_short(SETTINGS):
        short()


def test_other_faults_stay_what_they_are():
    with pytest.raises(KeyError), memory.named_where_short(SETTINGS):
        raise KeyError


def test_the_least_of_system_and_container_is_available(tmp_path, monkeypatch):
    for name, text in {
        "MEMINFO": "MemAvailable:  3000 kB\n",
        "LIMIT": "900",
        "USED": "300",
    }.items():
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(memory, name, tmp_path / name)
    assert memory.available() == 600
    (tmp_path / "LIMIT").write_text("max")
    assert memory.available() == 3000 * 1024
    (tmp_path / "MEMINFO").unlink()
    assert memory.available() is None
    memory.check_room(1e18)
