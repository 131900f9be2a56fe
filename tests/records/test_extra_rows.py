"""Rows among the records that are none are left out and named."""

import pytest

from modules.errors import DataError
from modules.records.readers import first_line_where, read_table
from tests.wind_files import cleaned, westsouth, write


def lines(n_rows=60):
    table = westsouth(n_rows)[["DateTime", "WindSpeed", "ActivePower"]]
    return table.to_csv(index=False).splitlines()


def read(folder, written, end="\n"):
    """(grid rows, highest power, notices)."""
    path = folder / "WT01.csv"
    path.write_bytes((end.join(written) + end).encode())
    data = cleaned(path, "generic")
    (turbine,) = data.report.turbines
    return turbine.rows_read, data.columns[1].observed[1], data.report.notices


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_that_comes_again_is_left_out(tmp_path, end):
    right = lines()
    n_rows, highest, notices = read(tmp_path, [*right[:30], right[0], *right[30:]], end)
    assert (n_rows, highest) == read(tmp_path, right, end)[:2]
    assert "WT01.csv: lines of the header that come again are left out: 1." in notices


@pytest.mark.parametrize(
    "rows",
    [
        ["Total,400,900000"],
        ["Average,7.2", "Max:,11,90000"],
        ["합계,400,900000"],
        ['"Grand total"'],
        [",Mean,7.2"],
    ],
)
def test_totals_below_the_records_are_left_out(tmp_path, rows):
    right = lines()
    n_rows, highest, notices = read(tmp_path, [*right, *rows])
    assert (n_rows, highest) == read(tmp_path, right)[:2]
    told = f"WT01.csv: rows of totals, averages or the like are left out: {len(rows)}."
    assert told in notices


def test_totals_between_the_records_are_left_out(tmp_path):
    right = lines()
    n_rows, _, notices = read(tmp_path, [*right[:20], "Daily total,400,9", *right[20:]])
    assert n_rows == 60 and any("totals" in said for said in notices)


def test_a_note_below_the_records_is_left_out_and_told(tmp_path):
    n_rows, _, notices = read(tmp_path, [*lines(), "", "Exported by the portal on 2021-05-01"])
    assert n_rows == 60
    told = "text below the records is left out: 'Exported by the portal on 2021-05-01'"
    assert any(told in said for said in notices)


def test_a_line_that_is_cut_off_is_no_note(tmp_path):
    with pytest.raises(DataError, match="line 62 has 1 fields where the header has 3"):
        read(tmp_path, [*lines(), "2021-04-01 10:0"])


def test_statistics_that_are_the_records_stay(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("kind,ws\n" + "mean,7.5\nmax,9\n" * 20)
    assert len(read_table(path)) == 40


def test_lines_keep_their_numbers(tmp_path):
    right = lines()
    path = tmp_path / "x.csv"
    path.write_text("\n".join([*right[:3], right[0], "2021-04-01 00:20:00,bad cell,1"]) + "\n")
    assert len(read_table(path)) == 3
    assert first_line_where(path, 1, lambda cell: cell == "bad cell") == ", line 5"


def test_the_report_says_what_was_decided_on_the_notation_of_each_file(tmp_path):
    for name, encoding in (("WT01.csv", "cp949"), ("WT02.csv", "utf-8")):
        seed = int(name[3])
        table = westsouth(seed=seed)[["DateTime", "WindSpeed", "ActivePower"]]
        power = (10 * table["ActivePower"]).map("{:,.1f}".format)
        swapped = power.str.replace(",", " ").str.replace(".", ",").str.replace(" ", ".")
        table = table.assign(ActivePower=swapped).rename(columns={"WindSpeed": "풍속"})
        write(table, tmp_path / name, sep=";", decimal=",", encoding=encoding)
    notices = cleaned(tmp_path, "generic").report.notices
    assert "WT01.csv: read as cp949." in notices
    assert "All files: decimal commas in 풍속, ActivePower." in notices
    assert "All files: points between thousands in ActivePower." in notices
