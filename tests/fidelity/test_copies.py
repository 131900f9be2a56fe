import numpy as np
import pytest

from modules.fidelity.copies import closeness, copy_rate, nearest_windows


@pytest.fixture
def grid():
    """Windows (100, 2, 1) on the integer points of a 10 x 10 square."""
    points = np.stack(np.meshgrid(np.arange(10), np.arange(10)), -1)
    return points.reshape(-1, 2, 1).astype(np.float32)


def test_nearest_window_on_a_grid_is_the_rounded_point(grid):
    distance, nearest = nearest_windows(grid[[37, 5]] + np.float32([[0.3], [-0.4]]), grid)
    assert nearest.tolist() == [37, 5]
    assert distance == pytest.approx([0.5, 0.5], abs=1e-6)


def test_nearest_windows_are_found_beyond_one_chunk(grid):
    distance, nearest = nearest_windows(np.tile(grid, (11, 1, 1)), grid)
    assert np.array_equal(nearest, np.tile(np.arange(100), 11))
    assert np.all(distance == 0)


def test_closeness_is_the_copied_share_and_the_median_distance(grid):
    found = closeness(np.concatenate([grid[:30], grid[:70] + np.float32(0.1)]), grid)
    assert found.rate == 0.3
    assert found.median == pytest.approx(0.1 * np.sqrt(2), abs=1e-5)


def test_copy_rate_counts_planted_copies():
    rng = np.random.default_rng(0)
    train, synthetic = rng.random((2, 200, 12, 3), np.float32)
    synthetic[:30] = train[50:80]
    synthetic[30:40] = train[:10] + np.float32(0.01)
    neighbours = train[nearest_windows(synthetic, train)[1]]
    assert copy_rate(synthetic, neighbours) == 30 / 200
    assert copy_rate(synthetic, neighbours, tolerance=0.011) == 40 / 200


@pytest.mark.parametrize(("beside", "share"), [(0.9e-4, 1.0), (1.1e-4, 0.0)])
def test_a_copy_is_what_lies_within_a_ten_thousandth_of_the_range(grid, beside, share):
    windows = grid.astype(np.float64)
    assert copy_rate(windows + beside, windows) == share
