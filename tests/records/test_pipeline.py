import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.windows.cut import cut
from tests.wind_files import cleaned, westsouth, write


def blanked(site_data, name):
    return next(column.blanked for column in site_data.report.columns if column.name == name)


@pytest.fixture
def file(tmp_path):
    return lambda table, name="WT01.csv": write(table, tmp_path / name)


@pytest.mark.parametrize("freq", ["10T", "10min"])
def test_records_at_the_wanted_step_are_unchanged(file, freq):
    table = westsouth()
    cleaned_table = cleaned(file(table), freq=freq).tables["WT01"]
    for name in ("WindD1", "WindSpeed", "ActivePower"):
        assert cleaned_table[name].tolist() == table[name].tolist()


@pytest.mark.parametrize(("freq", "rows"), [("1H", 10), ("1h", 10), ("30T", 20), ("20min", 30)])
def test_every_frequency_name_resamples(file, freq, rows):
    table = cleaned(file(westsouth()), freq=freq).tables["WT01"]
    assert len(table) == rows
    assert table["WindSpeed"].iloc[0] == pytest.approx(
        westsouth()["WindSpeed"].head(60 // rows).mean()
    )


def test_a_step_finer_than_the_records_is_refused(file):
    with pytest.raises(DataError, match="freq=min, one record every 10min"):
        cleaned(file(westsouth()), freq="1T")


def test_windows_do_not_cross_a_removed_row(file):
    path = file(westsouth().drop(index=30))
    site_data = cleaned(path)
    assert site_data.tables["WT01"].iloc[30].isna().all()
    stamps = site_data.tables["WT01"].dropna().index
    starts = cut(site_data.tables, 8)[1]
    assert (stamps[starts + 7] - stamps[starts] == pd.Timedelta(minutes=70)).all()
    assert site_data.report.windows(8).crossing == 7


def test_a_jittered_stamp_opens_no_gap(file):
    table = westsouth()
    stamps = pd.to_datetime(table["DateTime"])
    table["DateTime"] = (stamps + pd.to_timedelta([-2, 1, 2, 0, -1] * 12, unit="s")).astype(str)
    site_data = cleaned(file(table))
    assert len(site_data.report.turbines[0].stretch_lengths) == 1
    assert site_data.tables["WT01"]["WindSpeed"].tolist() == table["WindSpeed"].tolist()


def test_duplicated_stamps_merge_when_equal_and_are_missing_when_not(file):
    table = westsouth()
    conflicting = table.iloc[[20]].assign(WindSpeed=1.23)
    site_data = cleaned(file(pd.concat([table, table.iloc[[10]], conflicting])))
    turbine = site_data.report.turbines[0]
    assert (turbine.duplicates, turbine.conflicts) == (1, 1)
    clean = site_data.tables["WT01"]
    assert len(clean) == 60
    assert np.isnan(clean["WindSpeed"].iloc[20]) and clean.isna().to_numpy().sum() == 1


def test_two_turbines_in_one_file_are_refused_and_not_averaged(file):
    both = pd.concat([westsouth(seed=1), westsouth(seed=2)])
    with pytest.raises(DataError, match="WT01.csv: 60 of 60 time stamps .* several turbines"):
        cleaned(file(both))


def test_the_hour_that_clocks_show_twice_is_named(tmp_path):
    hour = pd.date_range("2014-10-26 00:00", periods=30, freq="10min")
    stamps = hour.append(pd.date_range("2014-10-26 02:00", periods=6, freq="10min")).sort_values()
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "Wind_turbine_name": "R1",
            "Date_time": stamps.astype(str),
            **{
                name: random.uniform(1, 20, len(stamps))
                for name in ("Ba_avg", "Ws_avg", "Va_avg", "Ot_avg", "Ya_avg", "Wa_avg", "P_avg")
            },
        }
    )
    site_data = cleaned(write(table, tmp_path / "a.csv"), "la_haute_borne")
    assert (
        "6 repeated stamps lie in the hour that clocks in Europe/Paris"
        in (site_data.report.notices[0])
    )


