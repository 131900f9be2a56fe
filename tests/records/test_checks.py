from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.checks import (
    check_conflicts,
    check_contents,
    check_count,
    heavy_rules,
    lone_spikes,
    spell_files,
    without_rows,
)
from modules.records.columns import Column, observe
from tests.wind_files import settings_for, westsouth, write

A, B = Column(name="a"), Column(name="b")
FILES = (Path("x.csv"), Path("y.csv"))


def test_a_column_empty_in_one_table_only_is_accepted():
    full = pd.DataFrame({"a": [1.0, 2.0]})
    check_contents([full, full * np.nan], [A], Counter(), FILES)


def test_every_empty_and_constant_column_stands_in_one_message():
    table = pd.DataFrame({"a": [np.nan, np.nan], "b": [7.0, 7.0], "c d": [1, 2], "e": [3, 4]})
    columns = [A, B, Column(name="c d"), Column(name="e")]
    with pytest.raises(DataError) as refusal:
        check_contents([table], columns, Counter({("range", "a"): 2}), FILES)
    message = str(refusal.value)
    assert "Name the others: `--columns 'c d,e'`. Remove these" in message
    assert message.startswith("x.csv and 1 more files: no usable reading in column a; only one")
    assert "b (always 7)" in message and "blanked by rule: range 2 of a" in message


def test_data_without_a_variable_are_refused():
    with pytest.raises(DataError, match="x.csv: no variable is left"):
        check_contents([pd.DataFrame(index=range(3))], [], Counter(), FILES[:1])


@pytest.mark.parametrize("n_seq", [None, 2])
def test_a_right_or_missing_count_is_accepted(n_seq):
    check_count([A, B], n_seq, [])


def test_a_few_conflicting_stamps_are_accepted_and_a_fifth_is_not():
    check_conflicts(20, 100, "WT01", FILES)
    with pytest.raises(DataError, match="21 of 100 time stamps of turbine WT01 come more than"):
        check_conflicts(21, 100, "WT01", FILES)


def test_only_rules_that_blank_a_fifth_are_reported():
    changed = Counter({("stuck", "a"): 30, ("range", "a"): 10, ("negative_power", "b"): 90})
    assert [notice[:25] for notice in heavy_rules(changed, [A, B], 100)] == [
        "Rule stuck blanked 30% of"
    ]


def test_a_table_that_is_never_complete_is_reported_with_the_reason():
    table = pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]})
    assert without_rows("WT01", table) == [
        "WT01 has no complete row, so it gives no windows: always something is missing."
    ]
    assert "nothing in b" in without_rows("WT01", table.assign(b=np.nan))[0]
    assert without_rows("WT01", table.fillna(0)) == []


def test_many_files_are_spelt_by_the_first():
    assert spell_files(FILES[:1]) == "x.csv"
    assert spell_files(FILES) == "x.csv and 1 more files"


def test_a_lone_spike_is_named_and_a_wide_column_is_not():
    readings = np.linspace(0, 10, 500)
    calm, spiked = observe(A, readings), observe(B, np.append(readings, 1e6))
    assert lone_spikes([calm]) == []
    (notice,) = lone_spikes([calm, spiked])
    assert notice.startswith("b goes from 0 to 1e+06, but nearly all of it within 10.")


@pytest.mark.parametrize(("unit", "is_same"), [("[kw]", True), ("", True), ("MW", False)])
def test_one_column_in_two_units_is_refused(tmp_path, unit, is_same):
    rows = "\n".join(
        f"2021-04-01 {i // 6:02}:{i % 6}0,{5 + i % 3}.5,{100 + i}.5" for i in range(60)
    )
    for name, of_file in (("WT1", "kW"), ("WT2", unit)):
        (tmp_path / f"{name}.csv").write_text(
            f"time,ws,power\n,m/s,{of_file}\n{rows[:-1]}{name[2]}\n"
        )
    if is_same:
        assert list(load(settings_for(tmp_path, "generic"))) == ["WT1", "WT2"]
        return
    with pytest.raises(DataError, match=r"'power' is in kW in .*WT1.csv and in MW in .*WT2.csv\."):
        load(settings_for(tmp_path, "generic"))


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize(("factor", "is_refused"), [(1.0, True), (0.001, False), (0.01, False)])
def test_files_a_thousand_apart_of_which_one_says_its_unit_are_refused(
    tmp_path, factor, is_refused, is_turned
):
    power = westsouth(60)["ActivePower"]
    cells = [f"{value / 1000:.6f} MW" for value in power], power * factor
    for name, column in zip(("WT01", "WT02"), cells[::-1] if is_turned else cells, strict=True):
        table = westsouth(60)[["DateTime", "WindSpeed"]].assign(Power=column)
        write(table, tmp_path / f"{name}.csv")
    if not is_refused:
        assert len(load(settings_for(tmp_path, "generic"))) == 2
        return
    with pytest.raises(DataError, match="in MW in .*WT0[12].csv, and without a unit .* as large"):
        load(settings_for(tmp_path, "generic"))


def test_a_turbine_at_rest_beside_one_that_runs_is_no_other_unit(tmp_path):
    for name, at_rest in (("WT01", False), ("WT02", True)):
        table = westsouth(60)[["DateTime", "WindSpeed", "ActivePower"]]
        if at_rest:
            table["ActivePower"] = np.where(np.arange(60) % 10, -1.0, 0.5)
        write(table, tmp_path / f"{name}.csv")
    assert len(load(settings_for(tmp_path, "generic"))) == 2


@pytest.mark.parametrize("factor", [1, 1000])
def test_power_a_thousand_apart_without_a_unit_is_refused(tmp_path, factor):
    for place, scale in enumerate((1, factor)):
        table = westsouth(100, seed=place)[["DateTime", "WindSpeed"]]
        table["power"] = 100 * table["WindSpeed"] / scale
        write(table, tmp_path / f"WT0{place}.csv")
    if factor == 1:
        assert len(load(settings_for(tmp_path, "generic"))) == 2
        return
    with pytest.raises(DataError, match="WT00.csv and 1.* in .*WT01.csv, and neither names a unit"):
        load(settings_for(tmp_path, "generic"))
