"""Texts and numbers of a run in its event files."""

import tensorflow as tf

from modules.training.events import write_events
from tests.events import shown


def test_numbers_and_texts_are_written(tmp_path):
    write_events(tmp_path, numbers={"scores/a/b": 0.25}, texts={"settings": "| lr | 0.1 |"})
    found = {value.tag: tf.make_ndarray(value.tensor) for _, value in shown(tmp_path)}
    assert float(found["scores/a/b"]) == 0.25
    assert b"| lr | 0.1 |" in found["settings"].item()


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    (tmp_path / "taken").write_text("a file")
    write_events(tmp_path / "taken", numbers={"a": 1.0})
    assert "Not in TensorBoard" in caplog.text
