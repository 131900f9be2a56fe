"""Tables in files of text, and texts that hold none."""

import zipfile

import pytest

from modules.dataLoader import load
from modules.errors import DataError
from modules.records.packages import unpacked
from tests.wind_files import cleaned, settings_for, westsouth, write

PROSE = "The records of our farm, 2021.\nAsk Mr. Kim, extension 12.\n\nTimes are in UTC.\n"
LIST = "pandas>=3\nnumpy>=2,<3\npyarrow>=20\n"


@pytest.mark.parametrize(
    ("name", "sep"), [("WT01.txt", ";"), ("WT01.tsv", "\t"), ("WT01.txt.gz", ",")]
)
def test_a_table_in_a_text_is_read_like_a_csv(tmp_path, name, sep):
    write(westsouth(), tmp_path / name, sep=sep)
    turbines = load(settings_for(tmp_path))
    assert {name: turbine.n_read for name, turbine in turbines.items()} == {"WT01": 60}


@pytest.mark.parametrize("text", [PROSE, LIST, "", "\0\1"])
def test_a_text_without_a_table_beside_records_is_left_out_and_named(tmp_path, text):
    write(westsouth(), tmp_path / "WT01.txt")
    (tmp_path / "README.txt").write_text(text)
    data = cleaned(tmp_path)
    assert list(data.tables) == ["WT01"]
    assert "Text without a table, so not read: README.txt." in data.report.notices


def test_a_damaged_table_in_a_text_is_refused_not_left_out(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    rows = westsouth().to_csv(index=False).splitlines()
    (tmp_path / "WT02.txt").write_text("\n".join([*rows[:30], rows[30][:20]]))
    with pytest.raises(DataError, match="WT02.txt, line 31 has 2 fields"):
        load(settings_for(tmp_path))


def test_events_in_a_text_are_left_out(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    (tmp_path / "WT01_status.txt").write_text("time,code,text\n2021-04-01 00:00,3,stop\n")
    assert any("events" in said for said in cleaned(tmp_path).report.notices)


def test_a_text_alone_is_refused_with_what_it_lacks(tmp_path):
    (tmp_path / "README.txt").write_text(PROSE)
    with pytest.raises(DataError, match="README.txt"):
        load(settings_for(tmp_path, "generic"))


def test_a_read_me_in_an_archive_does_not_count_as_a_table(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", PROSE)
        archive.writestr("WT01.csv", "a,b\n1,2\n")
    assert unpacked(path) == ("wt01.csv", b"a,b\n1,2\n")


def test_a_folder_of_two_rates_is_refused_by_the_file_of_the_slower(tmp_path):
    write(westsouth(), tmp_path / "WT01.csv")
    write(westsouth(freq="1h"), tmp_path / "WT02.csv")
    with pytest.raises(DataError, match=r"one record every 1h of WT02 \(.*WT02.csv\)"):
        cleaned(tmp_path)


@pytest.mark.parametrize("wanted", ["wt01", "WT1"])
def test_a_turbine_is_chosen_under_any_spelling_of_its_name(tmp_path, wanted):
    for start, name in (("2021-04-01", "WT01"), ("2021-05-01", "wt1"), ("2021-05-01", "WT10")):
        write(westsouth(start=start), tmp_path / f"{name}.csv")
    turbines = load(settings_for(tmp_path, gen_name=wanted))
    assert [turbine.n_read for turbine in turbines.values()] == [120]
