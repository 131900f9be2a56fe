"""One variable of a site: its unit, kind and limits, known beforehand and learnt from the data."""

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict

from modules.records.digits import STRAY_SHARE, decimals, digits_of

Kind = Literal["linear", "angle", "pitch", "power", "speed", "temperature", "rotor", "code"]

ANGLE, CODE = "angle", "code"
TRUTH = "bool"  # the unit of a code that says no more than yes or no
WIND_SPEED = "WMET.HorWdSpd"
LARGEST_NUMBER = 1e30  # its square is still a float, and it a float of 32 bits
CIRCLE = 360.0  # degrees
LARGEST_WHOLE = 2.0**53  # up to here a float holds every whole number
HIGHEST_ROTOR_RPM = 60.0
MOST_CODES, READINGS_PER_CODE = 50, 10
ATOM_KINDS = ("power",)
ATOM_SHARE = 0.01
ATOM_SLICE = 0.005
ATOM_WIDTH = 0.001


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, with underscores behind it where one of `taken` is called so.

    >>> free_name("step", ["step", "power"])
    'step_'
    """
    return free_name(f"{name}_", taken) if name in taken else name


class Atom(BaseModel):
    """A value that carries a point mass: 0 kW below cut-in, the plateau at rated power."""

    model_config = ConfigDict(frozen=True)

    value: float
    share: float


class Column(BaseModel):
    """A variable, its declared limits, and what the data taught about it.

    `lower` and `upper` are physical limits in `unit`; None is unlimited. The table holds an angle
    in [lower, lower + 360): 0 for a compass direction, -180 for a vane. A `rotor` is either a
    position in degrees or a speed in rpm; a cleaned table has it resolved to `angle` or `speed`.
    `responsive` says that the reading must move from record to record, so that a repeated value
    is a fault; drives and set points (yaw, pitch, generator speed) rest by design. `iec` is the
    IEC 61400-25 name, as in OpenOA's metadata and the ENTR tag list. A `code` is a number that
    stands for a state; `codes` are the values that occurred, where these are few, and `whole` says
    that all of them were whole numbers. `digits`: decimals that the readings have, None where they
    have many. `guessed`: the kind is told by name and readings alone.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    unit: str = ""
    kind: Kind = "linear"
    lower: float | None = None
    upper: float | None = None
    iec: str | None = None
    aliases: tuple[str, ...] = ()
    responsive: bool = False
    observed_min: float | None = None
    observed_max: float | None = None
    observed_spread: float | None = None
    atoms: tuple[Atom, ...] = ()
    codes: tuple[float, ...] = ()
    guessed: bool = False
    whole: bool = False
    digits: int | None = None

    @property
    def observed(self) -> tuple[float, float]:
        """The smallest and the largest reading. Raises ValueError before there are any."""
        if self.observed_min is None or self.observed_max is None:
            raise ValueError(f"nothing has been observed of {self.name}")
        return self.observed_min, self.observed_max

    @property
    def spread(self) -> float:
        """The width of the readings without lone spikes, see `core`; above 0 where they differ."""
        lowest, highest = self.observed
        return self.observed_spread or (highest - lowest)

    def written(self, values: np.ndarray) -> np.ndarray:
        """`values`, any shape, with the decimals of the readings, six significant at most.

        As they are before there are any readings.
        """
        if self.observed_min is None:
            return values
        most = decimals(self.spread)
        digits = 0 if self.whole else self.digits
        return np.round(values, most if digits is None else min(most, digits))


def power_column(columns: Sequence[Column]) -> int | None:
    """The position of the site's power among `columns`, the first of that kind; None without."""
    return next((i for i, column in enumerate(columns) if column.kind == "power"), None)


def wind_speed_column(columns: Sequence[Column]) -> int | None:
    """The position of the wind speed among `columns`; None where none is named as such."""
    return next((i for i, column in enumerate(columns) if column.iec == WIND_SPEED), None)


def direction_columns(columns: Sequence[Column]) -> list[int]:
    """The positions of the directions among `columns`, in degrees."""
    return [i for i, column in enumerate(columns) if column.kind == ANGLE]


def wrap_angle(degrees: ArrayLike, start: float = 0.0) -> np.ndarray:
    """Angles in [start, start + 360). `degrees`: float, any shape; NaN stays NaN.

    >>> wrap_angle([359.0, -10.0, 360.0], -180.0).tolist()
    [-1.0, -10.0, 0.0]
    """
    degrees = np.asarray(degrees, dtype=float)
    with np.errstate(invalid="ignore"):
        wrapped = np.mod(degrees - start, CIRCLE) + start
    # A tiny negative number plus 360 rounds to 360 itself.
    wrapped = np.where(wrapped >= start + CIRCLE, start, wrapped)
    inside = (degrees >= start) & (degrees < start + CIRCLE)
    return np.where(inside, degrees, wrapped)


