"""Which run is meant, and what is refused: other versions, damaged settings, files of no run."""

import json
import logging

import pytest

from modules.errors import DataError
from modules.runs.find import find_unfinished, folder_of, saved_settings
from modules.runs.output import check_place
from modules.runs.run import create
from modules.runs.start import settle
from settings import TimeGANSettings
from tests.tiny import finished_run, tiny_settings, tiny_site_data


def begun_run(result_dir, **fields):
    run = create(result_dir)
    run.write_settings("timegan", tiny_settings(**fields))
    run.write_columns(tiny_site_data())
    return run


def change(run, **fields):
    path = run.model_folder / "settings.json"
    content = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({k: v for k, v in content.items() if v != "gone"}))


@pytest.mark.parametrize("name", ["model.keras", "scale.pickle", "."])
def test_a_file_of_a_run_or_its_folder_names_the_run(tmp_path, name):
    run = finished_run(tmp_path)
    assert folder_of(str(run.model_folder / name), "model_path") == str(run.model_folder)


def test_a_file_of_no_run_is_refused_by_the_settings_name(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"")
    with pytest.raises(DataError, match=r"model\.keras lies in no run folder.* Pass `--run` besi"):
        folder_of(str(tmp_path / "model.keras"), "model_path")
    with pytest.raises(DataError, match="nowhere does not exist. Correct `--scale_path`"):
        folder_of(str(tmp_path / "nowhere"), "scale_path")


def test_a_damaged_run_does_not_hide_an_unfinished_one(tmp_path):
    sound, damaged = begun_run(tmp_path), begun_run(tmp_path)
    (damaged.model_folder / "settings.json").write_text("{")
    assert find_unfinished("latest", str(tmp_path), "timegan") == sound


def test_a_run_of_an_older_version_is_not_resumed(tmp_path):
    run = begun_run(tmp_path)
    change(run, format="gone")
    with pytest.raises(DataError, match="was begun by an older version.*Train anew"):
        find_unfinished(str(run.folder), str(tmp_path), "timegan")
    with pytest.raises(DataError, match="No unfinished run"):
        find_unfinished("latest", str(tmp_path), "timegan")


def test_a_run_of_another_version_is_not_generated_from(tmp_path):
    run = begun_run(tmp_path)
    change(run, format="gone")
    with pytest.raises(DataError, match="was written by another version.*or train again"):
        saved_settings(run, TimeGANSettings)


def test_settings_that_lack_one_are_refused_and_never_filled_from_todays(tmp_path):
    run = begun_run(tmp_path)
    change(run, noise="gone", lr="gone")
    with pytest.raises(
        DataError, match=r"settings\.json lacks lr, noise: .*older version\. Restore"
    ):
        saved_settings(run, TimeGANSettings)


def test_a_resumed_run_remembers_where_its_values_came_from(tmp_path, caplog):
    begun_run(tmp_path, preset="paper")
    given = TimeGANSettings(resume="latest", result_dir=str(tmp_path), lr=0.5, gpu_memory_limit=64)
    with caplog.at_level(logging.WARNING):
        settings, _ = settle("timegan", given)
    assert "goes on with its own settings. Not used: lr." in caplog.text
    assert (settings.lr, settings.gpu_memory_limit) == (0.001, 64)
    assert (settings.origins["gamma"], settings.origins["hidden_dim"]) == ("preset paper", "given")
    assert "lr" not in settings.origins


@pytest.mark.parametrize("place", ["nowhere", "nowhere/mine.csv"])
def test_a_place_that_is_not_there_is_refused_before_any_work(tmp_path, place):
    with pytest.raises(DataError, match="nowhere does not exist. Make it, or correct `--output`"):
        check_place(str(tmp_path / place))
    check_place(str(tmp_path / "mine.csv"))
