"""Flagged stretches: read, told and blanked."""

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.records.flagged import blanked, flag, read_flagged, without_flagged
from tests.wind_files import cleaned, westsouth, write

INDEX = pd.date_range("2021-03-01", periods=6, freq="10min")
FLAGGED = pd.DataFrame({"turbine": ["A"], "start": [INDEX[1]], "end": [INDEX[2]]})


def test_both_ends_are_flagged_and_no_other_turbine():
    assert flag("A", INDEX, FLAGGED).tolist() == [False, True, True, False, False, False]
    assert not flag("B", INDEX, FLAGGED).any()


def test_flagged_rows_are_blanked_and_the_complete_ones_counted():
    table = pd.DataFrame({"x": np.arange(6.0), "y": [0, 1, np.nan, 3, 4, 5]}, INDEX)
    tables, n_taken = blanked({"A": table, "B": table}, FLAGGED)
    assert tables["A"]["x"].isna().tolist() == [False, True, True, False, False, False]
    pd.testing.assert_frame_equal(tables["B"], table)
    assert n_taken == {"A": 1, "B": 0}


def test_a_table_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "flagged.csv"
    FLAGGED.assign(turbine="01").to_csv(path, index=False)
    pd.testing.assert_frame_equal(
        read_flagged(path), FLAGGED.assign(turbine="01"), check_dtype=False
    )


def test_rows_without_times_are_flagged_by_number(tmp_path):
    path = tmp_path / "flagged.csv"
    path.write_text("turbine,start,end\nA,1,2\n")
    assert flag("A", pd.RangeIndex(4), read_flagged(path)).tolist() == [False, True, True, False]


def test_an_empty_table_flags_nothing(tmp_path):
    path = tmp_path / "flagged.csv"
    path.write_text("turbine,start,end\n")
    assert not flag("A", INDEX, read_flagged(path)).any()


@pytest.mark.parametrize(
    "content", ["turbine,start\nA,2021\n", "turbine,start,end\nA,soon,later\n"]
)
def test_what_is_no_such_table_is_refused(tmp_path, content):
    path = tmp_path / "flagged.csv"
    path.write_text(content)
    with pytest.raises(DataError, match="flagged.csv is no table of turbine, start, end"):
        read_flagged(path)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(DataError, match="none.csv is no table"):
        read_flagged(tmp_path / "none.csv")


@pytest.fixture
def records(tmp_path):
    """Sixty rows of a turbine, without a gap."""
    return cleaned(write(westsouth(60), tmp_path / "WT01.csv"))


def stretch(records, first, last, turbine="WT01"):
    index = records.tables["WT01"].index
    return pd.DataFrame({"turbine": [turbine], "start": [index[first]], "end": [index[last]]})


def test_what_is_flagged_is_left_out_and_told(records):
    left = without_flagged(records, stretch(records, 20, 29), "runs/experiment_04")
    assert left.tables["WT01"].isna().all(axis=1).sum() == 10
    assert len(left.left_out["WT01"]) == 10 and len(records.tables["WT01"].dropna()) == 60
    assert left.report.turbines[0].stretch_lengths == (20, 30)
    assert "because runs/experiment_04 flags them: 10 of WT01." in left.report.notices[-1]
    assert left.fingerprint() != records.fingerprint()


def test_limits_are_those_of_the_rows_that_are_left(records):
    power = records.tables["WT01"]["ActivePower"]
    at = int(power.to_numpy().argmax())
    left = without_flagged(records, stretch(records, at, at), "a run")
    (column,) = (column for column in left.columns if column.name == "ActivePower")
    assert column.observed_max == power.drop(power.index[at]).max()


def test_flags_of_other_turbines_are_refused(records):
    with pytest.raises(DataError, match="a run flags turbines WT09; the records are of WT01"):
        without_flagged(records, stretch(records, 0, 1, "WT09"), "a run")


def test_flags_over_everything_are_refused(records):
    with pytest.raises(DataError, match="a run flags every complete row"):
        without_flagged(records, stretch(records, 0, 59), "a run")


def test_times_in_another_notation_are_refused(records):
    flagged = stretch(records, 0, 1)
    flagged["start"] = flagged["start"].dt.tz_localize("UTC")
    with pytest.raises(DataError, match="tell time in two ways"):
        flag("WT01", records.tables["WT01"].index, flagged)
