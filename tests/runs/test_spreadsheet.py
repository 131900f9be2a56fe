"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gan_generator
from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column
from modules.runs.run import create
from modules.runs.spreadsheet import FORMULA_STARTS, to_csv
from tests.odd_files import QUIET, names
from tests.tiny import stirred, tiny_settings, tiny_site_data, tiny_timegan

COMMAND = "=cmd|' /C calc'!A0"


def read(content):
    """Rows of cells, as a program takes them that ends a line at a bare carriage return too."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_would_be_a_formula_gets_an_apostrophe(start):
    table = pd.DataFrame({f"{start}a": [f"{start}1", "plain", None], "b": 1})
    assert read(to_csv(table)) == [
        [f"'{start}a", "b"],
        [f"'{start}1", "1"],
        ["plain", "1"],
        ["", "1"],
    ]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_line_end_inside_text_begins_no_row(end):
    table = pd.DataFrame({"a": [f"x{end}=1+1", f"{end}=1+1"], f"b{end}=1+1": 1})
    assert read(to_csv(table)) == [["a", "b\n=1+1"], ["x\n=1+1", "1"], ["'\n=1+1", "1"]]


def test_numbers_and_times_are_left_alone():
    stamps = pd.date_range("2021", periods=2, freq="D")
    table = pd.DataFrame({"time": stamps, "kW": [-5.5, 1e-7], "n": [-1, 2]})
    assert to_csv(table) == b"time,kW,n\n2021-01-01,-5.5,-1\n2021-01-02,1e-07,2\n"


def test_text_goes_in_one_column_of_two_with_the_same_name():
    table = pd.DataFrame([[-1, "-a"], [-2, "@b"]], columns=["a", "a"])
    assert to_csv(table) == b"a,a\n-1,'-a\n-2,'@b\n"


@pytest.mark.whole
@settings(max_examples=200, **QUIET)
@given(st.lists(st.one_of(names, st.text(max_size=6)), min_size=1, max_size=5))
def test_no_name_and_no_text_begins_a_formula(texts):
    texts = [text.encode(errors="replace").decode() for text in texts]  # pandas takes no other
    table = pd.DataFrame([texts, texts], columns=texts)
    rows = read(to_csv(table))
    assert [len(row) for row in rows] == [len(texts)] * 3
    assert not [cell for row in rows for cell in row if cell.startswith((*FORMULA_STARTS, "\r"))]


def test_the_generators_csv_opens_as_text_whatever_the_columns_are_called(
    tmp_path, monkeypatch, own_logging
):
    site_data = tiny_site_data()
    site_data.columns[0] = Column(
        name=COMMAND, unit="m/s", kind="speed", observed_min=-1, observed_max=20
    )
    site_data.tables["T1"].columns = [COMMAND, "Power"]
    run = create(tmp_path / "TimeGan_Result")
    run.write_settings("timegan", tiny_settings())
    run.write_columns(site_data)
    run.save_scaler(MinMaxScaler().fit(site_data.tables["T1"], [COMMAND, "Power"]))
    run.save_model(stirred(tiny_timegan()).synthetic_model(run.model_name))
    monkeypatch.chdir(tmp_path)
    assert gan_generator.main(["--n_windows", "2", "--output", "."]) == 0
    header = next(tmp_path.glob("TimeGan_*.csv")).read_text().splitlines()[0]
    assert header == f"window,step,'{COMMAND},Power"


NUMBERS = [
    0.0,
    -0.0,
    1.0,
    -12.5,
    10.07,
    1e-4,
    9.9e-5,
    1e-7,
    123456.789,
    9e9,
    1e10,
    1e15,
    1e22,
    0.1 + 0.2,
]


@pytest.mark.parametrize(
    "column",
    [
        *NUMBERS,
        float("nan"),
        True,
        2**62,
        pd.Timestamp("2021-03-04"),
        pd.Timestamp("2021-03-04T05:06", tz="UTC"),
        pd.NaT,
        "text",
    ],
)
@pytest.mark.parametrize("header", [True, False])
def test_every_kind_of_cell_is_written_as_pandas_writes_it(column, header):
    table = pd.DataFrame({"a": [column] * 2, "b": [1.5, -3.0]})
    assert to_csv(table, header=header).decode() == table.to_csv(index=False, header=header)


@settings(max_examples=200, **QUIET)
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20))
def test_every_number_is_written_as_pandas_writes_it(numbers):
    table = pd.DataFrame({"a": numbers, "b": np.round(numbers, 3)})
    assert to_csv(table).decode() == table.to_csv(index=False)


def test_plain_numbers_and_times_are_not_left_to_pandas(monkeypatch):
    times = pd.date_range("2021", periods=2)
    table = pd.DataFrame({"a": [1.5, 2.0], "n": [1, 2], "on": [True, False], "t": times})
    written = []
    monkeypatch.setattr(pd.DataFrame, "to_csv", lambda *table, **_: written.append(*table) or "")
    assert to_csv(table) == b"1.5,1,True,2021-01-01\n2.0,2,False,2021-01-02\n"
    assert [len(table) for table in written] == [0]


def test_plain_numbers_with_gaps_are_neither(monkeypatch):
    table = pd.DataFrame({"a": [np.nan, 2.0, 0.5], "n": pd.array([1, None, -2], "Int64"), "s": 0})
    expected = table.to_csv(index=False, header=False).encode()
    written = []
    monkeypatch.setattr(pd.DataFrame, "to_csv", lambda *table, **_: written.append(*table) or "")
    assert to_csv(table, header=False) == expected == b",1,0\n2.0,,0\n0.5,-2,0\n"
    assert [len(table) for table in written] == [0]
