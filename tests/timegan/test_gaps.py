"""Gaps: the records' own shares and lengths of missing values, in windows and in one series."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.runs.run import create
from modules.runs.safe import load_table
from modules.timegan import family, gaps
from modules.timegan.gaps import Gaps
from modules.timegan.series import rows_at_once
from settings import GeneratorSettings
from tests.tiny import CPU, STEPS, finished_run, tiny_columns, tiny_settings, tiny_site_data

NAMES = ("Speed", "Power")


def site_data(*missing, n_rows=100):
    """Records of as many turbines as `missing`, turbine -> [(first row, rows, columns), ...]."""
    made = {}
    for number, spots in enumerate(missing):
        table = pd.DataFrame(1.0, pd.RangeIndex(n_rows), [*NAMES, "State"])
        for first, length, columns in spots:
            table.loc[first : first + length - 1, list(columns)] = np.nan
        made[f"T{number}"] = table
    return replace(tiny_site_data(), tables=made)


def blanked(kept, n_windows, n_steps, *, at_once=7, seed=0, owners=None):
    """Where (n_windows, n_steps, V) is missing, drawn in blocks or, of one window, in pieces."""
    whole = np.ones((n_windows, n_steps, 2))
    axis = 1 if n_windows == 1 else 0
    blocks = np.split(whole, range(at_once, whole.shape[axis], at_once), axis)
    drawn = kept.blanked(blocks, tiny_columns(), n_windows, n_steps, seed=seed, owners=owners)
    return np.isnan(np.concatenate(list(drawn), axis))


def run_lengths(missing):
    """Lengths of the runs of True in `missing`, (n,)."""
    edges = np.flatnonzero(np.diff(np.pad(missing, 1).astype(int)))
    return sorted((edges[1::2] - edges[::2]).tolist())


ONE = site_data([(10, 3, NAMES), (20, 30, ["Speed"])])
TWO = site_data([(10, 3, NAMES), (20, 1, ["Speed"])], [(50, 40, ["Power"])])


def test_what_is_missing_together_is_kept_in_runs_of_rows():
    kept = Gaps.fit(NAMES, ONE)
    assert kept.names == NAMES and kept.patterns == ("00", "10", "11")
    assert kept.numbers.tolist() == [0, 2, 0, 1, 0]
    assert kept.lengths.tolist() == [10, 3, 7, 30, 50]
    np.testing.assert_allclose(kept.shares, [0.33, 0.03])


def test_columns_that_are_given_have_no_gaps():
    kept = Gaps.fit(("Power",), ONE)
    (drawn,) = kept.blanked([np.ones((1, 100, 2))], tiny_columns(), 1, 100, seed=0)
    assert np.isnan(drawn).sum(1).tolist() == [[0, 3]]


def test_rows_left_out_by_choice_are_no_gaps():
    records = site_data([(10, 3, NAMES), (40, 20, [*NAMES, "State"])])
    left_out = pd.DataFrame({"Speed": 1.0, "Power": [np.nan] + [2.0] * 19}, range(40, 60))
    kept = Gaps.fit(NAMES, replace(records, left_out={"T0": left_out}))
    np.testing.assert_allclose(kept.shares, [0.03, 0.04])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_series_as_long_as_the_records_misses_what_they_miss(seed):
    missing = blanked(Gaps.fit(NAMES, TWO), 1, 200, seed=seed)[0]
    assert missing.sum(0).tolist() == [4, 43]
    turned = np.roll(missing, -int(np.argmin(missing.any(1))), axis=0)
    assert run_lengths(turned[:, 0]) == [1, 3] and run_lengths(turned[:, 1]) == [3, 40]
    assert (turned[:, 0] & turned[:, 1]).sum() == 3


def test_long_gaps_run_across_pieces():
    kept = Gaps.fit(NAMES, TWO)
    whole = blanked(kept, 1, 200, at_once=200)
    np.testing.assert_array_equal(blanked(kept, 1, 200, at_once=9), whole)


def test_a_series_longer_than_the_records_goes_on_with_their_gaps():
    missing = blanked(Gaps.fit(NAMES, TWO), 1, 1000)[0]
    assert missing.sum(0).tolist() == [20, 215]


def test_windows_miss_as_much_as_the_records_and_for_as_long():
    kept = Gaps.fit(NAMES, TWO)
    missing = blanked(kept, 2000, 12)
    np.testing.assert_allclose(missing.mean((0, 1)), kept.shares, rtol=0.02)
    inside = [row for row in missing[..., 0] if row.any() and not row[0] and not row[-1]]
    assert {length for row in inside for length in run_lengths(row)} == {1, 3}
    whole = missing[..., 1].all(1).mean()  # of 200 places, 40 - 12 + 1 lie in the long gap
    assert whole == pytest.approx(29 / 200, rel=0.02)


def test_windows_of_a_turbine_have_its_own_gaps():
    owners = np.array(["T0", "T1"] * 1000, object)
    missing = blanked(Gaps.fit(NAMES, TWO), 2000, 12, owners=owners)
    np.testing.assert_allclose(missing[::2].mean((0, 1)), [0.04, 0.03], atol=0.01)
    np.testing.assert_allclose(missing[1::2].mean((0, 1)), [0, 0.4], atol=0.03)
    series = blanked(Gaps.fit(NAMES, TWO), 1, 100, owners=owners[1:2])
    assert series.sum(1).tolist() == [[0, 40]]


def test_a_turbine_without_kept_runs_has_the_gaps_of_all():
    kept = replace(Gaps.fit(NAMES, TWO), n_runs=np.array([8, 0]))
    assert blanked(kept, 1, 200, owners=np.array(["T1"], object)).sum(1).tolist() == [[4, 43]]


def test_windows_do_not_depend_on_how_many_are_drawn_at_once():
    kept = Gaps.fit(NAMES, TWO)
    np.testing.assert_array_equal(blanked(kept, 50, 12), blanked(kept, 50, 12, at_once=50))


def test_the_seed_says_where_gaps_lie():
    kept = Gaps.fit(NAMES, TWO)
    first, again, other = (blanked(kept, 50, 12, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_of_very_many_runs_stretches_are_kept_that_miss_as_much(monkeypatch):
    monkeypatch.setattr(gaps, "TOGETHER", 20)
    monkeypatch.setattr(gaps, "MOST_RUNS", 200)
    random = np.random.default_rng(0)
    table = pd.DataFrame(np.where(random.random((4000, 2)) < 0.2, np.nan, 1.0), columns=NAMES)
    tables = {"T0": table, "T1": table[:2000]}
    kept = Gaps.fit(NAMES, replace(tiny_site_data(), tables=tables))
    assert kept.numbers.size == 200 == kept.n_runs.sum()
    np.testing.assert_allclose(kept.n_runs, [133, 67], atol=15)
    np.testing.assert_allclose(kept.shares, 0.2, atol=0.05)


def test_gaps_survive_their_file(tmp_path):
    run = create(tmp_path)
    run.write_settings("timegan", tiny_settings())
    kept = Gaps.fit(NAMES, TWO)
    run.save_table(kept)
    _, again = load_table(run.model_folder, Gaps)
    np.testing.assert_array_equal(blanked(again, 1, 500), blanked(kept, 1, 500))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": [1, 2]}, "must be text"),
        ({"patterns": [0, 1]}, "must be text"),
        ({"patterns": ["00", "1"]}, "0 or 1 of each column"),
        ({"patterns": ["00", "x1"]}, "0 or 1 of each column"),
        ({"numbers": [0, 2]}, "of no pattern"),
        ({"numbers": [0, -1]}, "of no pattern"),
        ({"numbers": [0.0, 1.0]}, "whole numbers"),
        ({"lengths": [[1], [1]]}, "per run"),
        ({"lengths": [1]}, "per run"),
        ({"numbers": np.arange(0), "lengths": np.arange(0)}, "per run"),
        ({"turbines": [1]}, "must be text"),
        ({"n_runs": [1]}, "of a turbine"),
        ({"n_runs": [3, -1], "turbines": ["a", "b"]}, "of a turbine"),
        ({"n_runs": [1, 1]}, "of a turbine"),
        ({"n_runs": [2.0]}, "whole numbers"),
        ({"lengths": [1, 0]}, "must have a row"),
        ({"lengths": [1, 1 << 62]}, "must have a row"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(change, said):
    fields = {"names": NAMES, "patterns": ["00", "11"], "numbers": [0, 1], "lengths": [5, 1]}
    fields |= {"turbines": ["T"], "n_runs": [2]}
    assert Gaps.of(**fields)
    with pytest.raises((TypeError, ValueError), match=said):
        Gaps.of(**fields | change)


def written(run, **asked):
    path = family.write(run, GeneratorSettings(output=str(run.folder), **asked), CPU)
    return pd.read_csv(io.BytesIO(path.read_bytes()))


def test_the_table_has_the_records_gaps_and_is_the_same_elsewhere(tmp_path):
    run = finished_run(tmp_path)
    whole, with_gaps = (written(run, n_windows=200, with_gaps=asked) for asked in (False, True))
    missing = with_gaps[[*NAMES]].isna()
    np.testing.assert_allclose(missing.mean(), [0.3, 0.1], atol=0.01)
    assert not (missing["Power"] & ~missing["Speed"]).any()
    pd.testing.assert_frame_equal(with_gaps, whole.mask(with_gaps.isna()))


def test_a_long_series_has_them_across_its_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("modules.timegan.series.MOST_ROWS", 4 * STEPS)
    assert rows_at_once(STEPS) == 4 * STEPS
    table = written(finished_run(tmp_path), length=60 * STEPS, with_gaps=True)
    assert table[[*NAMES]].isna().sum().tolist() == [90, 30] and table["DateTime"].notna().all()


def test_a_run_whose_records_held_no_gap_says_so(tmp_path, caplog):
    run = finished_run(tmp_path)
    run.save_table(Gaps.fit(NAMES, tiny_site_data()))
    assert not written(run, n_windows=9, with_gaps=True).isna().any(axis=None)
    assert "held no gap. None is written." in caplog.text


def test_a_run_without_the_account_is_refused(tmp_path):
    run = finished_run(tmp_path)
    (run.model_folder / Gaps.FILE).unlink()
    assert len(written(run, n_windows=2)) == 2 * STEPS
    with pytest.raises(DataError, match=r"gaps\.json is not there.*Leave `--with_gaps` out, or"):
        written(run, n_windows=2, with_gaps=True)


def test_an_account_of_another_run_is_refused(tmp_path):
    run, other = finished_run(tmp_path), finished_run(tmp_path)
    path = other.model_folder / Gaps.FILE
    path.write_bytes((run.model_folder / Gaps.FILE).read_bytes())
    with pytest.raises(DataError, match=r"Not of the run .*gaps\.json"):
        written(other, n_windows=2, with_gaps=True)
