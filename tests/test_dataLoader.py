import time

import numpy as np
import pandas as pd
import pytest

from modules import aside
from modules.aside import lies_aside
from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import (
    LA_HAUTE_BORNE,
    STOCKS,
    WIND_UP,
    cleaned,
    real_file,
    settings_for,
    westsouth,
    write,
)


def loaded(path, location="westsouth", **fields):
    return load(settings_for(path, location, **fields))


def test_a_single_file_is_one_turbine_named_by_the_file(tmp_path):
    turbines = loaded(write(westsouth(), tmp_path / "WT01.csv"))
    assert list(turbines) == ["WT01"]
    assert turbines["WT01"].table.shape == (60, 9)
    assert turbines["WT01"].table.dtypes.eq("float64").all()


def test_turbines_of_a_folder_stay_apart(tmp_path):
    write(westsouth(seed=1), tmp_path / "WT01.csv")
    write(westsouth(seed=2), tmp_path / "WT02.csv")
    turbines = loaded(tmp_path)
    assert list(turbines) == ["WT01", "WT02"]
    assert turbines["WT01"].table["WindSpeed"].tolist() == westsouth(seed=1)["WindSpeed"].tolist()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("WT01_2021-04.csv", "WT01_2021-05.csv"),
        ("WT01_202104.csv", "WT01_202105.csv"),
        ("WT01_20210401_20210430.csv", "WT01_20210501_20210531.csv"),
        ("WT01-2021Q1.csv", "WT01-2021Q2.csv"),
        ("WT01/april.csv", "WT01/may.csv"),
        ("WT01/2021-04.csv", "WT01/2021-05.csv"),
        ("2021/04/WT01.csv", "2021/05/WT01.csv"),
        ("2021/WT01.csv", "2022/WT01.csv.gz"),
    ],
)
def test_periods_of_one_turbine_are_joined_in_time(tmp_path, first, second):
    write(westsouth(start="2021-05-01"), tmp_path / second)
    write(westsouth(start="2021-04-01"), tmp_path / first)
    turbines = loaded(tmp_path)
    assert list(turbines) == ["WT01"]
    index = turbines["WT01"].table.index
    assert len(index) == 120 and index.is_monotonic_increasing
    assert len(turbines["WT01"].files) == 2


def test_files_of_one_folder_that_cover_the_same_time_are_different_turbines(tmp_path):
    for name in ("WT01_2021-04.csv", "WT02_2021-04.csv"):
        write(westsouth(), tmp_path / "farm" / name)
    write(westsouth(start="2021-05-01"), tmp_path / "farm" / "WT02_2021-05.csv")
    turbines = loaded(tmp_path)
    assert list(turbines) == ["farm/WT01", "farm/WT02"]
    assert turbines["farm/WT02"].n_read == 120


def test_turbine_numbers_that_look_like_years_are_not_joined(tmp_path):
    write(westsouth(seed=1), tmp_path / "WT_2001.csv")
    write(westsouth(seed=2), tmp_path / "WT_2002.csv")
    assert list(loaded(tmp_path)) == ["WT_2001", "WT_2002"]


def test_rows_are_sorted_in_time_and_rows_without_a_stamp_counted(tmp_path):
    table = westsouth().iloc[::-1].reset_index(drop=True)
    table.loc[3, "DateTime"] = None
    turbine = loaded(write(table, tmp_path / "WT01.csv"))["WT01"]
    assert turbine.table.index.is_monotonic_increasing
    assert (turbine.n_read, turbine.n_undated, len(turbine.table)) == (60, 1, 59)


