"""Which windows a judge may learn from, and which it is tested on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError

TEST_SHARE = 0.2
FEWEST_BLOCKS, MOST_BLOCKS = 10, 100
BLOCK = 10  # windows' lengths that a held-out block is long, where there are enough


def shuffled_split(
    n_windows: int, seed: int | Sequence[int], *, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """The papers' split: windows at random. Returns (train, test), int indices (n,) each.

    For comparison with published tables, and for windows that share no rows. Windows cut at
    stride 1 share all but one row with their neighbours, so their test part is known beforehand:
    use `blocked_split` for them. `seed`: an int, or several that count as one.
    """
    order = np.random.default_rng([*np.atleast_1d(seed), 6]).permutation(n_windows)
    n_train = int(n_windows * (1 - test_share))
    return order[:n_train], order[n_train:]


def blocked_split(
    starts: ArrayLike,
    length: int,
    seed: int,
    *,
    test_share: float = TEST_SHARE,
    n_blocks: int = 10,
    gap: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Blocks of time: no training window shares a row with a test window.

    Parameters
    ----------
    starts : int array (n_windows,)
        First row of each window. Rows of separate series must differ: add an offset per series.
    length : int
        Rows of a window, T.
    seed : int
        Chooses the test blocks.
    test_share : float
        Share of the blocks that become the test set.
    n_blocks : int
        Blocks of equally many windows that the time is cut into.
    gap : int
        Further rows left out on both sides of every test block.

    Returns
    -------
    train, test : int arrays
        Indices into `starts`. Windows across an edge belong to neither.
    """
    starts = np.asarray(starts)
    in_time = np.sort(starts)
    edges = in_time[np.arange(n_blocks) * len(in_time) // n_blocks]
    edges = np.append(edges, in_time[-1] + length)
    n_test = min(max(1, round(test_share * n_blocks)), n_blocks - 1)
    chosen = np.sort(np.random.default_rng([seed, 7]).permutation(n_blocks)[:n_test])
    inside, apart = np.zeros(len(starts), bool), np.ones(len(starts), bool)
    for first, last in zip(edges[chosen], edges[chosen + 1], strict=True):
        inside |= (starts >= first) & (starts + length <= last)
        apart &= (starts + length + gap <= first) | (starts >= last + gap)
    if not inside.any() or not apart.any():
        raise DataError(
            f"No window fits inside a block of time. Received: {len(starts)} windows of {length} "
            f"rows over {edges[-1] - edges[0]} rows, n_blocks={n_blocks}, gap={gap}. "
            "Use fewer blocks, shorter windows or more data."
        )
    return np.flatnonzero(apart), np.flatnonzero(inside)


def windows_sharing_rows(starts: ArrayLike, others: ArrayLike, length: int) -> np.ndarray:
    """Which windows at `starts` share rows with one at `others`: bool (n_windows,).

    `starts`, int (n_windows,), and `others`, int (n,): first rows of windows of `length` rows.
    """
    others = np.sort(others)
    after = np.searchsorted(others, np.asarray(starts) - length, side="right")
    nearest = others[np.minimum(after, len(others) - 1)]
    return (after < len(others)) & (nearest < np.asarray(starts) + length)


def thinned(items: np.ndarray, at_most: int) -> np.ndarray:
    """Return at most so many of `items`, (n, ...), evenly spaced over all of them."""
    if not len(items):
        return items
    return items[np.linspace(0, len(items) - 1, min(at_most, len(items))).astype(int)]


def heldout_split(
    starts: np.ndarray, seq_len: int, *, share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The `starts`, int (n_windows,), to train on and those held out, a `share` in blocks of time.

    A `share` of 0 trains on everything. Many short blocks over the whole span: of one long block,
    records that drift would lie far from all others, training windows too. Raises DataError when
    no window fits a block, see `blocked_split`.
    """
    if not share:
        return starts, starts[:0]
    n_blocks = int(np.clip(len(starts) // (BLOCK * seq_len), FEWEST_BLOCKS, MOST_BLOCKS))
    try:
        train, heldout = blocked_split(starts, seq_len, seed, test_share=share, n_blocks=n_blocks)
    except DataError as error:
        raise DataError(f"`heldout`: {error} Or train on all of it: `--heldout 0`.") from None
    return starts[train], starts[heldout]
