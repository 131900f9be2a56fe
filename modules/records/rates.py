"""Loggers that changed their rate: one piece for each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from modules.records.timestamps import JITTER, freq_length, infer_step, snap, spell_step

BLOCK = 24  # differences that a rate is told by
STEADY = 0.75
OTHER = 1.5
MOST_PIECES = 20


@dataclass(frozen=True)
class Piece:
    """Rows [start, stop) that come every `step`."""

    start: int
    stop: int
    step: pd.Timedelta


def pieces(stamps: pd.DatetimeIndex, step: pd.Timedelta) -> list[Piece]:
    """Where sorted `stamps`, (n,), come at another rate: a single piece every `step` as a rule.

    A rate is the median difference of 24 in a row, three quarters of which agree within a tenth;
    another rate differs by half. Records that change it more than twenty times have none.
    """
    whole = [Piece(0, len(stamps), step)]
    differences = np.diff(stamps.as_unit("us").asi8).astype(float)
    n_blocks = len(differences) // BLOCK
    if n_blocks < 2:
        return whole
    blocks = differences[: n_blocks * BLOCK].reshape(n_blocks, BLOCK)
    medians = np.median(blocks, axis=1)
    agree = np.abs(blocks - medians[:, None]) <= JITTER * medians[:, None]
    steady = np.flatnonzero((agree.mean(axis=1) >= STEADY) & (medians > 0))
    ratio = medians[steady[1:]] / medians[steady[:-1]]
    changes = np.flatnonzero((ratio > OTHER) | (ratio < 1 / OTHER))
    if not len(changes) or len(changes) >= MOST_PIECES:
        return whole
    edges = [0]
    for change in changes:
        before, after = steady[change], steady[change + 1]
        zone = differences[before * BLOCK : (after + 1) * BLOCK]
        # A difference is the length of the record before it, so that record is of the new rate.
        distance = np.abs(np.log(np.maximum(zone, 1)[:, None] / medians[[before, after]]))
        edges.append(int(before * BLOCK + np.argmax(distance[:, 1] < distance[:, 0])))
    edges.append(len(stamps))
    return [
        Piece(start, stop, infer_step(stamps[start:stop]) or step)
        for start, stop in zip(edges, edges[1:], strict=False)
        if stop > start
    ]


def snap_pieces(stamps: pd.DatetimeIndex, step: pd.Timedelta) -> pd.DatetimeIndex:
    """Sorted `stamps`, (n,), with the jitter of each piece moved onto its own grid."""
    snapped = [snap(stamps[p.start : p.stop], p.step) for p in pieces(stamps, step)]
    return snapped[0].append(snapped[1:])


def steps_of(stamps: pd.DatetimeIndex, step: pd.Timedelta) -> np.ndarray:
    """The step of every record, float (n,), in us; (1,) where all have the same."""
    found = pieces(stamps, step)
    lengths = np.array([piece.step / pd.Timedelta(microseconds=1) for piece in found])
    if len(found) == 1:
        return lengths
    return np.repeat(lengths, [piece.stop - piece.start for piece in found])


def rate_notices(
    turbine: str, stamps: pd.DatetimeIndex, step: pd.Timedelta, freq: str
) -> list[str]:
    """A notice where the sorted `stamps`, (n,), of `turbine` change their rate."""
    found = pieces(stamps, step)
    if len(found) == 1:
        return []
    told = ", ".join(f"every {spell_step(p.step)} from {stamps[p.start]}" for p in found)
    notice = f"{turbine} changes its rate: {told}. Each part is averaged by its own rate."
    slowest = max(piece.step for piece in found)
    if freq_length(freq) < 0.9 * slowest:
        notice += (
            f" Parts slower than `freq` {freq} leave gaps; pass `--freq {spell_step(slowest)}` to "
            "use them."
        )
    return [notice]
