from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.date_order import evenness
from tests.wind_files import cleaned, settings_for, westsouth, write

AMBIGUOUS = "%d/%m/%Y %H:%M"


def turbine(start, n_rows, form=AMBIGUOUS, freq="10min"):
    table = westsouth(n_rows, start, freq)
    return table.assign(DateTime=pd.date_range(start, periods=n_rows, freq=freq).strftime(form))


def index(folder, name="WT01", **fields):
    return load(settings_for(folder, **fields))[name].table.index


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%y %H:%M"])
def test_consecutive_days_tell_day_from_month(tmp_path, form):
    path = write(turbine("2021-03-01", 432, form), tmp_path / "WT01.csv")
    assert (index(path) == pd.date_range("2021-03-01", periods=432, freq="10min")).all()


def test_months_are_told_from_days_by_their_hops(tmp_path):
    path = write(turbine("2001-01-01", 60, "%d/%m/%Y", freq="MS"), tmp_path / "WT01.csv")
    assert (index(path) == pd.date_range("2001-01-01", periods=60, freq="MS")).all()


def test_one_day_alone_is_refused_with_both_readings_and_the_setting(tmp_path):
    path = write(turbine("2021-03-01", 60), tmp_path / "WT01.csv")
    message = (
        "'01/03/2021 00:00' .*row 1 may be 2021-03-01.*2021-01-03.*Pass `--date_format DMY` or"
    )
    with pytest.raises(DataError, match=message):
        load(settings_for(path))


@pytest.mark.parametrize(
    ("date_format", "first"),
    [("DMY", "2021-03-01"), ("MDY", "2021-01-03"), (AMBIGUOUS, "2021-03-01")],
)
def test_the_setting_decides(tmp_path, date_format, first):
    path = write(turbine("2021-03-01", 60), tmp_path / "WT01.csv")
    assert index(path, date_format=date_format)[0] == pd.Timestamp(first)


def test_a_day_that_is_its_own_month_needs_no_decision(tmp_path):
    path = write(turbine("2021-03-03", 60), tmp_path / "WT01.csv")
    assert index(path)[0] == pd.Timestamp("2021-03-03")


def test_the_row_that_is_shown_is_one_that_differs(tmp_path):
    path = write(turbine("2021-03-03 12:00", 73), tmp_path / "WT01.csv")
    path.write_text(path.read_text().replace("04/03/2021", "05/03/2021"))
    with pytest.raises(DataError, match="row 73 may be 2021-03-05.*or 2021-05-03"):
        load(settings_for(path))


def test_a_file_with_a_day_above_twelve_decides_for_all(tmp_path):
    write(turbine("2021-03-01", 60), tmp_path / "WT01.csv")
    write(turbine("2021-03-13", 60), tmp_path / "WT02.csv")
    assert index(tmp_path)[0] == pd.Timestamp("2021-03-01")


def test_files_of_single_days_decide_together(tmp_path):
    for day in (1, 2, 3):
        write(turbine(f"2021-03-0{day}", 144), tmp_path / "WT01" / f"{day}.csv")
    assert (index(tmp_path) == pd.date_range("2021-03-01", periods=432, freq="10min")).all()


def test_files_in_two_orders_are_refused(tmp_path):
    write(turbine("2021-03-13", 60), tmp_path / "WT01.csv")
    write(turbine("2021-03-14", 60, "%m/%d/%Y %H:%M"), tmp_path / "WT02.csv")
    with pytest.raises(DataError, match="WT01.csv and .*WT02.csv write day and month in different"):
        load(settings_for(tmp_path))


def test_what_was_decided_stands_in_the_report_and_reads_the_dates_of_the_settings(tmp_path):
    path = write(turbine("2021-03-01", 432), tmp_path / "WT01.csv")
    site_data = cleaned(path, date_start="02/03/2021")
    assert site_data.tables["WT01"].index[0] == pd.Timestamp("2021-03-02")
    assert site_data.report.notices == (
        "Dates such as '01/03/2021 00:00' are read as day, month, year: no other order gives a "
        "constant step.",
    )


