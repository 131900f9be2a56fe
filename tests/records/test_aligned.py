"""Tables of text whose columns are told apart by blanks."""

import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.aligned import with_tabs
from tests.wind_files import cleaned, settings_for, westsouth, write

COLUMNS = ["DateTime", "WindSpeed", "ActivePower"]
TABLE = westsouth(60)[COLUMNS]


def padded(table=TABLE, **fields):
    return table.to_string(index=False, **fields) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        padded(),
        padded(
            TABLE.assign(WindSpeed=TABLE["WindSpeed"].where(TABLE["ActivePower"] < 1900)), na_rep=""
        ),
        padded().replace("WindSpeed", "Wind Spd."),
        "\n".join(" ".join(line.split()) for line in padded().splitlines()),
        "# a comment\n\n" + padded(),
        padded().replace(".", ","),
    ],
    ids=["aligned", "empty cells", "two words", "single blanks", "comment", "decimal commas"],
)
def test_a_text_whose_columns_align_is_read(tmp_path, text):
    (tmp_path / "WT01.txt").write_text(text)
    write(TABLE, tmp_path / "as.csv")
    ours = cleaned(tmp_path / "WT01.txt", "generic")
    theirs = cleaned(tmp_path / "as.csv", "generic")
    (made,), (expected,) = ours.tables.values(), theirs.tables.values()
    seen = made.to_numpy()[~made.isna().any(axis=1)]
    assert (seen == expected.to_numpy()[~made.isna().any(axis=1)]).all() and len(seen) > 30
    assert any("told apart by the blanks between them" in said for said in ours.report.notices)


@pytest.mark.parametrize(
    "text",
    [
        padded()[:-15],
        padded().replace("       5", " x     5", 1),
        padded() + "2021-04-01 10:00:00 1 2 3\n",
        "a b\nc d\ne f\n",
        "one\ntwo\nthree\n",
        "a b\n1 2\n",
    ],
)
def test_what_does_not_align_over_the_whole_file_has_no_columns(text):
    assert with_tabs(text) is None


def test_a_line_at_fault_is_named_by_its_number_in_the_file(tmp_path):
    lines = [" ".join(line.split()) for line in padded().splitlines()]
    lines[30] = lines[30].replace("2021-04-01", "2021-04-31")
    (tmp_path / "WT01.txt").write_text("\n".join(["# note", *lines]))
    with pytest.raises(DataError, match=r"WT01\.txt, line 32"):
        load(settings_for(tmp_path, "generic"))
