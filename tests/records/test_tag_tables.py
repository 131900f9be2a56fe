"""Tables of one reading a row, with the name of its variable beside it."""

import pandas as pd
import pytest

from modules.dataLoader import load
from modules.errors import DataError
from tests.wind_files import cleaned, settings_for, westsouth, write

WIDE = ["WindSpeed", "ActivePower"]
UNITS = {"WindSpeed": "m/s", "ActivePower": "kW"}


def long(n_rows=60, **fields):
    table = westsouth(n_rows, **fields)[["DateTime", *WIDE]]
    return table.melt("DateTime", var_name="tag")


def read(folder, table):
    return load(settings_for(write(table, folder / "WT01.csv"), "generic"))


@pytest.mark.parametrize("names", [("tag", "value"), ("Signal Name", "Wert"), ("항목", "값")])
@pytest.mark.parametrize("order", ["tag", "DateTime"])
def test_each_tag_becomes_a_column_and_is_told(tmp_path, names, order):
    table = (
        long().sort_values(order).rename(columns=dict(zip(("tag", "value"), names, strict=True)))
    )
    data = cleaned(write(table, tmp_path / "WT01.csv"), "generic")
    right = westsouth()
    for name in WIDE:
        assert data.tables["WT01"][name].to_list() == right[name].to_list()
    assert any("a column for each of 2 tags" in said for said in data.report.notices)


def test_turbines_stay_apart(tmp_path):
    tables = [long(seed=seed).assign(WTG=f"T{seed}") for seed in (1, 2)]
    found = read(tmp_path, pd.concat(tables))
    assert {name: list(one.table) for name, one in found.items()} == {"T1": WIDE, "T2": WIDE}
    assert found["T2"].table["WindSpeed"].to_list() == westsouth(seed=2)["WindSpeed"].to_list()


def test_turbines_that_the_tags_name_come_apart(tmp_path):
    tables = [long(seed=i).assign(tag=lambda t, i=i: f"WT0{i}." + t["tag"]) for i in (1, 2)]
    found = read(tmp_path, pd.concat(tables))
    assert {name: list(one.table) for name, one in found.items()} == {"WT01": WIDE, "WT02": WIDE}


def test_units_are_those_of_the_tags_and_quality_is_left_out(tmp_path):
    table = long().assign(unit=lambda t: t["tag"].map(UNITS), quality=range(120))
    (one,) = read(tmp_path, table).values()
    assert {column.name: column.unit for column in one.columns} == UNITS


def test_a_tag_of_text_does_not_cost_the_others_their_numbers(tmp_path):
    state = long().query("tag == 'WindSpeed'").assign(tag="state", value="RUN")
    (one,) = read(tmp_path, pd.concat([long().astype({"value": object}), state])).values()
    assert list(one.table) == WIDE


def test_other_readings_beside_are_refused(tmp_path):
    with pytest.raises(DataError, match="'tag' and its reading in 'value' .* beside them extra"):
        read(tmp_path, long().assign(extra=range(120)))


def test_tags_that_number_turbines_are_turbines(tmp_path):
    tables = [long(seed=i).query("tag == 'WindSpeed'").assign(tag=f"WT0{i}") for i in (1, 2)]
    assert list(read(tmp_path, pd.concat(tables))) == ["WT01", "WT02"]