class TestGenName:
    @pytest.fixture
    def farm(self, tmp_path):
        for name in ("WT1.csv", "WT10.csv", "north/WT2.csv"):
            write(westsouth(seed=len(name)), tmp_path / name)
        return tmp_path

    @pytest.mark.parametrize(
        ("gen_name", "turbines"),
        [
            ("WT1", ["WT1"]),
            ("WT10", ["WT10"]),
            ("north", ["north"]),
            ("WT2", ["north"]),
            ("WT", ["WT1", "WT10", "north"]),
            ("north/", ["north"]),
        ],
    )
    def test_the_exact_name_wins_over_a_part_of_one(self, farm, gen_name, turbines):
        assert list(loaded(farm, gen_name=gen_name)) == turbines

    def test_no_row_is_appended_twice(self, farm):
        turbine = loaded(farm, gen_name="WT10")["WT10"]
        assert turbine.n_read == 60 and turbine.table.index.is_unique

    def test_it_works_on_a_single_file(self, farm):
        assert list(loaded(farm / "WT1.csv", gen_name="WT1")) == ["WT1"]

    def test_no_match_is_refused_with_what_there_is(self, farm):
        with pytest.raises(DataError, match="gen_name='WT7'. There is: WT1.csv, WT10.csv, WT2.csv"):
            loaded(farm, gen_name="WT7")

    def test_it_selects_in_the_turbine_column(self):
        path = real_file(LA_HAUTE_BORNE)
        turbines = loaded(path, "la_haute_borne", gen_name="R80721")
        assert {name: turbine.n_read for name, turbine in turbines.items()} == {"R80721": 2500}
        with pytest.raises(DataError, match="There is: R80711, R80721, R80736, R80790"):
            loaded(path, "la_haute_borne", gen_name="R99999")


def test_offsets_become_utc(tmp_path):
    turbines = loaded(real_file(LA_HAUTE_BORNE), "la_haute_borne")
    assert len(turbines) == 4
    first = turbines["R80736"].table.index[0]
    assert first == pd.Timestamp("2014-01-01", tz="UTC")


def test_parquet_with_a_time_index_and_a_turbine_column_loads():
    turbines = loaded(real_file(WIND_UP), "wind_up")
    assert len(turbines) == 9
    assert all(turbine.n_read == 432 for turbine in turbines.values())


def test_stocks_stay_oldest_first():
    turbine = loaded(real_file(STOCKS), "generic")["timegan_stock_data"]
    assert isinstance(turbine.table.index, pd.RangeIndex)
    assert turbine.table["Open"].iloc[0] == pytest.approx(49.676899)


class TestRefusals:
    def refused(self, path, message, location="westsouth", **fields):
        with pytest.raises(DataError, match=message):
            loaded(path, location, **fields)

    def test_text_among_numbers_names_file_line_column_and_example(self, tmp_path):
        table = westsouth().astype({"WindSpeed": object})
        table.loc[7, "WindSpeed"] = "stopped"
        path = write(table, tmp_path / "WT01.csv")
        self.refused(path, "WT01.csv, line 9, column 'WindSpeed' holds text .*'stopped' .1 such")

    def test_an_unreadable_stamp_names_file_line_and_column(self, tmp_path):
        table = westsouth()
        table.loc[4, "DateTime"] = "01/04/2021"
        path = write(table, tmp_path / "WT01.csv")
        self.refused(path, "WT01.csv, line 6, column 'DateTime' .* cannot be read: '01/04/2021'")

    def test_stamps_with_and_without_offset_in_one_column(self, tmp_path):
        table = westsouth()
        table.loc[4, "DateTime"] += "+09:00"
        path = write(table, tmp_path / "WT01.csv")
        self.refused(path, "mixes time stamps with a UTC offset .2021-04-01 00:40:00.09:00.")

    def test_stamps_with_and_without_offset_in_two_files(self, tmp_path):
        write(westsouth(), tmp_path / "WT01.csv")
        table = westsouth()
        table["DateTime"] += "+09:00"
        write(table, tmp_path / "WT02.csv")
        self.refused(tmp_path, "Only one of .*WT01.csv and .*WT02.csv has time stamps with a UTC")

    @pytest.mark.parametrize(("factor", "unit"), [(1000, "W"), (0.001, "MW")])
    def test_power_in_another_unit(self, tmp_path, factor, unit):
        table = westsouth(200)
        table["ActivePower"] *= factor
        path = write(table, tmp_path / "WT01.csv")
        self.refused(path, f"WT01.csv, column 'ActivePower' is in {unit}, not kW")

    def test_files_with_different_variables(self, tmp_path):
        write(pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]}), tmp_path / "x.csv")
        write(pd.DataFrame({"a": [1.0, 2.0], "c": [1.0, 2.0]}), tmp_path / "y.csv")
        self.refused(tmp_path, "differ in their columns: b, c only in one", "generic")

    def test_a_folder_without_data(self, tmp_path):
        (tmp_path / "notes.txt").write_text("nothing")
        self.refused(tmp_path, "holds no CSV, Excel or Parquet file")

    def test_a_path_that_does_not_exist(self, tmp_path):
        self.refused(tmp_path / "nowhere", "does not exist. Set `--data_path`")

    def test_a_file_of_another_type(self, tmp_path):
        path = tmp_path / "a.docx"
        path.write_bytes(b"PK")
        self.refused(path, "is no .csv, .txt, .tsv, .xlsx, .parquet or .zip file")

    def test_a_file_whose_stamps_are_all_missing(self, tmp_path):
        table = westsouth()
        table["DateTime"] = ""
        self.refused(write(table, tmp_path / "WT01.csv"), "has no row with a time stamp")