def test_a_day_that_ends_at_24_hours_is_gapless(file):
    table = westsouth(200)
    table["DateTime"] = table["DateTime"].str.replace("-", ".")
    table["DateTime"] = table["DateTime"].str.replace("2021.04.02 00:00:00", "2021.04.01 24:00:00")
    assert len(cleaned(file(table)).report.turbines[0].stretch_lengths) == 1


def test_dates_include_both_ends(file):
    site_data = cleaned(file(westsouth(500)), date_start="2021-04-02", date_end="2021-04-02")
    index = site_data.tables["WT01"].index
    assert (str(index[0]), str(index[-1])) == ("2021-04-02 00:00:00", "2021-04-02 23:50:00")
    assert site_data.report.turbines[0].outside_dates == 500 - 144


def test_dates_outside_the_data_are_refused_with_its_span(file):
    with pytest.raises(
        DataError, match="leave no row.*from 2021-04-01 00:00:00 to 2021-04-01 09:5"
    ):
        cleaned(file(westsouth()), date_start="2022-01-01")


def test_a_turbine_without_rows_in_the_dates_is_left_out_with_a_notice(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    write(westsouth(start="2022-01-01"), tmp_path / "WT02.csv")
    site_data = cleaned(tmp_path, date_start="2022-01-01")
    assert list(site_data.tables) == ["WT02"]
    assert "WT01 has no row within the dates" in site_data.report.notices[0]


class TestAliasedPosition:
    @pytest.fixture
    def path(self, file):
        table = westsouth(600)
        table["RotorPosition"] = np.random.default_rng(5).uniform(0, 360, 600).round(2)
        return file(table)

    def test_it_is_kept_out_with_a_notice_that_says_how_to_force_it_in(self, path):
        site_data = cleaned(path)
        assert "RotorPosition" not in site_data.tables["WT01"]
        assert len(site_data.columns) == 8
        notice = site_data.report.notices[0]
        assert notice.startswith("RotorPosition is kept out of training: sampled every 10min")
        assert "`--keep_aliased_angles`" in notice

    def test_it_can_be_forced_in(self, path):
        columns = cleaned(path, keep_aliased_angles=True, n_seq=9).columns
        assert [column.kind for column in columns if column.name == "RotorPosition"] == ["angle"]

    def test_the_refusal_of_n_seq_says_where_the_variable_went(self, path):
        with pytest.raises(DataError, match="n_seq=9; the data have 8: WindD1.*RotorPosition is"):
            cleaned(path, n_seq=9)


def test_wind_directions_and_rotor_speed_are_kept(file):
    columns = {column.name: column for column in cleaned(file(westsouth(600))).columns}
    assert columns["WindD1"].kind == "angle"
    assert (columns["RotorPosition"].kind, columns["RotorPosition"].unit) == ("speed", "rpm")


def test_a_stuck_anemometer_is_blanked_and_counted(file):
    table = westsouth()
    table.loc[10:15, "WindSpeed"] = 7.77
    site_data = cleaned(file(table))
    assert blanked(site_data, "WindSpeed") == {"stuck": 6}
    assert len(site_data.report.turbines[0].stretch_lengths) == 2


def test_a_short_calm_of_a_fast_logger_is_no_stuck_sensor(file):
    table = westsouth(3600, freq="1s")
    table.loc[10:100, "WindSpeed"] = 7.77
    assert blanked(cleaned(file(table)), "WindSpeed") == {}


def test_rules_can_be_switched_off(file):
    table = westsouth()
    table.loc[3, "ActivePower"] = -20.0
    assert cleaned(file(table)).tables["WT01"]["ActivePower"].iloc[3] == 0
    kept = cleaned(file(table), cleaning_rules=("range",)).tables["WT01"]
    assert kept["ActivePower"].iloc[3] == -20


def test_a_rule_that_blanks_much_is_reported(file):
    table = westsouth()
    table.loc[:19, "WindSpeed"] = 98.0
    assert "Rule range blanked 33% of WindSpeed" in cleaned(file(table)).report.notices[0]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "WT01.csv: no usable reading in column WindSpeed"),
        (5.0, "WT01.csv: no usable reading in column WindSpeed. Readings blanked by rule: stuck"),
        (0.0, "WT01.csv: only one value in column WindSpeed .always 0."),
    ],
)
def test_empty_and_constant_columns_are_refused(file, value, message):
    table = westsouth()
    table["WindSpeed"] = value
    if value == 0.0:
        table["ActivePower"] = np.linspace(-10, -1, 60)
    rules = ("duplicates", "pitch", "range", "stuck")
    with pytest.raises(DataError, match=message):
        cleaned(file(table), cleaning_rules=rules)


