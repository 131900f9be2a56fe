"""The GPU memory cap, as far as a machine without a GPU shows it."""

import pytest
import tensorflow as tf

from modules.errors import SettingsError
from modules.training.device import Device
from modules.training.setup import configure


@pytest.fixture
def calls(monkeypatch):
    """Two GPUs that are not there, and what is asked of them."""
    asked = []
    gpus = [tf.config.PhysicalDevice(f"/physical_device:GPU:{i}", "GPU") for i in range(2)]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: {"GPU": gpus}[kind])
    for name in ("set_logical_device_configuration", "set_visible_devices"):
        monkeypatch.setattr(tf.config, name, lambda *a, name=name: asked.append((name, *a)))
    monkeypatch.setattr(
        tf.config.experimental, "set_memory_growth", lambda *a: asked.append(("growth", *a))
    )
    return gpus, asked


def test_memory_limit_makes_one_logical_gpu_of_that_many_mebibytes(calls):
    gpus, asked = calls
    assert configure(2048) == Device(has_gpu=True)
    (logical, gpu, configuration), visible = asked
    assert (logical, gpu) == ("set_logical_device_configuration", gpus[0])
    assert [part.memory_limit for part in configuration] == [2048]
    assert visible == ("set_visible_devices", gpus[0], "GPU")


def test_without_a_limit_every_gpu_grows_as_needed(calls):
    gpus, asked = calls
    assert configure(None) == Device(has_gpu=True)
    assert asked == [("growth", gpu, True) for gpu in gpus]


@pytest.mark.parametrize("limit", [None, 2048])
def test_a_machine_without_gpu_is_left_alone(monkeypatch, limit):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(tf.config, "set_logical_device_configuration", pytest.fail)
    assert configure(limit) == Device(has_gpu=False)


def test_a_gpu_that_is_not_wanted_is_hidden(calls):
    _, asked = calls
    assert configure(2048, "cpu") == Device(has_gpu=False)
    assert asked == [("set_visible_devices", [], "GPU")]


def test_a_gpu_that_is_wanted_and_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    with pytest.raises(SettingsError, match="finds no GPU.*`--device cpu`"):
        configure(None, "cuda")