class TestHours:
    def write(self, folder, name, stamps, first):
        table = pd.DataFrame(
            {
                "date": stamps.strftime("%Y-%m-%d"),
                "hour": stamps.hour + first,
                "a": np.arange(len(stamps)) ** 2,
            }
        )
        return write(table, folder / name)

    def test_hours_to_24_begin_at_midnight_in_files_of_a_part_of_a_day_too(self, tmp_path):
        stamps = pd.date_range("2021-03-01", periods=60, freq="1h")
        self.write(tmp_path, "T1/1.csv", stamps[:48], 1)
        self.write(tmp_path, "T1/2.csv", stamps[48:], 1)
        assert (index(tmp_path, "T1", location="generic") == stamps).all()

    def test_two_counts_of_hours_are_refused(self, tmp_path):
        stamps = pd.date_range("2021-03-01", periods=48, freq="1h")
        self.write(tmp_path, "T1.csv", stamps, 0)
        self.write(tmp_path, "T2.csv", stamps, 1)
        with pytest.raises(DataError, match="T1.csv counts hours from 0 to 23, .*T2.csv from 1"):
            load(settings_for(tmp_path, "generic"))


def test_evenness_is_the_share_of_equal_hops():
    day = 86_400_000_000
    assert evenness(np.array([0, 1, 2, 4]) * day) == pytest.approx(2 / 3)
    assert evenness(np.array([0, 0.5, 1, 1.5, 31, 31.5]) * day) == pytest.approx(1 / 2)
    assert evenness(np.array([0, 31, 59, 90]) * day) == 1
    assert evenness(np.array([0])) == 0


def test_newest_first_files_are_turned_round(tmp_path):
    newest_first = turbine("2021-03-01", 432).iloc[::-1]
    site_data = cleaned(write(newest_first, tmp_path / "WT01.csv"))
    table = site_data.tables["WT01"]
    assert table["WindSpeed"].tolist() == newest_first["WindSpeed"].tolist()[::-1]
    assert str(table.index[0]) == "2021-03-01 00:00:00"


def test_a_path_stands_in_the_refusal(tmp_path):
    path = write(turbine("2021-03-01", 60), tmp_path / "WT01.csv")
    with pytest.raises(DataError) as refusal:
        load(settings_for(path))
    assert str(Path(path)) in str(refusal.value)


MONTH_FIRST = "%m/%d/%Y %H:%M"


def test_each_file_is_held_against_the_others_by_its_own_steps(tmp_path):
    write(turbine("2021-02-01", 432), tmp_path / "WT01.csv")
    write(turbine("2021-02-04", 432, MONTH_FIRST), tmp_path / "WT02.csv")
    with pytest.raises(DataError, match="WT01.csv and .*WT02.csv write day and month in different"):
        load(settings_for(tmp_path))


def test_a_file_of_another_order_is_seen_beside_one_whose_text_decides(tmp_path):
    write(turbine("2021-02-01", 24 * 144), tmp_path / "WT01.csv")
    write(turbine("2021-02-04", 432, MONTH_FIRST), tmp_path / "WT02.csv")
    with pytest.raises(DataError, match="WT01.csv and .*WT02.csv write day and month in different"):
        load(settings_for(tmp_path))


def test_the_order_that_is_given_is_held_against_every_file(tmp_path):
    write(turbine("2021-02-01", 60), tmp_path / "WT01.csv")
    write(turbine("2021-02-04", 432, MONTH_FIRST), tmp_path / "WT02.csv")
    with pytest.raises(DataError, match="WT02.csv is not written DMY: .*'02/04/2021 00:00'"):
        load(settings_for(tmp_path, date_format="DMY"))


def test_a_whole_format_is_believed(tmp_path):
    write(turbine("2021-02-04", 432, MONTH_FIRST), tmp_path / "WT02.csv")
    assert index(tmp_path, "WT02", date_format=AMBIGUOUS)[-1].month == 6


def test_one_file_that_tells_its_order_decides_for_one_that_does_not(tmp_path):
    write(turbine("2021-02-01", 60), tmp_path / "WT01.csv")
    write(turbine("2021-02-04", 432), tmp_path / "WT02.csv")
    assert index(tmp_path)[0] == pd.Timestamp("2021-02-01")


def test_a_file_of_one_day_that_only_fits_turned_is_named(tmp_path):
    for place, day in enumerate(("2021-02-01", "2021-02-02", "2021-02-03")):
        form = MONTH_FIRST if place == 2 else AMBIGUOUS
        write(turbine(day, 144, form), tmp_path / f"WT01_{place}.csv")
    with pytest.raises(DataError, match="WT01_2.csv is probably not written DMY"):
        load(settings_for(tmp_path, date_format="DMY"))
