import numpy as np
import pandas as pd
import pytest

from modules.location_module import get_site
from modules.records.cleaning import (
    RULES,
    apply_rules,
    curtailment_flag,
    merge_duplicates,
    power_unit_slip,
    range_flag,
    repeated_hour_flag,
    resting_flag,
    unresponsive_flag,
)
from settings import CLEANING_RULES

NAN = np.nan
LHB = get_site("la_haute_borne")


def column(name):
    return next(column for column in LHB.columns if column.name == name)


def run(values, rule, stuck_records=3):
    columns = [column(name) for name in values]
    table = pd.DataFrame({name: np.asarray(v, dtype=float) for name, v in values.items()})
    return apply_rules(
        table, columns, (rule,), rated_power=LHB.rated_power, stuck_records=stuck_records
    )


def test_range_flag_marks_readings_outside_and_never_missing_ones():
    values = np.array([-1.0, 0.0, 25.0, 50.0, 89.79, NAN, np.inf])
    assert range_flag(values, 0, 50).tolist() == [True, False, False, False, True, False, True]


def test_range_flag_without_limits_marks_only_infinite_readings():
    assert range_flag(np.array([-1e300, 1e300, -np.inf]), None, None).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1, 2], [1, 1, 1, 0]),
        ([1, 1, 2, 2, 2], [0, 0, 1, 1, 1]),
        ([1, 1, NAN, 1, 1], [0, 0, 0, 0, 0]),
        ([NAN, NAN, NAN], [0, 0, 0]),
        ([], []),
    ],
)
def test_unresponsive_flag_marks_whole_runs_of_three(values, expected):
    assert unresponsive_flag(np.array(values, dtype=float), 3).tolist() == expected


def test_a_stuck_anemometer_is_blanked():
    table, changed = run({"Ws_avg": [5, 6.1, 6.1, 6.1, 7]}, "stuck")
    assert table["Ws_avg"].isna().tolist() == [False, True, True, True, False]
    assert changed["stuck", "Ws_avg"] == 3


def test_a_calm_is_no_stuck_sensor():
    _, changed = run({"Ws_avg": [0, 0, 0, 0], "P_avg": [-3, -2, -3, -2]}, "stuck")
    assert not changed


def test_a_still_anemometer_beside_a_producing_turbine_is_iced():
    table, _ = run({"Ws_avg": [0, 0, 0, 0], "P_avg": [800, 820, 790, 810]}, "stuck")
    assert table["Ws_avg"].isna().all()


@pytest.mark.parametrize("power", [0.0, -3.0, 2050.0, 2040.0])
def test_standstill_and_rated_plateau_are_no_stuck_sensor(power):
    _, changed = run({"P_avg": [power] * 10}, "stuck")
    assert not changed


def test_power_frozen_between_standstill_and_rated_is_blanked():
    table, _ = run({"P_avg": [400, 873.2, 873.2, 873.2, 910]}, "stuck")
    assert table["P_avg"].isna().sum() == 3


@pytest.mark.parametrize("name", ["Ba_avg", "Ya_avg", "Ot_avg"])
def test_set_points_and_drives_may_rest(name):
    _, changed = run({name: [12.0] * 10}, "stuck")
    assert not changed


def test_resting_flag_takes_the_highest_reading_where_rated_power_is_unknown():
    power = np.array([0.0, 500.0, 1000.0])
    assert resting_flag(power, "power", power, None).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("power", "rests"), [(20.4, 1), (20.6, 0), (1947, 0), (1948, 1), (-100, 1)]
)
def test_power_rests_up_to_a_hundredth_and_from_95_hundredths_of_rated(power, rests):
    values = np.array([float(power)])
    assert resting_flag(values, "power", values, 2050).tolist() == [rests]


@pytest.mark.parametrize(
    ("wind_speed", "power", "rests"), [(0.9, 102, 1), (0.9, 103, 0), (1.0, 0, 0)]
)
def test_wind_rests_below_one_while_no_more_than_a_twentieth_of_rated_is_made(
    wind_speed, power, rests
):
    flag = resting_flag(np.array([wind_speed]), "speed", np.array([float(power)]), 2050)
    assert flag.tolist() == [rests]