def resolve(column: Column, values: np.ndarray) -> Column:
    """The column with a concrete kind and circle, decided on all its readings.

    `values`: float (n,), every turbine's. A `rotor` with nothing above 60 is a speed in rpm, else
    a position in degrees. An angle with readings below 0 and none above 180 is a vane. Up to one
    reading in a thousand may be stray.
    """
    values = values[np.isfinite(values) & (np.abs(values) <= 360)]
    if column.kind == "rotor":
        is_speed = _share(values > HIGHEST_ROTOR_RPM) < STRAY_SHARE
        changes = {"kind": "speed", "unit": "rpm", "upper": HIGHEST_ROTOR_RPM}
        if not is_speed:
            changes = {"kind": "angle", "unit": "deg", "upper": CIRCLE}
        column = column.model_copy(update=changes)
    if column.kind == "angle":
        is_vane = _share(values < 0) >= STRAY_SHARE and _share(values > 180) < STRAY_SHARE
        start = -180.0 if is_vane else 0.0
        column = column.model_copy(update={"lower": start, "upper": start + CIRCLE})
    return column


def _share(flag: np.ndarray) -> float:
    return float(flag.mean()) if flag.size else 0.0


def observe(column: Column, values: np.ndarray) -> Column:
    """The column with its observed limits, atoms and codes. `values`: float (n,), cleaned."""
    values = values[np.isfinite(values)]
    if values.size == 0:
        return column
    atoms = find_atoms(values) if column.kind in ATOM_KINDS else ()
    is_whole = bool((values == np.rint(values)).all() and np.abs(values).max() < LARGEST_WHOLE)
    return column.model_copy(
        update={
            "observed_min": float(values.min()),
            "observed_max": float(values.max()),
            "observed_spread": float(np.ptp(core(values))),
            "atoms": atoms,
            "codes": _codes(column, values) if is_whole or column.kind == CODE else (),
            "whole": is_whole,
            "digits": digits_of(values),
        }
    )


def _codes(column: Column, values: np.ndarray) -> tuple[float, ...]:
    """The distinct `values` of a code, or of whole numbers that are as few as codes are."""
    distinct = np.unique(values)
    is_few = distinct.size <= MOST_CODES and values.size >= READINGS_PER_CODE * distinct.size
    if column.kind == CODE or (is_few and column.kind != ANGLE):
        return tuple(map(float, distinct))
    return ()


def core(values: np.ndarray) -> np.ndarray:
    """`values`, float (n,), without lone spikes; all of them where no others differ.

    A spike lies outside the middle 98 % by more than their width.
    """
    low, high = np.quantile(values, (0.01, 0.99))
    inside = values[(values >= low - (high - low)) & (values <= high + (high - low))]
    return inside if low < high else values


def find_atoms(values: np.ndarray) -> tuple[Atom, ...]:
    """Point masses in the lowest and the highest tenth of the range of `values`, float (n,).

    Lone spikes are left out, see `core`, so that one does not make an atom of all the others.
    Looked for in the fullest slice of 0.5 % of the range that holds three times as many readings
    as the slices two and three beside it, so that the steep but smooth end of a distribution is
    not taken for one. The atom is the slice's commonest value, if 1 % of all readings equal it:
    a crowd of different values near rated power is none. Its share counts the readings within
    0.1 % of the range.
    """
    values = core(values)
    lowest, highest = values.min(), values.max()
    if lowest == highest:
        return ()
    n_slices = round(1 / ATOM_SLICE)
    counts, edges = np.histogram(values, bins=n_slices, range=(lowest, highest))
    tenth = n_slices // 10
    atoms = []
    for first in (0, n_slices - tenth):
        fullest = first + int(np.argmax(counts[first : first + tenth]))
        beside = [fullest + shift for shift in (-3, -2, 2, 3)]
        around = np.mean([counts[place] for place in beside if 0 <= place < n_slices])
        inside = values[(values >= edges[fullest]) & (values <= edges[fullest + 1])]
        if inside.size >= max(ATOM_SHARE * values.size, 3 * around):
            distinct, repeats = np.unique(inside, return_counts=True)
            commonest = int(np.argmax(repeats))
            if repeats[commonest] >= ATOM_SHARE * values.size:
                value = float(distinct[commonest])
                share = _share(np.abs(values - value) <= ATOM_WIDTH * (highest - lowest))
                atoms.append(Atom(value=value, share=share))
    return tuple(atoms)
