"""What a run's log says of its training, whole, resumed, damaged or gone."""

from datetime import datetime, timedelta

from modules.runs.journal import Journal, read_journal, toolkit_version
from modules.runs.run import Run

SESSION = """\
2026-03-04 10:00:00,120 INFO Python 3.11.7, TensorFlow 2.21.0, Keras 3.15.1 on CPU
2026-03-04 10:00:00,130 INFO   git = abc123, dirty
2026-03-04 10:00:01,000 INFO   seed = 0 (settings.py)
a second line of a message
2026-03-04 10:04:59,900 INFO Windows are made by: generator > recovery
2026-03-04 10:05:00,900 INFO joint 10/10
"""


def journal_of(folder, text):
    (folder / "train.log").write_text(text, encoding="utf-8")
    return read_journal(Run(folder))


def test_a_log_tells_when_how_long_on_what_and_by_which_code(tmp_path):
    found = journal_of(tmp_path, SESSION)
    assert found.begun == datetime(2026, 3, 4, 10) and found.lasted == timedelta(minutes=5)
    assert (found.device, found.commit) == ("CPU", "abc123, dirty")
    assert found.chain == "generator > recovery"
    assert found.libraries == "Python 3.11.7, TensorFlow 2.21.0, Keras 3.15.1"


def test_the_pause_before_a_resumption_does_not_count(tmp_path):
    second = SESSION.replace("03-04", "03-09").replace("on CPU", "on GPU")
    found = journal_of(tmp_path, SESSION + second)
    assert found.begun == datetime(2026, 3, 4, 10) and found.lasted == timedelta(minutes=10)
    assert found.device == "GPU"


def test_a_checkout_that_is_none_has_no_commit(tmp_path):
    assert journal_of(tmp_path, SESSION.replace("abc123, dirty", "none")).commit == ""


def test_a_log_that_is_gone_or_damaged_says_nothing(tmp_path):
    assert read_journal(Run(tmp_path)) == Journal()
    assert journal_of(tmp_path, "2026-99-99 10:00:00,120 INFO x\n\x00\n") == Journal()
    assert journal_of(tmp_path, "2026-03-04 10:00:00,120 INFO joint 10/10\n") == Journal()


def test_the_version_is_that_of_the_checkout():
    assert toolkit_version().count(".") == 2