def test_pitch_is_wrapped_before_its_range_is_checked():
    columns = [column("Ba_avg")]
    table = pd.DataFrame({"Ba_avg": [359.0, 1.0, 200.0, NAN]})
    table, changed = apply_rules(
        table, columns, ("range", "pitch"), rated_power=None, stuck_records=3
    )
    assert table["Ba_avg"].tolist()[:2] == [-1.0, 1.0]
    assert table["Ba_avg"].isna().tolist() == [False, False, True, True]
    assert changed == {("pitch", "Ba_avg"): 2, ("range", "Ba_avg"): 1}


def test_small_negative_power_is_clipped_and_impossible_power_blanked():
    columns = [column("P_avg")]
    table = pd.DataFrame({"P_avg": [-17.9, -300.0, 1000.0]})
    table, _ = apply_rules(
        table, columns, ("range", "negative_power"), rated_power=2050, stuck_records=3
    )
    assert table["P_avg"].tolist()[::2] == [0.0, 1000.0]
    assert np.isnan(table["P_avg"][1])


def test_only_power_below_nought_counts_as_clipped():
    assert run({"P_avg": [0.0, -5, 5]}, "negative_power")[1] == {("negative_power", "P_avg"): 1}


@pytest.mark.parametrize(("lower", "expected"), [(0.0, [350, 200]), (-180.0, [-10, -160])])
def test_directions_of_either_notation_come_onto_the_columns_circle(lower, expected):
    name = "Wa_avg"
    circle = column(name).model_copy(update={"lower": lower, "upper": lower + 360})
    table = pd.DataFrame({name: [350.0, -160, -181, 361]})
    table, changed = apply_rules(table, [circle], ("range",), rated_power=None, stuck_records=3)
    assert table[name].tolist()[:2] == expected
    assert changed == {("range", name): 2} and table[name].isna().tolist()[2:] == [True, True]


def test_no_rule_leaves_readings_as_they_are():
    columns = [column("P_avg"), column("Ba_avg")]
    table = pd.DataFrame({"P_avg": [-300.0] * 5, "Ba_avg": [359.0] * 5})
    same, changed = apply_rules(table, columns, (), rated_power=2050, stuck_records=3)
    pd.testing.assert_frame_equal(same, table)
    assert not changed


def test_rules_do_not_write_into_the_table_they_are_given():
    table = pd.DataFrame({"P_avg": [-5.0, 5.0]})
    apply_rules(table, [column("P_avg")], ("negative_power",), rated_power=2050, stuck_records=3)
    assert table["P_avg"].tolist() == [-5.0, 5.0]


def test_curtailment_is_what_lies_far_below_the_power_curve():
    random = np.random.default_rng(0)
    wind_speed = random.uniform(4, 12, 2000)
    power = 3 * wind_speed**3 * (1 + 0.02 * random.normal(size=2000))
    power[:40] *= 0.4
    flag = curtailment_flag(wind_speed, power)
    assert flag[:40].mean() > 0.8
    assert flag[40:].mean() < 0.02


def test_curtailment_begins_at_four_robust_deviations_below_the_median_of_a_bin():
    # Median 1000, median deviation from it 50: four times 1.4826 * 50 are 296.5.
    power = np.repeat([700.0, 705, 950, 1000, 1050], [1, 1, 10, 1, 12])
    flag = curtailment_flag(np.full(power.size, 8.1), power)
    assert power[flag].tolist() == [700.0]


def test_curtailment_begins_at_a_twentieth_of_the_highest_power():
    power = np.array([2000.0] * 20 + [1901, 1899])
    flag = curtailment_flag(np.full(power.size, 8.1), power)
    assert power[flag].tolist() == [1899.0]


def test_curtailed_power_is_blanked_and_the_wind_beside_it_stays():
    columns = {"Ws_avg": [8.1] * 22, "P_avg": [1000.0] * 21 + [200.0]}
    table, changed = run(columns, "curtailment")
    assert changed == {("curtailment", "P_avg"): 1} and table["Ws_avg"].notna().all()
    assert not run({"P_avg": columns["P_avg"]}, "curtailment")[1]