def test_files_whose_columns_come_in_another_order_are_joined_by_name(tmp_path):
    write(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}), tmp_path / "x.csv")
    write(pd.DataFrame({"b": [7.0, 8.0], "a": [5.0, 6.0]}), tmp_path / "y.csv")
    turbines = loaded(tmp_path, "generic")
    assert turbines["y"].table["a"].tolist() == [5.0, 6.0]


@pytest.mark.slow
def test_a_million_rows_load_in_three_times_pandas_fastest_reader(tmp_path):
    path = write(westsouth(1_000_000, freq="10s"), tmp_path / "WT01.csv")

    def fastest(read, repeats=3):
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            read()
            times.append(time.perf_counter() - begin)
        return min(times)

    pandas = min(
        fastest(lambda engine=engine: pd.read_csv(path, engine=engine))
        for engine in ("c", "pyarrow")
    )
    ours = fastest(lambda: loaded(path))
    assert ours <= 3 * pandas, f"{ours:.2f} s against {pandas:.2f} s"
    assert np.isfinite(ours)


def test_a_table_without_times_beside_records_is_refused_by_name(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    (tmp_path / "curve.csv").write_text("ws,power\n3,10\n4,50\n5,100\n")
    with pytest.raises(DataError, match="WT01.csv and .*curve.csv|curve.csv and .*WT01.csv"):
        load(settings_for(tmp_path, "generic"))


def a_folder(folder):
    """Two files of one turbine, the later one first and with a gap, and one of another."""
    write(westsouth(start="2021-04-02").drop(index=[7, 8]), folder / "a_2022" / "WT01.csv")
    write(westsouth(start="2021-04-01")[::-1], folder / "b_2021" / "WT01.csv")
    write(westsouth(seed=1), folder / "b_2021" / "WT02.csv")
    return folder, "westsouth"


def one_file(folder):
    """Two turbines in one Parquet file of several row groups, told apart by a column."""
    tables = [westsouth(seed=seed).assign(turbine=f"T{seed}") for seed in (0, 1)]
    table = pd.concat(tables).drop(columns="GenertorTRD").sample(frac=1, random_state=0)
    table["DateTime"] = pd.to_datetime(table["DateTime"])
    table.to_parquet(folder / "farm.parquet", row_group_size=50, index=False)
    return folder / "farm.parquet", "generic"


@pytest.mark.parametrize("made", [a_folder, one_file])
def test_records_too_large_for_memory_become_the_same_tables(tmp_path, monkeypatch, made):
    path, location = made(tmp_path)
    expected = cleaned(path, location)
    monkeypatch.setattr(aside, "LARGE", 1)
    monkeypatch.setattr(aside, "AT_ONCE", 100)
    found = cleaned(path, location)
    assert list(found.tables) == list(expected.tables) and len(found.tables) == 2
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(table, expected.tables[name])
        assert all(lies_aside(table[column].to_numpy()) for column in table)
    assert found.report == expected.report
    assert found.columns == expected.columns
