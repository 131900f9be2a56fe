import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.location_module import SITES, get_site
from modules.records.columns import power_column
from modules.records.site import Site
from modules.windows.cut import cut
from tests.wind_files import (
    LA_HAUTE_BORNE,
    OPENOA,
    STOCKS,
    SUNSPOTS,
    WIND_UP,
    cleaned,
    real_file,
    westsouth,
    write,
)


def test_an_unknown_site_is_refused_with_the_known_ones():
    with pytest.raises(
        DataError, match="generic, jeju, kelmarsh, .*location='jeju2'.*--write_site"
    ):
        get_site("jeju2")


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_every_site_is_consistent_and_plain_data(site):
    names = [column.name for column in site.columns]
    assert len(set(names)) == len(names)
    assert set(site.columns) <= set(Site.model_validate_json(site.model_dump_json()).columns)
    assert not site.by_position or set(names) <= set(site.by_position)
    assert site.rated_power or not site.columns or site.turbine_suffix
    for column in site.columns:
        assert column.lower is None or column.lower < column.upper
        assert column.unit


@pytest.mark.parametrize(
    ("name", "rated"),
    [
        ("westsouth", 3000),
        ("jeju", 2000),
        ("la_haute_borne", 2050),
        ("openoa", 1500),
        ("wind_up", 1900),
    ],
)
def test_power_is_limited_about_the_turbines_rated_power(name, rated):
    site = SITES[name]
    power = site.columns[power_column(site.columns)]
    assert site.rated_power == rated
    assert (power.lower, power.upper) == pytest.approx((-0.05 * rated, 1.1 * rated))


def test_westsouth_and_jeju_have_power_last_and_korean_time():
    for name in ("westsouth", "jeju"):
        assert SITES[name].columns[-1].kind == "power"
        assert SITES[name].time_zone == "Asia/Seoul"


def test_a_new_site_takes_one_entry(tmp_path, monkeypatch):
    entry = Site(name="mine", columns=SITES["openoa"].columns, time_columns=("Stempel",))
    monkeypatch.setitem(SITES, "mine", entry)
    table = pd.DataFrame(
        {
            "Stempel": pd.date_range("2021-01-01", periods=30, freq="10min").astype(str),
            "kw": np.linspace(0, 500, 30),
            "wind_speed": np.linspace(3, 9, 30),
            "nacelle_position": np.linspace(10, 90, 30),
        }
    )
    site_data = cleaned(write(table, tmp_path / "T1.csv"), "mine")
    assert [column.name for column in site_data.columns] == ["wind_speed", "nacelle_position", "kw"]


def test_a_westsouth_folder_becomes_one_clean_table_per_turbine(tmp_path):
    write(westsouth(seed=1), tmp_path / "WT01.csv")
    write(westsouth(seed=2, start="2021-06-01"), tmp_path / "WT02.csv")
    site_data = cleaned(tmp_path, n_seq=9)
    assert list(site_data.tables) == ["WT01", "WT02"]
    assert site_data.freq == "10min" and site_data.time_zone == "Asia/Seoul"
    assert [column.name for column in site_data.columns][-1] == "ActivePower"
    for table in site_data.tables.values():
        assert table.shape == (60, 9) and table.index.freqstr == "10min"


def test_la_haute_borne_is_four_gapless_turbines():
    site_data = cleaned(real_file(LA_HAUTE_BORNE), "la_haute_borne")
    assert site_data.time_zone == "UTC"
    assert len(cut(site_data.tables, 24)[1]) == 3 * 2477 + 2476
    kinds = {column.name: (column.kind, column.lower) for column in site_data.columns}
    assert kinds["Va_avg"] == ("angle", -180)
    assert kinds["Wa_avg"] == ("angle", 0)
    table = site_data.tables["R80711"]
    assert table["Va_avg"].between(-180, 180).all() and table["Wa_avg"].between(0, 360).all()
    assert table["P_avg"].min() == 0


def test_openoa_has_its_gaps_and_loses_its_spike():
    site_data = cleaned(real_file(OPENOA), "openoa")
    turbine = site_data.report.turbines[0]
    assert turbine.rows_read == 335_852
    assert turbine.gaps == 225
    assert turbine.empty_rows / turbine.rows == pytest.approx(0.19, abs=0.005)
    assert site_data.report.columns[0].blanked["range"] == 2
    assert site_data.columns[0].observed_max < 32


def test_a_naive_cut_of_openoa_would_carry_7159_windows_across_gaps():
    site_data = cleaned(real_file(OPENOA), "openoa", cleaning_rules=())
    count = site_data.report.windows(36)
    assert count.crossing == 7159
    # Jitter puts two records into one ten-minute step five times.
    assert count.naive == 335_852 - 36 + 1 - 5
    assert len(cut(site_data.tables, 36)[1]) == count.kept


def test_wind_up_has_nine_turbines_of_which_one_is_empty():
    site_data = cleaned(real_file(WIND_UP), "wind_up")
    assert len(site_data.tables) == 9
    assert "MRG_T05 has no complete row" in site_data.report.notices[0]
    assert len(cut(site_data.tables, 24)[1]) == 8 * (432 - 23)
    power = site_data.columns[-1]
    assert [atom.value for atom in power.atoms] == [pytest.approx(1900, abs=2)]


def test_stocks_have_no_time_and_keep_their_order():
    site_data = cleaned(real_file(STOCKS), "generic", n_seq=6)
    assert site_data.freq is None and site_data.time_zone is None
    assert len(cut(site_data.tables, 24)[1]) == 3685 - 23
    assert [column.name for column in site_data.columns][-1] == "Volume"


def test_monthly_sunspots_have_no_gap():
    site_data = cleaned(real_file(SUNSPOTS), "generic", freq="1M")
    assert len(cut(site_data.tables, 24)[1]) == 3235 - 23


@pytest.mark.parametrize(("freq", "spoilt"), [("1H", 0.0048), ("6H", 0.0143)])
def test_an_arithmetic_mean_spoils_the_measured_share_of_directions(freq, spoilt):
    path = real_file(LA_HAUTE_BORNE)
    records = cleaned(path, "la_haute_borne").tables
    means = cleaned(path, "la_haute_borne", freq=freq).tables
    differences = []
    for turbine, table in records.items():
        arithmetic = table["Wa_avg"].resample(freq.lower()).mean()
        difference = (arithmetic - means[turbine]["Wa_avg"] + 180) % 360 - 180
        differences.append(difference.abs())
    assert (pd.concat(differences) > 10).mean() == pytest.approx(spoilt, abs=5e-5)


def test_an_arithmetic_mean_turns_a_twelfth_of_openoa_hours_by_more_than_ten_degrees():
    path = real_file(OPENOA)
    records = cleaned(path, "openoa").tables["openoa_wtg"]["nacelle_position"]
    hours = cleaned(path, "openoa", freq="1H").tables["openoa_wtg"]["nacelle_position"]
    difference = (records.resample("1h").mean() - hours + 180) % 360 - 180
    assert (difference.dropna().abs() > 10).mean() > 1 / 12