def test_too_few_readings_in_every_bin_are_refused(file):
    table = westsouth(60)
    table.loc[::2, "WindSpeed"] = np.nan
    with pytest.raises(DataError, match="no usable reading in column WindSpeed"):
        cleaned(file(table), freq="1H", min_fraction=0.9)


def test_unknown_variable_count_lists_the_columns(file):
    with pytest.raises(DataError, match="n_seq=5; the data have 9: WindD1, .*, ActivePower"):
        cleaned(file(westsouth()), n_seq=5)


def test_infinite_readings_are_blanked(file):
    values = np.arange(50.0)
    values[7] = np.inf
    site_data = cleaned(file(pd.DataFrame({"a": values})), "generic")
    assert blanked(site_data, "a") == {"range": 1}


def test_a_start_and_an_end_in_different_notations_cut_utc_stamps(file):
    table = westsouth()
    table["DateTime"] += "Z"
    site_data = cleaned(
        file(table), date_start="2021-04-01 01:00", date_end="2021-04-01T11:00:00+09:00"
    )
    index = site_data.tables["WT01"].index
    assert site_data.time_zone == "UTC"
    assert (index[0].hour, index[-1].hour, len(index)) == (1, 2, 7)


def test_rows_without_times_are_neither_resampled_nor_sorted(file):
    values = np.random.default_rng(0).normal(size=50)
    site_data = cleaned(file(pd.DataFrame({"a": values, "b": values[::-1]})), "generic", freq="1H")
    assert site_data.tables["WT01"]["a"].tolist() == pytest.approx(values.tolist())
    assert isinstance(site_data.tables["WT01"].index, pd.RangeIndex)
    assert site_data.freq is None


class TestTradingDays:
    days = pd.bdate_range("2020-01-01", periods=60)

    @pytest.fixture
    def path(self, file):
        return file(pd.DataFrame({"Date": self.days, "Open": np.sin(np.arange(60.0))}), "stock.csv")

    @pytest.mark.parametrize("freq", ["1D", "1B", None])
    def test_windows_go_over_weekends_but_not_over_a_missing_weekday(self, path, freq):
        site_data = cleaned(path, "generic", freq=freq)
        assert site_data.freq == "B"
        assert len(cut(site_data.tables, 24)[1]) == 60 - 24 + 1
        assert "The records come from Monday to Friday" in site_data.report.notices[0]

    def test_a_weekend_record_is_refused_at_1b(self, file):
        table = pd.DataFrame({"Date": pd.date_range("2020-01-01", periods=9), "a": range(9)})
        with pytest.raises(DataError, match="a record on Saturday 2020-01-04.*Pass `--freq 1D`"):
            cleaned(file(table), "generic", freq="1B")


def test_where_no_stretch_is_long_enough_the_time_column_can_be_left_out(file):
    table = pd.DataFrame({"Date": pd.date_range("2020-01-01", periods=9), "a": range(9)})
    with pytest.raises(DataError, match="leave the time column out, to take the rows as they fol"):
        cut(cleaned(file(table), "generic", freq="1D").tables, 24)


def test_records_of_less_than_a_second_keep_their_step(file):
    stamps = pd.date_range("2021-01-01", periods=50, freq="250us").strftime("%Y-%m-%d %H:%M:%S.%f")
    path = file(pd.DataFrame({"time": stamps, "a": np.arange(50.0) ** 2}))
    table = cleaned(path, "generic", freq=None).tables["WT01"]
    assert len(table) == 50 and table["a"].tolist() == [i**2 for i in range(50)]
    assert len(cleaned(path, "generic", freq="1ms").tables["WT01"]) == 13


def test_power_that_stands_at_its_highest_far_below_rated_is_a_stuck_sensor(file):
    table = westsouth()
    table.loc[20:31, "ActivePower"] = 2700.0  # nine tenths of westsouth's 3000 kW
    assert blanked(cleaned(file(table)), "ActivePower") == {"stuck": 12}
