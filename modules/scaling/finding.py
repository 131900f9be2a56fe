"""Which columns are learnt by what is left of them."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import kurtosis

from modules.records.columns import CIRCLE, wrap_angle
from modules.scaling.remainders import Amount, Direction, Remainder, degrees

NEAR = 0.01  # of a column's variance, the most that may be left of one that others give
NEAR_ANGLE = 0.02  # the same of an angle's, 1 - the length of its mean direction
NOTHING = 1e-12  # of a column's variance, where others give it wholly
GAIN = 1.3  # by which each further leader must lessen what is left
HEAVY = 5.0  # kurtosis of what is left; a sensor's noise, which is normal, has 3: nothing to learn
HEAVIEST = 20.0  # kurtosis of a column that is learnt by itself
RESTING = 0.1  # of rows that repeat the one before; below, readings agree by chance
COMMONEST = 0.05  # of rows that hold the same reading, from which a column rests too
NORMAL_SPREAD = 1.4826  # deviation of a normal distribution, in median distances from its median
NARROWEST = 1e-3  # of the deviation, the least such distance
FEWEST_ROWS, MOST_ROWS, MOST_ANGLES = 200, 100_000, 5000
SMALLEST = 1e-9  # of a column's variance, where those chosen already give it


def found(table: np.ndarray, names: Sequence[str]) -> tuple[Remainder, ...]:
    """Those among the columns `names` of `table`, float64 (n, F), NaN where not recorded; in order.

    Of many rows some, spread evenly; too few rows have none, nor has a column that stands still.
    """
    rows = table[:: max(1, len(table) // MOST_ROWS)]
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < FEWEST_ROWS:
        return ()
    sines = _sines(rows, names)
    of_angles = {i + behind for i in sines for behind in (0, 1)}
    # The mean of a constant 0.3 is not 0.3, by which it would seem to move; 1e-300 has no square.
    moving = np.flatnonzero((np.ptp(rows, 0) > 0) & (rows.std(0) > 0))
    amounts = [int(i) for i in moving if i not in of_angles]
    remainders = [*_amounts(rows, amounts), *_directions(rows, sines)]
    return tuple(
        one.model_copy(update={"rests": bool(one.leaders and one.spread) and _rests(table, one)})
        for one in sorted(remainders, key=lambda remainder: remainder.column)
    )


def _amounts(rows: np.ndarray, at: list[int]) -> list[Amount]:
    """Those among the columns `at` of `rows` that are no angles."""
    means, scales = rows[:, at].mean(0), rows[:, at].std(0)
    standard = (rows[:, at] - means) / scales
    correlations = standard.T @ standard / len(standard)
    followers: dict[int, Amount] = {}
    twins: set[int] = set()  # alike but for noise: they must be drawn in alike, or not at all
    for i in range(1, len(at)):
        leaders = _leaders(correlations[: i + 1, : i + 1])
        weights = np.linalg.lstsq(standard[:, leaders], standard[:, i], rcond=None)[0]
        left = standard[:, i] - standard[:, leaders] @ weights
        if left.var() > NEAR:
            continue
        if left.var() > NOTHING and kurtosis(left, fisher=False) < HEAVY:
            twins |= {i, *leaders}
            continue
        weights = weights * scales[i] / scales[leaders]
        followers[i] = Amount(
            column=at[i],
            leaders=tuple(at[leader] for leader in leaders),
            weights=tuple(weights.tolist()),
            constant=float(means[i] - weights @ means[leaders]),
            spread=float(left.std() * scales[i]) if left.var() > NOTHING else 0.0,
        )
    rest = [i for i in range(len(at)) if i not in followers and i not in twins]
    alone = [
        _drawn_in(rows[:, at[i]], at[i])
        for i in rest
        if kurtosis(standard[:, i], fisher=False) > HEAVIEST
    ]
    return [*followers.values(), *alone]


def _rests(table: np.ndarray, remainder: Remainder) -> bool:
    """Whether its column does, in rows that follow each other."""
    own = table[:, remainder.columns]
    own = own[np.isfinite(own).all(1)][:MOST_ROWS]
    repeats = (own[1:] == own[:-1]).all(1).mean()
    commonest = np.unique(own, axis=0, return_counts=True)[1].max() / len(own)
    return bool(repeats >= RESTING or commonest >= COMMONEST)


def _leaders(correlations: np.ndarray) -> list[int]:
    """Which of the first columns together give the last one, the best first, by (n, n)."""
    leaders: list[int] = []
    left = correlations.copy()
    while left[-1, -1] > SMALLEST:
        own = np.diag(left)[:-1]
        gain = np.divide(left[-1, :-1] ** 2, own, out=np.zeros_like(own), where=own > SMALLEST)
        best = int(gain.argmax())
        if left[-1, -1] - gain[best] > left[-1, -1] / GAIN:
            break
        leaders.append(best)
        left = left - np.outer(left[:, best], left[best]) / left[best, best]
    return leaders


def _drawn_in(values: np.ndarray, column: int) -> Amount:
    """The column by itself: between how far a usual and how far a far reading lies, as a spread."""
    median, deviation = float(np.median(values)), values.std()
    usual = NORMAL_SPREAD * np.median(np.abs(values - median))
    spread = np.sqrt(max(usual, NARROWEST * deviation) * deviation)
    return Amount(column=column, leaders=(), weights=(), constant=median, spread=float(spread))


def _directions(rows: np.ndarray, sines: list[int]) -> list[Direction]:
    """The angles among those with these `sines` that one or two before them give."""
    angles = degrees(rows[:: max(1, len(rows) // MOST_ANGLES)], sines)
    vectors = np.exp(1j * np.deg2rad(angles))
    made = []
    for n in range(1, len(sines)):
        chosen, signs = _turns(vectors[:, n], vectors[:, :n])
        left = angles[:, n] - angles[:, chosen] @ signs
        constant = float(np.rad2deg(np.angle(np.exp(1j * np.deg2rad(left)).mean())))
        left = wrap_angle(left - constant, -CIRCLE / 2)
        is_near = _scatter(left) <= NEAR_ANGLE * _scatter(angles[:, n])
        is_left = left.var() > NOTHING * angles[:, n].var()
        moves = np.ptp(angles[:, n]) > 0
        if is_near and moves and (not is_left or kurtosis(left, fisher=False) >= HEAVY):
            made.append(
                Direction(
                    column=sines[n],
                    leaders=tuple(sines[i] for i in chosen),
                    weights=tuple(signs),
                    constant=constant,
                    spread=float(left.std()) if is_left else 0.0,
                )
            )
    return made


def _turns(own: np.ndarray, others: np.ndarray) -> tuple[list[int], list[float]]:
    """Which of `others`, complex (m, n) of length 1, give `own` (m,): one or two, and their signs.

    An angle that is added turns a vector back to what is left, one that is taken off turns it on.
    """
    n = others.shape[1]
    turned = np.concatenate([others.conj(), others], 1)
    left = own[:, None] * turned
    one = 1 - np.abs(left.mean(0))
    two = 1 - np.abs(left.T @ turned) / len(own)
    which = np.arange(2 * n) % n
    two[which[:, None] == which] = np.inf
    pair = np.unravel_index(two.argmin(), two.shape)
    best = sorted(map(int, pair)) if two[pair] < one.min() / GAIN else [int(one.argmin())]
    return [i % n for i in best], [1.0 if i < n else -1.0 for i in best]


def _scatter(angles: np.ndarray) -> float:
    return 1.0 - float(np.abs(np.exp(1j * np.deg2rad(angles)).mean()))


def _sines(rows: np.ndarray, names: Sequence[str]) -> list[int]:
    """The positions of sines with their cosines behind them.

    A pair by name alone, such as means of sines, has a length besides: it is two amounts.
    """
    pairs = enumerate(zip(names, names[1:], strict=False))
    return [
        i
        for i, (sine, cosine) in pairs
        if sine.endswith("_sin")
        and cosine == f"{sine.removesuffix('_sin')}_cos"
        and np.allclose(np.hypot(rows[:, i], rows[:, i + 1]), 1)
    ]
