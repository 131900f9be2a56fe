import json
import logging

import pytest

from modules.errors import SettingsError
from modules.runs.run import create
from modules.runs.workers import VARIABLE, place, writing_apart
from tests.tiny import tiny_settings

TWO = {"worker": ["localhost:1", "localhost:2"]}


def told(monkeypatch, cluster, kind, index):
    config = {"cluster": cluster, "task": {"type": kind, "index": index}}
    monkeypatch.setenv(VARIABLE, json.dumps(config))


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "expected"),
    [
        (TWO, "worker", 0, (0, 2)),
        (TWO, "worker", 1, (1, 2)),
        (TWO | {"chief": ["localhost:3"]}, "chief", 0, (0, 3)),
        (TWO | {"chief": ["localhost:3"]}, "worker", 1, (2, 3)),
    ],
)
def test_a_chief_counts_before_the_workers(monkeypatch, cluster, kind, index, expected):
    told(monkeypatch, cluster, kind, index)
    assert place() == expected


def test_a_process_that_is_no_worker_is_refused(monkeypatch):
    told(monkeypatch, TWO, "worker", 2)
    with pytest.raises(SettingsError, match=r"does not name this process .*task 2 of 2"):
        place()
    monkeypatch.setenv(VARIABLE, "{")
    with pytest.raises(SettingsError, match="Write it as in"):
        place()
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SettingsError, match="needs the environment variable TF_CONFIG"):
        place()


def test_all_but_the_first_worker_write_where_nothing_stays(tmp_path, monkeypatch):
    run = create(tmp_path)
    (run.model_folder / "settings.json").write_text("{}")
    settings = tiny_settings(strategy="multiworker", result_dir=str(tmp_path), report="quick")
    told(monkeypatch, TWO, "worker", 0)
    with writing_apart(settings, run) as given:
        assert given == (settings, run)
    told(monkeypatch, TWO, "worker", 1)
    with writing_apart(settings, run) as (other, copy):
        assert other.report == "none"
        assert copy.folder.parent == copy.model_folder.parent
        assert copy.folder.parent.samefile(other.result_dir)
        assert (copy.model_folder / "settings.json").read_text() == "{}"
        assert copy.folder.parent != tmp_path
    assert not copy.folder.parent.exists()


def test_other_workers_tell_of_their_beginning_and_end_alone(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    told(monkeypatch, TWO, "worker", 1)
    settings = tiny_settings(strategy="multiworker", result_dir=str(tmp_path))
    with writing_apart(settings, None):
        logging.getLogger("modules.trainer").info("joint 10/20")
    assert "joint" not in caplog.text
    assert "Worker 2 of 2: the first one writes" in caplog.text
    assert "Worker 2 of 2 has finished." in caplog.text


def test_settings_of_one_process_stay_as_they_are(tmp_path):
    settings = tiny_settings(result_dir=str(tmp_path))
    with writing_apart(settings, None) as given:
        assert given == (settings, None)
