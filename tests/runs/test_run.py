"""Run folders: numbers, what they hold, and files that do not belong together."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import BaseModel

from modules.errors import DataError, RunError
from modules.preprocessing import MinMaxScaler
from modules.runs import run as runs
from modules.runs.find import find, saved_settings
from modules.runs.trained import load_trained
from settings import TimeGANSettings
from tests import processes
from tests.tiny import STEPS, finished_run, tiny_columns, tiny_settings, tiny_site_data


def saved(run):
    return saved_settings(run, TimeGANSettings)


@pytest.fixture(scope="module")
def result_dir(tmp_path_factory):
    """Two finished runs and, newest, an unfinished one."""
    result_dir = tmp_path_factory.mktemp("runs") / "TimeGan_Result"
    first = finished_run(result_dir)
    second = finished_run(result_dir, freq=None)
    unfinished = runs.create(result_dir)
    unfinished.write_settings("timegan", tiny_settings())
    return SimpleNamespace(path=result_dir, first=first, second=second, unfinished=unfinished)


def test_first_run_is_experiment_01_with_a_model_folder_beside_it(tmp_path):
    run = runs.create(tmp_path / "new" / "results")
    assert run.folder == tmp_path / "new" / "results" / "experiment_01"
    assert run.folder.is_dir()
    assert run.model_folder == run.folder.with_name("experiment_01_model")
    assert run.model_folder.is_dir()


def test_numbers_go_on_from_the_largest_and_past_99(tmp_path):
    for name in ("experiment_02", "experiment_99", "experiment_7", "experiment_xx", "other"):
        (tmp_path / name).mkdir()
    assert runs.create(tmp_path).folder.name == "experiment_100"
    assert [run.number for run in runs.existing(tmp_path)] == [2, 99, 100]


def test_a_model_folder_left_alone_is_never_written_into(tmp_path):
    (tmp_path / "experiment_01_model").mkdir()
    run = runs.create(tmp_path)
    assert run.folder.name == "experiment_02"
    assert not (tmp_path / "experiment_01").exists()


def test_a_run_folder_made_meanwhile_is_passed_over_and_leaves_nothing_beside_it(
    tmp_path, monkeypatch
):
    (tmp_path / "experiment_01").mkdir()
    monkeypatch.setattr(runs, "existing", lambda _result_dir: [])  # what was there a moment ago
    assert runs.create(tmp_path).folder.name == "experiment_02"
    assert not (tmp_path / "experiment_01_model").exists()


def test_eight_at_once_take_eight_numbers(tmp_path, monkeypatch):
    barrier = threading.Barrier(8)

    def seen_by_all(result_dir):
        barrier.wait()  # every thread has the same folders before its eyes
        return []

    monkeypatch.setattr(runs, "existing", seen_by_all)
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(runs.create(tmp_path).folder.name))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"experiment_{i:02d}" for i in range(1, 9)]
    assert len(list(tmp_path.iterdir())) == 16


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_eight_trainings_started_together_take_eight_numbers(tmp_path):
    settings = "--train_step 3 --report none".split()
    trainings = [processes.start(tmp_path, "timegan", *settings) for _ in range(8)]
    assert [training.wait() for training in trainings] == [0] * 8
    made = runs.existing(tmp_path / "TimeGan_Result")
    assert [run.number for run in made] == list(range(1, 9))
    assert len(list((tmp_path / "TimeGan_Result").iterdir())) == 16
    assert len({run.run_id for run in made}) == 8
    for run in made:  # of one seed: whoever mixed two of them up would differ
        assert load_trained(run, saved(run)).model.name == run.model_name
        processes.check_same(run, made[0])


def test_a_result_dir_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="Cannot make a run in .*file.*Set `--result_dir`"):
        runs.create(tmp_path / "file")


def test_settings_are_written_with_id_and_family(result_dir):
    written = json.loads((result_dir.first.model_folder / "settings.json").read_text())
    assert written["family"] == "timegan"
    assert len(written["run_id"]) == 32
    assert written["run_id"] != result_dir.second.run_id
    settings = tiny_settings().model_dump(mode="json")
    settings |= {name: str(Path(settings[name]).absolute()) for name in ("data_path", "result_dir")}
    assert {name: written[name] for name in settings} == settings


def test_columns_are_written_with_units_limits_and_time(result_dir):
    written = json.loads((result_dir.first.model_folder / "columns.json").read_text())
    assert written["freq"] == "10min"
    assert written["start"] == "2021-03-04T00:00:00"
    assert [(c["name"], c["unit"], c["observed_max"]) for c in written["columns"]] == [
        ("Speed", "m/s", 20.0),
        ("Power", "kW", 3000.0),
    ]


def test_start_is_the_earliest_stamp_of_all_turbines(tmp_path):
    run, site_data = runs.create(tmp_path), tiny_site_data()
    run.write_settings("timegan", tiny_settings())
    late = site_data.tables["T1"].copy()
    late.index = late.index + np.timedelta64(1, "D")
    site_data = replace(site_data, tables={"A": late, "B": site_data.tables["T1"]})
    run.write_columns(site_data)
    written = json.loads((run.model_folder / "columns.json").read_text())
    assert written["start"] == "2021-03-04T00:00:00"


def test_the_report_of_the_data_lies_beside_the_losses(tmp_path):
    class Report(BaseModel):
        rows: int

    run = runs.create(tmp_path)
    run.save_data_report(Report(rows=40))
    assert json.loads((run.folder / "data_report.json").read_text()) == {"rows": 40}


def test_newest_finished_run_is_found_past_an_unfinished_one(result_dir):
    assert find(None, result_dir.path) == result_dir.second


@pytest.mark.parametrize("part", ["folder", "model_folder"])
def test_a_run_is_found_by_either_of_its_folders(result_dir, part):
    folder = getattr(result_dir.first, part)
    assert find(str(folder), "elsewhere") == result_dir.first


def test_no_finished_run_is_refused_with_the_next_command(tmp_path):
    with pytest.raises(DataError, match="No finished run in .*python gan_train.py"):
        find(None, tmp_path / "none")


def test_an_unfinished_run_is_refused(result_dir):
    with pytest.raises(DataError, match="experiment_03 holds no model.keras.*not finished"):
        find(str(result_dir.unfinished.folder), result_dir.path)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(DataError, match="is not a run folder"):
        find(str(tmp_path), tmp_path)


def test_what_was_saved_is_what_is_loaded(result_dir):
    trained = load_trained(result_dir.first, saved(result_dir.first))
    assert trained.columns == tiny_columns()
    assert (trained.settings.seq_len, trained.freq, trained.start) == (
        STEPS,
        "10min",
        "2021-03-04T00:00:00",
    )
    assert isinstance(trained.scaler, MinMaxScaler)
    assert trained.scaler.names_ == ("Speed", "Power")
    assert trained.model.name == f"synthetic_{result_dir.first.run_id}"


def test_a_run_without_times_has_neither_step_nor_start(result_dir):
    trained = load_trained(result_dir.second, saved(result_dir.second))
    assert (trained.freq, trained.start) == (None, None)


@pytest.mark.parametrize(
    ("argument", "file"), [("model_path", "model.keras"), ("scale_path", "scale.pickle")]
)
def test_a_file_of_another_run_is_refused_by_name(result_dir, argument, file):
    other = {argument: result_dir.second.model_folder / file}
    with pytest.raises(DataError, match=rf"Not of the run .*_01: \S*experiment_02_model/{file}\. "):
        load_trained(result_dir.first, saved(result_dir.first), **other)


def test_columns_of_another_run_are_refused(result_dir, tmp_path):
    run = finished_run(tmp_path)
    strange = (result_dir.first.model_folder / "columns.json").read_bytes()
    (run.model_folder / "columns.json").write_bytes(strange)
    with pytest.raises(DataError, match=r"Not of the run .*columns\.json\. Model, scaler"):
        load_trained(run, saved(run))


@pytest.mark.parametrize("missing", ["columns", "freq"])
def test_a_damaged_column_table_is_refused(tmp_path, missing):
    run = finished_run(tmp_path)
    path = run.model_folder / "columns.json"
    content = json.loads(path.read_text())
    del content[missing]
    path.write_text(json.dumps(content))
    with pytest.raises(DataError, match="is damaged: .*Train again"):
        load_trained(run, saved(run))
