"""A site in a TOML file: drafted, read back, and refused where it is wrong."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from modules.dataLoader import read_site
from modules.errors import DataError
from modules.location_module import site_of
from modules.records import site_file
from settings import DataSettings
from tests.odd_files import QUIET, edits, spoil
from tests.wind_files import cleaned, settings_for, westsouth, write

WHOLE = """
time_columns = ["Stempel"]
time_zone = "Europe/Berlin"
rated_power = 2000

[[columns]]
name = "wind"
unit = "m/s"
kind = "speed"
lower = 0
upper = 40
aliases = ["v Wind"]

[[columns]]
name = "richtung"
kind = "angle"
"""


@pytest.fixture
def toml(tmp_path):
    def make(text=WHOLE):
        path = tmp_path / "my_farm.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def made(tmp_path):
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "Anlage": ["A"] * 60 + ["B"] * 60,
            "Zeit": [*pd.date_range("2021-04-01", periods=60, freq="10min").astype(str)] * 2,
            "Wind direction (°)": (random.normal(0, 20, 120) % 360).round(1),
            'Wind "speed" [m/s]': random.uniform(2, 12, 120).round(2),
            "출력": random.uniform(0, 1900, 120).round(1),
            "Status": random.integers(0, 3, 120),
        }
    )
    return write(table, tmp_path / "data" / "all.csv")


def test_a_site_file_is_an_entry(toml):
    site = site_file.read(toml())
    assert (site.name, site.time_columns, site.rated_power) == ("my_farm", ("Stempel",), 2000)
    assert [column.kind for column in site.columns] == ["speed", "angle"]
    assert (site.columns[0].upper, site.columns[0].aliases) == (40, ("v Wind",))


def test_records_are_read_by_a_site_file(tmp_path, toml):
    table = pd.DataFrame(
        {
            "Stempel": pd.date_range("2021-04-01", periods=40, freq="10min").astype(str),
            "V WIND": [*np.linspace(3, 9, 39).round(2), 99.0],
            "Richtung": np.linspace(0, 300, 40).round(1),
            "else": 1.0,
        }
    )
    data = cleaned(write(table, tmp_path / "T1.csv"), str(toml()))
    assert [column.name for column in data.columns] == ["wind", "richtung"]
    assert data.report.columns[0].blanked == {"range": 1}
    assert (data.report.location, data.time_zone) == ("my_farm", "Europe/Berlin")


def test_a_draft_read_back_gives_what_was_found(tmp_path):
    draft = tmp_path / "farm.toml"
    path = made(tmp_path)
    _, found = read_site(settings_for(path, "generic", write_site=str(draft)))
    back = cleaned(path, str(draft))
    assert list(back.tables) == list(found.tables) == ["A", "B"]
    assert back.columns == found.columns
    assert back.fingerprint() == found.fingerprint()
    text = draft.read_text(encoding="utf-8")
    assert 'time_columns = ["Zeit"]' in text and 'turbine_columns = ["Anlage"]' in text
    assert "# rated_power = " in text and 'kind = "power"' in text


@pytest.mark.parametrize("location", ["westsouth", "generic"])
def test_a_draft_of_any_site_reads_the_same(tmp_path, location):
    draft = tmp_path / "farm.toml"
    path = write(westsouth(), tmp_path / "data" / "WT01.csv")
    _, found = read_site(settings_for(path, location, write_site=str(draft)))
    assert cleaned(path, str(draft)).columns == found.columns


def test_a_draft_of_records_without_times_reads_the_same(tmp_path):
    draft = tmp_path / "farm.toml"
    path = write(westsouth()[["WindSpeed", "ActivePower"]], tmp_path / "data" / "x.csv")
    _, found = read_site(settings_for(path, "generic", write_site=str(draft)))
    assert cleaned(path, str(draft)).fingerprint() == found.fingerprint()


def test_a_draft_of_radians_reads_the_same(tmp_path):
    draft = tmp_path / "farm.toml"
    table = westsouth()[["DateTime", "WindSpeed"]]
    table["wd [rad]"] = np.linspace(0.1, 2, len(table)).round(3)
    path = write(table, tmp_path / "data" / "WT01.csv")
    _, found = read_site(settings_for(path, "generic", write_site=str(draft)))
    assert found.columns[1].name == "wd [deg]"
    assert cleaned(path, str(draft)).columns == found.columns


def test_a_run_does_not_draft_again_when_it_reads_its_records_again(tmp_path):
    chosen = settings_for(made(tmp_path), "generic", write_site=str(tmp_path / "farm.toml"))
    chosen, _ = read_site(chosen)
    assert chosen.write_site is None


def test_an_edited_file_is_never_written_over(tmp_path, toml):
    chosen = settings_for(made(tmp_path), "generic", write_site=str(toml()))
    with pytest.raises(DataError, match="my_farm.toml exists already"):
        read_site(chosen)


def test_a_draft_into_no_folder_is_refused(tmp_path):
    chosen = settings_for(made(tmp_path), "generic", write_site=str(tmp_path / "no" / "x.toml"))
    with pytest.raises(DataError, match="folder .*no does not exist. Correct `--write_site`"):
        read_site(chosen)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb == 2", "is no TOML in UTF-8: .*at line 2"),
        ("rated = 3\n" + WHOLE, "the site has rated, which no entry knows. It may have: time_col"),
        (WHOLE + "units = 'm'", "column 'richtung' has units, which no entry knows"),
        (WHOLE.replace('"angle"', '"angel"'), "column 'richtung', kind: Input should be 'linear'"),
        (WHOLE.replace("upper = 40", "upper = -1"), "wind: lower 0 must be below upper -1"),
        (WHOLE.replace("upper = 40", "upper = inf"), "limits and rated_power must be finite"),
        (WHOLE.replace("2000", "-2"), "rated_power must be above 0 kW, not -2"),
        (WHOLE.replace("Berlin", "Bärlin"), "time_zone must be one like Europe/Berlin or UTC"),
        (WHOLE.replace('"richtung"', '"wind"'), "wind stands twice"),
        (WHOLE.replace('name = "richtung"', ""), "column 2, name: Field required"),
        ("rated_power = 2", "there is no ..columns.."),
        ("columns = 3", "each column needs a heading ..columns.."),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(toml, text, said):
    with pytest.raises(DataError, match=said):
        site_file.read(toml(text))


def test_a_site_file_that_is_not_there_is_refused(tmp_path):
    location = str(tmp_path / "nowhere.toml")
    with pytest.raises(DataError, match="nowhere.toml cannot be read: No such file"):
        site_of(DataSettings(location=location))


@settings(max_examples=200, **QUIET)
@given(changes=edits)
def test_a_spoilt_file_is_an_entry_or_is_refused(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("spoilt") / "farm.toml"
    path.write_bytes(spoil(WHOLE.encode(), changes))
    with contextlib.suppress(DataError):
        site_file.read(path)
