"""The counting of findings and the detectors that nothing is trained for."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.benchmarks import fault_peer, nab, nab_rows, tadgan, turbine_faults

UNLABELLED = ["ec2_cpu_utilization_c6585a"]
WAVE = np.sin(0.2 * np.arange(600))


def span(first, last):
    return tuple(pd.Timestamp("2021-01-01") + pd.Timedelta(minutes=10 * i) for i in (first, last))


def test_segments_are_hit_once_missed_or_false():
    known = [span(10, 20), span(50, 60)]
    found = [span(0, 12), span(18, 30), span(70, 80)]
    assert nab.overlap(known, found) == (1, 1, 1)


def test_segments_that_share_an_end_overlap():
    assert nab.overlap([span(10, 20)], [span(20, 30)]) == (1, 0, 0)
    assert nab.overlap([span(10, 20)], [span(21, 30)]) == (0, 1, 1)


def test_one_finding_over_everything_has_a_perfect_f1():
    counts = nab.overlap([span(10, 20), span(50, 60)], [span(0, 100)])
    assert nab.f1([counts]) == 1.0


def test_f1_is_of_the_summed_counts():
    assert nab.f1([(1, 0, 0), (0, 2, 1)]) == pytest.approx(2 / (2 + 2 + 1))
    assert nab.f1([(0, 0, 0)]) == 0.0


@pytest.mark.parametrize("name", ["difference", "Sub-PCA", "POLY"])
def test_a_spike_in_a_wave_stands_out_where_it_is(name):
    values = WAVE.copy()
    values[300] += 3
    score = nab.baselines(values, 0)[name]
    assert score.shape == values.shape
    assert abs(np.flatnonzero(score == score.max()).mean() - 300) <= 50


def test_a_cubic_is_carried_on_without_an_error():
    t = np.linspace(-1, 1, 300)
    np.testing.assert_allclose(nab.poly(t**3 - t), np.zeros(300), atol=1e-9)


@pytest.mark.skipif(not nab.ARCHIVE.is_file(), reason=f"needs {nab.ARCHIVE.name}")
def test_the_signals_are_orions():
    found = nab.signals()
    groups = [signal.group for signal in found]
    counts = {group: groups.count(group) for group in nab.GROUPS.values()}
    assert counts == {"Art": 6, "AWS": 17, "AdEx": 5, "Traffic": 7, "Tweets": 10}
    assert set(groups[:5]) == set(nab.GROUPS.values())
    assert all(signal.series.notna().all() for signal in found)
    assert sorted(signal.name.split("/")[1] for signal in found if not signal.known) == UNLABELLED


def test_the_table_tells_of_what_is_there(tmp_path):
    signal = nab.Signal("realTweets/x", "Tweets", pd.Series(dtype=float), ())
    figures = {"counts": [2, 1, 0], "covered": 0.25, "vus_pr": None, "seconds": 12.0}
    path = tmp_path / "nab" / "seed_0" / "realTweets" / "x.json"
    tadgan.jobs.write(path, {"TadGAN, ours": figures})
    last = tadgan.nab_table(tmp_path, [signal]).splitlines()[-1]
    assert last == ("| TadGAN, ours | – | – | – | – | 0.80 | 0.25 | – | – | 12 | – | 0+0+0+0+1 |")


def test_rows_are_compared_on_the_signals_that_one_of_them_has(tmp_path):
    signals = [nab.Signal(f"realTweets/{x}", "Tweets", pd.Series(dtype=float), ()) for x in "ab"]
    for signal, rows in zip(signals, (["POLY", "ours"], ["POLY"]), strict=True):
        path = tmp_path / "nab" / "seed_0" / f"{signal.name}.json"
        tadgan.jobs.write(path, {row: {"counts": [1, 0, 0]} for row in rows})
    ends = [
        [
            line.split("|")[-2].strip()
            for line in tadgan.nab_table(tmp_path, signals, of).splitlines()
        ]
        for of in (None, "ours")
    ]
    assert ends[0][-2:] == ["0+0+0+0+2", "0+0+0+0+1"] and ends[1][-2:] == ["0+0+0+0+1"] * 2


def test_a_power_curve_alone_finds_a_derated_turbine(tmp_path, monkeypatch):
    monkeypatch.setattr(turbine_faults, "SAMPLE_DAYS", 30)
    monkeypatch.setattr(turbine_faults, "FAULTS", {"derating": None})
    site_data, known = turbine_faults.sample_with_faults(0)
    judged = turbine_faults.judge(known, turbine_faults.power_curve_residual(site_data, False))
    assert len(judged.delays) == judged.n_known == 2


def test_networks_trained_once_are_searched_again_without_a_training(tmp_path, monkeypatch):
    monkeypatch.setattr(nab_rows, "trained_detector", None)  # a training would call it
    index = pd.date_range("2021-01-01", periods=len(WAVE), freq="10min")
    values = WAVE.copy()
    values[300:310] += 3
    known = ((index[300], index[309]),)
    signal = nab.Signal("realTweets/x", "Tweets", pd.Series(values, index), known)
    path = tmp_path / "seed_0" / "short_35_epochs" / "realTweets" / "x.npz"
    path.parent.mkdir(parents=True)
    scaled = 2 * (WAVE - values.min()) / np.ptp(values) - 1  # the wave without its fault
    windows = np.lib.stride_tricks.sliding_window_view(scaled, 100)[..., None]
    np.savez(path, windows=windows, values=np.zeros(len(windows)), seconds=9.0, used=7.0)
    row = nab_rows.Row("short", {"Tweets": ("area", "rec")})
    found = nab_rows.by_training(signal, row, 0, 35, tmp_path, None)
    assert found["counts"] == (1, 0, 0) and found["covered"] < 0.25
    assert 7 <= found["cpu_seconds"] < 8


def test_events_of_the_peer_become_findings_of_the_turbine(monkeypatch):
    def see(command, **_):
        records, events, angle = command[3:]
        assert angle == "Wind" and len(pd.read_csv(records)) == 290
        events.write_text("start,end,duration\n2021-01-01 10:00:00,2021-01-01 13:00:00,3h\n")

    monkeypatch.setattr(fault_peer.subprocess, "run", see)
    index = pd.date_range("2021-01-01", periods=300, freq="10min")
    table = pd.DataFrame({"Wind": 1.0, "Power": 2.0}, index)
    table.iloc[100:110] = np.nan
    columns = [SimpleNamespace(name="Wind", kind="angle"), SimpleNamespace(name="Power", kind="")]
    scored = fault_peer.scored("WT01", table, columns, "python")
    known = pd.DataFrame({"turbine": ["WT01"], "start": [index[50]], "end": [index[90]]})
    judged = turbine_faults.judge(known, [scored])
    assert judged.delays == pytest.approx((10 - 50 / 6,)) and judged.n_false == 0
    assert scored.scores["score"].notna().sum() == 290
