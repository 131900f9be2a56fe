import numpy as np
import pandas as pd
import pytest

from modules.records.rates import pieces, rate_notices, snap_pieces, steps_of
from modules.records.timestamps import infer_step
from tests.wind_files import cleaned, write

MINUTE, TEN = pd.Timedelta(minutes=1), pd.Timedelta(minutes=10)
SLOW = pd.date_range("2021-03-01", periods=288, freq="10min", unit="us")
FAST = pd.date_range("2021-03-03", periods=1440, freq="1min", unit="us")
BOTH = SLOW.append(FAST)


def found(stamps):
    return [(p.start, p.stop, p.step) for p in pieces(stamps, infer_step(stamps))]


@pytest.mark.parametrize(
    ("stamps", "edge"),
    [(BOTH, 288), (SLOW.append(FAST[3:]), 288), (SLOW[:-5].append(FAST), 283)],
)
def test_a_change_of_rate_is_found_to_the_record(stamps, edge):
    (first, at, slow), (begin, last, fast) = found(stamps)
    assert (first, slow, last, fast) == (0, TEN, len(stamps), MINUTE)
    assert abs(at - edge) <= 1 and begin == at


@pytest.mark.parametrize("keep", [0.5, 0.95])
def test_gaps_are_no_other_rate(keep):
    kept = np.random.default_rng(0).uniform(size=1440) < keep
    assert len(found(FAST[kept])) == 1


def test_jitter_and_short_series_are_no_other_rate():
    jitter = pd.to_timedelta(np.random.default_rng(0).integers(-2, 3, 288), unit="s")
    assert len(found(SLOW + jitter)) == len(found(SLOW[:3])) == len(found(SLOW[:1])) == 1


def test_every_record_knows_its_step():
    assert steps_of(BOTH, MINUTE)[[0, 280, 300, -1]].tolist() == [6e8, 6e8, 6e7, 6e7]


def test_jitter_is_snapped_to_the_grid_of_its_piece():
    late = SLOW + pd.Timedelta(minutes=5)
    jitter = pd.to_timedelta(np.random.default_rng(0).integers(-1, 2, 1440), unit="s")
    snapped = snap_pieces(late.append(FAST + jitter), MINUTE)
    assert (snapped[300:] == FAST[12:]).all()
    assert (snapped[:280] == late[:280]).all()


def test_a_fast_piece_is_not_snapped_to_the_slow_one():
    fast = pd.date_range("2021-03-03", periods=240, freq="30s", unit="us")
    stamps = SLOW.append(fast)
    assert (snap_pieces(stamps, TEN) == stamps).all()


def test_the_notice_says_which_freq_takes_all():
    notice = (
        "WT01 changes its rate: every 10min from 2021-03-01 00:00:00, every 1min from 2021-03-03"
    )
    (said,) = rate_notices("WT01", BOTH, MINUTE, "1min")
    assert said.startswith(notice) and said.endswith("pass `--freq 10min` to use them.")
    (said,) = rate_notices("WT01", BOTH, MINUTE, "10min")
    assert said.endswith("Each part is averaged by its own rate.")
    assert rate_notices("WT01", SLOW, TEN, "10min") == []


def test_each_piece_is_averaged_by_its_own_rate(tmp_path):
    values = np.random.default_rng(0).uniform(3, 12, len(BOTH)).round(2)
    path = write(pd.DataFrame({"time": BOTH, "a": values}), tmp_path / "WT01.csv")
    site_data = cleaned(path, "generic", freq="10min")
    table = site_data.tables["WT01"]
    assert len(table) == 432 and table["a"].notna().all()
    assert table["a"].iloc[:288].tolist() == values[:288].tolist()
    assert table["a"].iloc[288] == pytest.approx(values[288:298].mean())
    assert "changes its rate" in site_data.report.notices[0]
