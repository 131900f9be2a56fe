"""Findings against Orion's recipe in loops, stretches, and merging."""

import numpy as np
import pytest

from modules.tadgan.anomalies import _standing_out, above, find
from tests.tadgan import orion


def spikes(seed, n_steps=400, n_spikes=6):
    random = np.random.default_rng(seed)
    score = 1 + random.exponential(0.2, n_steps)
    score[random.choice(n_steps, n_spikes, replace=False)] += random.uniform(2, 9, n_spikes)
    return score


@pytest.mark.parametrize("padding", [0, 3, 50])
@pytest.mark.parametrize("seed", range(5))
def test_findings_equal_orions(seed, padding):
    score = spikes(seed)
    expected = orion.find(score, padding)
    ours = find(score, [len(score)], padding=padding)
    assert [finding[:2] for finding in ours] == [(a, b) for a, b, _ in expected]
    np.testing.assert_allclose([f.severity for f in ours], [s for *_, s in expected])


def test_a_finding_is_drawn_out_by_the_padding_inside_its_own_stretch():
    score = np.ones(300) + np.tile([0, 0.01], 150)
    score[100] = 9
    assert find(score, [300], padding=5)[0][:2] == (95, 105)
    assert find(score, [98, 202], padding=5)[0][:2] == (98, 105)


def test_neighbours_across_a_gap_are_two_findings():
    score = np.ones(300) + np.tile([0, 0.01], 150)
    score[[99, 100]] = 9
    assert [f[:2] for f in find(score, [300], padding=0)] == [(99, 100)]
    assert [f[:2] for f in find(score, [100, 200], padding=0)] == [(99, 99), (100, 100)]


def test_two_findings_of_one_step_merge():
    # The second is a finding of a later window alone, whose own threshold the first does not raise.
    score = np.ones(1000) + np.tile([0, 0.01], 500)
    score[499] = 9
    (finding,) = find(score, [1000], padding=0)
    assert finding[:2] == (499, 499) and np.isfinite(finding.severity)


def test_what_hardly_stands_out_is_pruned():
    score = np.array([1.0, 1.45, 1.5, 1.0, 9.0, 1.0, 1.55])
    runs = [(2, 2), (4, 4), (6, 6)]
    assert _standing_out(score, runs, highest_below=1.45) == [(4, 4)]
    assert _standing_out(score, runs, highest_below=1.0) == [(4, 4), (6, 6), (2, 2)]
    assert _standing_out(score, runs[:1], highest_below=1.45) == []


def test_a_flat_score_has_no_finding():
    assert find(np.ones(200), [200], padding=5) == []


def test_a_handful_of_steps_is_no_fault():
    assert find(np.array([1.0, 2.0]), [2], padding=5) == []


def test_what_is_above_one_threshold_is_found_with_its_height():
    score = np.ones(300)
    score[[50, 51, 100]] = [7, 12, 9]
    found = above(score, [100, 200], threshold=6, padding=2)
    assert [f[:2] for f in found] == [(48, 53), (100, 102)]
    assert [f.severity for f in found] == [1.0, 0.5]
    assert above(score, [300], threshold=12, padding=2) == []


@pytest.mark.parametrize(("n_faulty", "is_seen"), [(5, True), (7, False)])
def test_a_sliding_threshold_is_blind_to_more_than_a_seventeenth_of_its_window(n_faulty, is_seen):
    score = np.zeros(300)
    score[150 : 150 + n_faulty] = 1000.0  # of 99 steps; 99 / 17 = 5.8
    assert bool(find(score, [300], padding=0)) == is_seen
    assert above(score, [300], threshold=6, padding=0)[0][:2] == (150, 149 + n_faulty)
