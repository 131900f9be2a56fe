"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gan_generator
from modules.errors import RunError
from modules.preprocessing import MinMaxScaler
from modules.records.columns import Column
from modules.runs import spreadsheet
from modules.runs.run import create
from modules.runs.spreadsheet import FORMULA_STARTS, decimals, to_csv
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


@pytest.mark.parametrize(
    ("largest", "digits"), [(0, 17), (0.05, 7), (0.5, 6), (9.9, 5), (10, 4), (3000, 2), (1e6, 0)]
)
def test_the_largest_number_of_a_column_has_six_digits(largest, digits):
    assert decimals(largest) == digits


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


def test_tables_are_written_under_each_other(tmp_path):
    tables = (pd.DataFrame({"a": [i, i + 1]}) for i in (0, 2))
    path = spreadsheet.write_tables("Rows", tables, 4, str(tmp_path / "rows.csv"))
    assert path.read_bytes() == b"a\n0\n1\n2\n3\n"


def test_more_rows_than_the_disk_has_room_for_are_refused_before_they_are_made(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(spreadsheet.files, "free_bytes", lambda _: 10**9)
    made = []

    def tables():
        for i in range(2):
            made.append(i)
            yield pd.DataFrame({"a": [1.5] * 1000})

    with pytest.raises(RunError, match=r"1,000,000,000 rows take about 4\.0 GB, and 1\.0 GB"):
        spreadsheet.write_tables("Rows", tables(), 10**9, str(tmp_path))
    assert made == [0] and not list(tmp_path.iterdir())
