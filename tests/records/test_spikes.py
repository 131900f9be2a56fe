"""Lone readings that would press all others together."""

import numpy as np
import pytest

from modules.records.spikes import spike_flag
from tests.wind_files import cleaned, westsouth, write

WAVE = np.sin(np.arange(200.0))  # from -1 to 1, so twenty beyond them is far


@pytest.mark.parametrize(
    "spikes", [{7: 500}, {7: -500}, {7: 500, 90: 490, 91: 5e5}, {7: 500, 9: -9e9}, {7: 21.1}]
)
def test_a_reading_far_outside_all_others_is_a_spike(spikes):
    values = WAVE.copy()
    for place, value in spikes.items():
        values[place] = value
    values[50] = np.nan
    assert np.flatnonzero(spike_flag(values)).tolist() == list(spikes)


@pytest.mark.parametrize(
    "values",
    [
        WAVE,
        np.append(WAVE, 20.9),  # near enough
        np.append(WAVE, [500, 500, 501, 502]),  # too many to be a slip
        np.append(np.zeros(200), 500.0),  # a code
        np.append(np.arange(19.0).repeat(20), 5e5),  # few different others
        np.append(WAVE[:90], 500),  # few others
        np.exp(np.random.default_rng(0).pareto(1.5, 1000).clip(max=5)),
    ],
)
def test_what_others_reach_towards_is_none(values):
    assert not spike_flag(values).any()


def test_one_spike_does_not_flatten_a_column_and_is_named(tmp_path):
    table = westsouth(300)[["DateTime", "WindSpeed", "ActivePower"]]
    table.loc[20, "WindSpeed"] = 7000.0
    path = write(table, tmp_path / "WT01.csv")
    data = cleaned(path, "generic")
    wind = data.report.columns[0]
    assert (wind.maximum < 12, wind.missing, wind.blanked) == (True, 1, {"spike": 1})
    told = "WT01: WindSpeed is 7000 at 2021-04-01 03:20:00, and 4"
    assert any(said.startswith(told) for said in data.report.notices)
    kept = cleaned(path, "generic", cleaning_rules=("duplicates", "sentinel"))
    assert kept.report.columns[0].maximum == 7000
