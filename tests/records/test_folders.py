"""Which files of a folder are records."""

import json

import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import cleaned, settings_for, westsouth, write

EVENTS = pd.DataFrame(
    {
        "Timestamp start": ["2021-04-01 03:12:45", "2021-04-01 07:00:01"],
        "Status": ["Stop", "Warning"],
        "Message": ["Cable twist", "Low gear oil"],
    }
)


@pytest.fixture
def farm(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    return tmp_path


def names(path, location="westsouth"):
    return list(load(settings_for(path, location)))


def notice(path, location="westsouth"):
    return " ".join(cleaned(path, location).report.notices)


def written_run(folder, name="experiment_01"):
    """A run's files, as far as they look like records."""
    write(pd.DataFrame({"phase": ["joint"], "step": [1], "loss": [0.5]}), folder / name / "l.csv")
    (folder / f"{name}_model").mkdir()
    (folder / f"{name}_model" / "settings.json").write_text(json.dumps({"run_id": "1"}))
    write(westsouth(), folder / f"{name}_model" / "kept.csv")


@pytest.mark.parametrize(
    "header",
    [
        "window,DateTime,WindSpeed",
        "window,step,WindSpeed",
        "turbine,DateTime,kind,lead,actual",
        "turbine,DateTime,score,critic,reconstruction",
        "turbine,start,end,severity,peak",
    ],
)
def test_what_the_generator_wrote_is_no_record_under_any_name(farm, header):
    (farm / "made.csv").write_text(f"{header}\n0,1,2\n")
    assert names(farm) == ["WT01"]
    assert "Written by this program, so not read: made.csv" in notice(farm)


def test_what_bears_the_generator_s_name_and_time_is_no_record(farm):
    write(westsouth(seed=1), farm / "TimeGan_20261127_101500_2.csv")
    write(westsouth(seed=2), farm / "deep" / "scores_20261127_101500.csv")
    assert names(farm) == ["WT01"]


def test_the_lock_of_an_open_workbook_is_no_record(farm):
    (farm / "~$WT01.xlsx").write_bytes(b"me")
    assert names(farm) == ["WT01"]


def test_runs_are_no_records(farm):
    written_run(farm / "TimeGan_Result")
    assert names(farm) == ["WT01"]
    assert "TimeGan_Result/experiment_01/l.csv" in notice(farm)


def test_the_folder_of_a_run_itself_is_refused(tmp_path):
    written_run(tmp_path)
    with pytest.raises(
        DataError, match="holds no CSV, Excel or Parquet file.*Written by this program.*l.csv"
    ):
        load(settings_for(tmp_path / "experiment_01"))


def test_a_user_s_own_settings_file_makes_no_run(farm):
    (farm / "settings.json").write_text("{}")
    assert names(farm) == ["WT01"]


@pytest.mark.parametrize("location", ["westsouth", "generic"])
@pytest.mark.parametrize(
    "name", ["Status_WT01.csv", "WT01_events_2021.csv", "AlarmLog1.csv", "x.csv"]
)
def test_lists_of_events_beside_records_are_named_and_left_out(farm, name, location):
    write(EVENTS, farm / name)
    assert names(farm, location) == ["WT01"]
    assert f"No records but events or lists, so not read: {name}." in notice(farm, location)


@pytest.mark.parametrize("location", ["westsouth", "generic"])
def test_a_list_of_the_turbines_beside_records_is_named_and_left_out(farm, location):
    turbines = pd.DataFrame({"Title": ["WT01"], "Latitude": [52.4], "Rated power (kW)": [2050]})
    write(turbines.assign(Longitude=1.5), farm / "A_static.csv")
    assert names(farm, location) == ["WT01"]
    assert "No records but events or lists, so not read: A_static.csv." in notice(farm, location)


def test_short_files_without_times_are_records_where_all_are_so(tmp_path):
    for name in "ab":
        write(westsouth(30).drop(columns="DateTime"), tmp_path / f"{name}.csv")
    assert names(tmp_path, "generic") == ["a", "b"]
    write(westsouth(60).drop(columns="DateTime"), tmp_path / "c.csv")
    assert names(tmp_path, "generic") == ["a", "b", "c"]


def test_a_log_with_the_records_columns_is_a_record(farm):
    write(westsouth(seed=1), farm / "WT02_log.csv")
    assert names(farm) == ["WT01", "WT02_log"]


def test_records_named_like_events_are_read_where_there_are_no_others(tmp_path):
    write(westsouth(), tmp_path / "data_log.csv")
    write(westsouth(seed=1), tmp_path / "status.csv")
    assert names(tmp_path) == ["data_log", "status"]


def test_a_faulty_file_of_records_is_still_refused(farm):
    (farm / "WT02.csv").write_text("DateTime,a\n2021-04-01,1\n")
    with pytest.raises(DataError, match="WT02.csv lacks 9 of 10 columns"):
        load(settings_for(farm))
