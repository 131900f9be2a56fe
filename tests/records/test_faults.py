"""Planted faults: what they change, where, and what they leave alone."""

import io

import numpy as np
import pandas as pd
import pytest

from modules.location_module import SITES
from modules.records.columns import resolve
from modules.records.faults import FAULTS, PITCH_OFFSET, Parts, plant
from modules.records.flagged import read_flagged
from modules.records.sample import PARTS, make_sample
from tests.wind_files import cleaned

N_ROWS = 144 * 40


@pytest.fixture(scope="module")
def records():
    """Forty days of a turbine that produces all the time."""
    random = np.random.default_rng(0)
    wind = random.uniform(6, 12, N_ROWS)
    readings = {"WindSpeed": wind, "ActivePower": 250 * wind, "Temperature": 10.0 + 0 * wind}
    readings |= {f"BladePitchP{i}": random.uniform(0, 5, N_ROWS) for i in (1, 2, 3)}
    readings |= {name: random.uniform(0, 360, N_ROWS) for name in ("WindD1", "WindD2")}
    index = pd.date_range("2021-01-01", periods=N_ROWS, freq="10min")
    return pd.DataFrame(readings, index)


ALL_PARTS = Parts(PARTS.wind_speed, PARTS.power, PARTS.pitches, PARTS.directions, "Temperature")
CHANGED = {
    "pitch_offset": {"BladePitchP1"},
    "stuck_anemometer": {"WindSpeed"},
    "derating": {"ActivePower", "BladePitchP1", "BladePitchP2", "BladePitchP3"},
    "yaw_misalignment": {"WindD1", "ActivePower"},
    "temperature_rise": {"Temperature"},
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_changes_its_own_columns_inside_its_own_time(records, kind):
    faulty, labels = plant(records, ALL_PARTS, [kind], np.random.default_rng(1))
    (label,) = labels.itertuples()
    differs = faulty != records
    assert set(faulty.columns[differs.any()]) == CHANGED[kind]
    inside = (records.index >= label.start) & (records.index <= label.end)
    assert differs[inside].any(axis=1).mean() > 0.2 and not differs[~inside].any(axis=None)
    assert (label.end - label.start) == pd.Timedelta(days=FAULTS[kind].days)


def test_sizes_are_as_stated(records):
    faulty, labels = plant(records, ALL_PARTS, list(FAULTS), np.random.default_rng(1))
    rows = {label.fault: slice(label.start, label.end) for label in labels.itertuples()}
    offset = (faulty - records)["BladePitchP1"][rows["pitch_offset"]]
    np.testing.assert_allclose(offset, PITCH_OFFSET)
    assert faulty["WindSpeed"][rows["stuck_anemometer"]].std() < 0.05
    held = faulty["ActivePower"][rows["derating"]]
    assert held.max() == pytest.approx(records["ActivePower"].max() / 2, rel=0.05)
    assert faulty["WindD1"].between(0, 360, inclusive="left").all()
    rise = faulty["Temperature"][rows["temperature_rise"]]
    assert (rise.iloc[0], rise.iloc[-1]) == (10.0, 22.0)


def test_faults_do_not_overlap(records):
    _, labels = plant(records, ALL_PARTS, list(FAULTS), np.random.default_rng(1))
    labels = labels.sort_values("start")
    assert (
        len(labels) == 5 and (labels["start"].iloc[1:].to_numpy() > labels["end"].iloc[:-1]).all()
    )


def test_a_fault_without_its_column_is_left_out(records):
    _, labels = plant(records, PARTS, ["temperature_rise"], np.random.default_rng(1))
    assert labels.empty


def test_parts_are_found_among_the_columns_of_a_site():
    columns = [resolve(c, np.arange(10.0)) for c in SITES["la_haute_borne"].columns]
    parts = Parts.of(columns)
    assert (parts.wind_speed, parts.power, parts.temperature) == ("Ws_avg", "P_avg", "Ot_avg")
    assert parts.pitches == ("Ba_avg",) and parts.directions == ("Va_avg", "Ya_avg", "Wa_avg")


def test_an_unknown_fault_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`faults` must be among pitch_offset.*Received: .'flood'"):
        make_sample(tmp_path / "sample", days=2, faults=["flood"])
    assert not (tmp_path / "sample").exists()


def test_the_sample_s_faults_lie_where_its_table_says(tmp_path):
    make_sample(tmp_path / "plain", days=30)
    make_sample(tmp_path / "faulty", days=30, faults=list(FAULTS))
    labels = read_flagged(tmp_path / "faulty_faults.csv")
    assert labels["turbine"].tolist() == ["WT01"] * 4 + ["WT02"] * 4  # there is no temperature
    for turbine in ("WT01", "WT02"):
        plain, faulty = (
            pd.read_csv(tmp_path / f / f"{turbine}.csv", index_col=0, parse_dates=True)
            for f in ("plain", "faulty")
        )
        differs = (plain != faulty).any(axis=1)
        inside = np.zeros(len(plain), bool)
        for label in labels[labels["turbine"] == turbine].itertuples():
            inside |= (plain.index >= label.start) & (plain.index <= label.end)
        assert differs[inside].mean() > 0.4 and not differs[~inside].any()


@pytest.mark.parametrize(
    ("fault", "column"), [("stuck_anemometer", "WindSpeed"), ("derating", "ActivePower")]
)
def test_planted_faults_outlive_the_cleaning(tmp_path, fault, column):
    make_sample(tmp_path / "faulty", days=30, faults=[fault], n_turbines=1)
    (label,) = read_flagged(tmp_path / "faulty_faults.csv").itertuples()
    table = cleaned(tmp_path / "faulty").tables["WT01"]
    assert table[column][label.start : label.end].notna().mean() > 0.8


def test_a_derating_takes_no_draw_from_the_faults_after_it(records):
    random = np.random.default_rng(1)
    FAULTS["derating"].change(records, ALL_PARTS, 3000.0, random)
    assert random.random() == np.random.default_rng(1).random()


def test_the_same_seed_plants_the_same_faults(tmp_path):
    for name in ("a", "b"):
        make_sample(tmp_path / name, days=10, faults=["derating"], seed=4)
    tables = [(tmp_path / f"{name}_faults.csv").read_bytes() for name in ("a", "b")]
    assert tables[0] == tables[1]
    assert pd.read_csv(io.BytesIO(tables[0]))["fault"].tolist() == ["derating"] * 2
