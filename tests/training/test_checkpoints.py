"""Checkpoints that are damaged are passed over, and said to be."""

import logging
import os

import keras
import pytest
import tensorflow as tf

from modules import files
from modules.errors import RunError
from modules.training.checkpoints import N_KEPT, Checkpoints


@pytest.fixture
def saved(tmp_path):
    """A folder with the checkpoints of a variable that was 1, 2, 3 in turn."""
    value = tf.Variable(0.0)
    checkpoints = Checkpoints(tmp_path, {"value": value})
    for number in (1.0, 2.0, 3.0):
        value.assign(number)
        checkpoints.save()
    return tmp_path


def restored(folder):
    """(what a fresh program restores from `folder`, from which checkpoint)."""
    value = tf.Variable(0.0)
    path = Checkpoints(folder, {"value": value}).restore()
    return float(value), path and path.rpartition("/")[2]


def truncate(path):
    path.write_bytes(path.read_bytes()[:-7])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGE = {
    "index cut off": ("ckpt-3.index", truncate),
    "index empty": ("ckpt-3.index", lambda path: path.write_bytes(b"")),
    "index flipped": ("ckpt-3.index", flip),
    "data cut off": ("ckpt-3.data-00000-of-00001", truncate),
    "data flipped": ("ckpt-3.data-00000-of-00001", flip),
    "data gone": ("ckpt-3.data-00000-of-00001", lambda path: path.unlink()),
}


def test_the_last_are_kept_and_the_newest_is_restored(saved):
    assert N_KEPT == 2
    assert sorted(path.name for path in saved.glob("*.index")) == ["ckpt-2.index", "ckpt-3.index"]
    assert restored(saved) == (3.0, "ckpt-3")


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_checkpoint_gives_way_to_the_one_before(saved, caplog, damage):
    name, spoil = DAMAGE[damage]
    spoil(saved / name)
    with caplog.at_level(logging.WARNING, logger="modules.training.checkpoints"):
        assert restored(saved) == (2.0, "ckpt-2")
    (said,) = caplog.messages
    assert "ckpt-3 cannot be read: " in said and said.endswith("Trying one before.")
    assert "\n" not in said


@pytest.mark.parametrize("content", [None, b"", b"model_checkpoint_path: 3", b"\xff\xfe\x00"])
def test_the_list_that_tensorflow_keeps_is_not_needed(saved, content):
    (saved / "checkpoint").unlink()
    if content is not None:
        (saved / "checkpoint").write_bytes(content)
    assert restored(saved) == (3.0, "ckpt-3")


def test_what_a_killed_save_leaves_is_no_checkpoint(saved):
    (saved / "ckpt-4_temp").mkdir()
    (saved / "ckpt-4.data-00000-of-00001").write_bytes(b"half")
    assert restored(saved) == (3.0, "ckpt-3")


def test_checkpoints_that_are_all_damaged_are_told(saved):
    for path in saved.glob("*.index"):
        truncate(path)
    with pytest.raises(RunError, match=r"^No checkpoint in .* can be read\. .*settings\.json"):
        restored(saved)


def test_a_folder_without_checkpoints_restores_nothing(tmp_path):
    assert restored(tmp_path) == (0.0, None)


def test_numbers_go_on_after_a_restoration(saved):
    value = tf.Variable(0.0)
    checkpoints = Checkpoints(saved, {"value": value})
    checkpoints.restore()
    checkpoints.save()
    assert checkpoints.latest.endswith("ckpt-4")


def test_variables_that_hold_no_finite_number_are_named(tmp_path):
    layer = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="lost")])
    checkpoints = Checkpoints(tmp_path, {"network": layer, "fine": tf.Variable(1.0)})
    assert checkpoints.find_lost() == []
    layer.layers[0].bias.assign([float("nan")])
    assert {name.partition("/")[2] for name in checkpoints.find_lost()} == {"lost/bias"}


def test_a_checkpoint_is_on_the_disk_when_saving_ends(tmp_path, monkeypatch):
    flushed = set()
    monkeypatch.setattr(files.os, "fsync", lambda handle: flushed.add(os.fstat(handle).st_ino))
    Checkpoints(tmp_path, {"value": tf.Variable(0.0)}).save()
    parts = list(tmp_path.glob("ckpt-1.*"))
    assert len(parts) == 2 and flushed == {path.stat().st_ino for path in parts}
