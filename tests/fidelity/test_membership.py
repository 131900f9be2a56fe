"""An attack whose success is known: certain where members are copied, a guess where none is."""

import numpy as np
import pytest

from modules.fidelity.membership import attack, auc, blocks_of, interval

RANDOM = np.random.default_rng(0)
MEMBERS, OTHERS = (RANDOM.uniform(size=(200, 4, 2)).astype(np.float32) for _ in range(2))
IS_MEMBER = np.arange(400) < 200
BLOCKS = np.arange(400) // 20


def test_copies_betray_every_member():
    scores = attack(MEMBERS, OTHERS, MEMBERS)
    assert auc(scores, IS_MEMBER) == 1 and (scores[:200] == 0).all()
    assert interval(scores, IS_MEMBER, BLOCKS, seed=0) == (1, 1)


def test_other_draws_betray_nobody():
    fresh = np.random.default_rng(5).uniform(size=(300, 4, 2)).astype(np.float32)
    scores = attack(MEMBERS, OTHERS, fresh)
    low, high = interval(scores, IS_MEMBER, BLOCKS, seed=0)
    assert low < 0.5 < high and high - low < 0.2
    assert low < auc(scores, IS_MEMBER) < high


def test_the_area_is_the_share_of_pairs_that_are_in_order():
    scores, is_member = np.array([1.0, 3.0, 2.0, 2.0]), np.array([True, True, False, False])
    assert auc(scores, is_member) == pytest.approx(0.5)
    tied = np.array([2.0, 3.0, 2.0, 1.0])
    assert auc(tied, is_member) == pytest.approx((0.5 + 1 + 1 + 1) / 4)


def test_blocks_that_go_together_make_the_interval_wider():
    level = np.repeat(np.random.default_rng(1).normal(size=20), 20)
    apart = interval(level, IS_MEMBER, np.arange(400), seed=0)
    together = interval(level, IS_MEMBER, BLOCKS, seed=0)
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])


def test_a_block_is_ten_windows_long():
    assert blocks_of(np.array([0, 239, 240, 480]), 24).tolist() == [0, 0, 1, 2]
