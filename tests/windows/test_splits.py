import numpy as np
import pytest

from modules.errors import DataError
from modules.windows.splits import (
    blocked_split,
    heldout_split,
    shuffled_split,
    thinned,
    windows_sharing_rows,
)

STARTS = np.arange(500)


def rows_of(starts, length):
    return {row for start in starts for row in range(start, start + length)}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("stride, gap", [(1, 0), (1, 7), (5, 0), (30, 3)])
def test_blocked_split_never_shares_a_row(seed, stride, gap):
    starts = np.arange(0, 3000, stride)
    train, test = blocked_split(starts, 24, seed, gap=gap)
    beside = rows_of(starts[test] - gap, 24 + 2 * gap)
    assert len(train) and len(test)
    assert not rows_of(starts[train], 24) & beside


def test_blocked_split_holds_out_about_the_share_asked_for():
    train, test = blocked_split(np.arange(5000), 10, 0, test_share=0.3)
    assert len(test) / 5000 == pytest.approx(0.3, abs=0.01)
    assert len(train) / 5000 == pytest.approx(0.7, abs=0.02)


def test_blocked_split_keeps_separate_series_apart():
    starts = np.concatenate([np.arange(400), 10_000 + np.arange(400)])
    train, test = blocked_split(starts, 12, 3)
    assert not rows_of(starts[train], 12) & rows_of(starts[test], 12)
    assert len(train) + len(test) > 700


def test_blocked_split_follows_its_seed():
    starts = np.arange(1000)
    same, again, other = (blocked_split(starts, 8, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(same, again)
    assert not np.array_equal(same, other)


def test_every_window_is_held_out_by_some_seed():
    tests = [blocked_split(STARTS, 1, seed)[1] for seed in range(40)]
    assert set(np.concatenate(tests)) == set(range(500))


def test_windows_may_come_in_any_order():
    shuffled = np.random.default_rng(0).permutation(STARTS)
    for ours, theirs in zip(
        blocked_split(shuffled, 5, 3), blocked_split(STARTS, 5, 3), strict=True
    ):
        assert set(shuffled[ours]) == set(theirs)


def test_blocked_split_refuses_blocks_shorter_than_a_window():
    with pytest.raises(DataError, match=r"No window fits inside a block.*100 windows of 24 rows"):
        blocked_split(np.arange(100), 24, 0)


def test_what_is_held_out_lies_in_many_short_blocks_over_the_whole_span():
    starts = np.arange(24_000)
    training, unseen = heldout_split(starts, 24, share=0.1, seed=0)
    breaks = np.flatnonzero(np.diff(unseen) > 1)
    assert len(breaks) + 1 >= 8  # of 100 blocks of 240 windows, ten; two may lie side by side
    assert unseen.min() < 6000 and unseen.max() > 18_000
    assert len(unseen) / len(starts) == pytest.approx(0.1, abs=0.012)
    assert not windows_sharing_rows(training, unseen, 24).any()


def test_shuffled_split_is_four_fifths_of_all_windows():
    train, test = shuffled_split(3661, 0)
    assert len(train) == 2928
    assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(3661))


def test_windows_sharing_rows_ends_where_windows_only_touch():
    shared = windows_sharing_rows([0, 3, 4, 12, 13, 30], [8], 5)
    assert shared.tolist() == [False, False, True, True, False, False]


def test_a_window_between_two_others_shares_rows_with_neither():
    assert windows_sharing_rows([6, 7, 10, 15, 16, 25], [2, 20], 5).tolist() == [
        True, False, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("share", "n_blocks"), [(0.01, 1), (0.16, 2), (0.5, 5), (1.0, 9)])
def test_one_block_at_least_is_held_out_and_one_at_least_is_not(share, n_blocks):
    train, test = blocked_split(range(1000), 1, 0, test_share=share)
    assert len(test) == 100 * n_blocks and len(train) == 1000 - len(test)


@pytest.mark.parametrize(
    ("at_most", "kept"),
    [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (10, range(10)), (99, range(10))],
)
def test_thinned_items_are_evenly_spaced_from_the_first_to_the_last(at_most, kept):
    assert thinned(np.arange(10), at_most).tolist() == list(kept)
    assert thinned(np.arange(0), at_most).size == 0


def test_shuffled_split_of_another_stream_is_another_order():
    first, second = (shuffled_split(400, seed)[1] for seed in (0, [0, 1]))
    assert len(set(first) & set(second)) < 40


def test_a_seed_splits_as_it_did_for_the_published_figures():
    assert shuffled_split(10, 0)[1].tolist() == [9, 3]
    assert shuffled_split(10, [0, 1])[1].tolist() == [4, 8]
    assert [blocked_split(range(10), 1, seed)[1].tolist() for seed in (0, 1)] == [[3, 7], [1, 9]]


def test_nothing_is_held_out_unless_asked():
    training, unseen = heldout_split(STARTS, 5, share=0.0, seed=3)
    assert training.tolist() == STARTS.tolist() and unseen.size == 0


def test_held_out_windows_share_no_row_with_training_windows():
    training, unseen = heldout_split(STARTS, 5, share=0.2, seed=3)
    rows = [set((starts[:, None] + np.arange(5)).ravel()) for starts in (training, unseen)]
    assert not rows[0] & rows[1]
    assert len(unseen) == pytest.approx(0.2 * 500, abs=10)


def test_too_few_windows_to_hold_some_out_are_refused():
    with pytest.raises(DataError, match="No window fits inside a block of time.*--heldout 0"):
        heldout_split(np.arange(12), 5, share=0.2, seed=3)