def test_curtailment_never_flags_missing_readings():
    wind_speed = np.array([5.0, NAN, 5.1, 5.2])
    power = np.array([100.0, 100.0, NAN, 101.0])
    assert not curtailment_flag(wind_speed, power).any()


def test_equal_duplicates_become_one_and_conflicting_readings_missing():
    stamps = pd.DatetimeIndex(["2021-01-01", "2021-01-01", "2021-01-02", "2021-01-02"])
    table = pd.DataFrame({"a": [1.0, 1.0, 2.0, 3.0], "b": [5.0, NAN, 6.0, 6.0]}, index=stamps)
    merged, n_merged, n_conflicts = merge_duplicates(table)
    assert merged.index.tolist() == [stamps[0], stamps[2]]
    assert merged["a"].iloc[0] == 1.0 and np.isnan(merged["a"].iloc[1])
    assert merged["b"].tolist() == [5.0, 6.0]
    assert (n_merged, n_conflicts) == (1, 1)


def test_the_repeated_hour_exists_in_france_and_not_in_korea():
    stamps = pd.DatetimeIndex(["2014-10-26 01:50", "2014-10-26 02:10", "2014-10-26 03:00"])
    assert repeated_hour_flag(stamps, "Europe/Paris").tolist() == [False, True, False]
    assert not repeated_hour_flag(stamps, "Asia/Seoul").any()


class TestPowerUnit:
    kilowatts = np.linspace(-20, 3000, 500)
    wind_speed = np.linspace(3, 14, 500)

    @pytest.mark.parametrize(("factor", "unit"), [(1, None), (1000, "W"), (0.001, "MW")])
    def test_watts_and_megawatts_are_told_from_kilowatts(self, factor, unit):
        assert power_unit_slip(self.kilowatts * factor, self.wind_speed, 3000) == unit

    def test_a_calm_day_in_kilowatts_is_not_taken_for_megawatts(self):
        power = np.random.default_rng(0).uniform(-4, 3, 144)
        assert power_unit_slip(power, np.full(144, 2.0), 3000) is None

    def test_a_spike_is_not_taken_for_watts(self):
        power = np.append(self.kilowatts, 1e6)
        assert power_unit_slip(power, None, 3000) is None

    @pytest.mark.parametrize(("n_above", "unit"), [(10, "W"), (9, None)])
    def test_watts_show_in_one_positive_reading_of_a_hundred(self, n_above, unit):
        power = np.repeat([10_001.0, 9_999.0, 0.0], [n_above, 1000 - n_above, 500])
        assert power_unit_slip(power, None, 3000) == unit

    @pytest.mark.parametrize(
        ("highest", "unit"), [(0.3, None), (0.31, "MW"), (5.0, "MW"), (5.1, None)]
    )
    def test_megawatts_are_between_a_ten_thousandth_and_a_600th_of_rated_power(self, highest, unit):
        assert power_unit_slip(np.array([0.0, highest]), None, 3000) == unit

    @pytest.mark.parametrize(("n_windy", "unit"), [(10, "MW"), (9, None)])
    def test_megawatts_need_wind_above_five_in_one_record_of_ten(self, n_windy, unit):
        wind_speed = np.repeat([5.1, 5.0], [n_windy, 100 - n_windy])
        assert power_unit_slip(np.full(100, 2.0), wind_speed, 3000) == unit


def test_the_settings_know_every_rule():
    assert ["duplicates", *RULES] == list(CLEANING_RULES)


def test_codes_are_blanked_before_pitch_is_wrapped():
    table, changed = run_rules("Ba_avg", np.append(np.linspace(0, 20, 50), [-999, 359]))
    assert np.isnan(table[50]) and table[51] == -1
    assert changed == {("sentinel", "Ba_avg"): 1, ("pitch", "Ba_avg"): 1}


def test_codes_are_not_taken_for_watts():
    power = np.append(np.linspace(0, 2000, 50), [9999] * 10)
    assert power_unit_slip(power, None, 2050) is None


def run_rules(name, values):
    table, changed = apply_rules(
        pd.DataFrame({name: values}),
        [column(name)],
        ("sentinel", "pitch", "range"),
        rated_power=None,
        stuck_records=3,
    )
    return table[name].to_numpy(), changed
