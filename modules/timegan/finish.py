"""What is done to drawn windows before they are written, and how it is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from modules.aside import filled, slices_of
from modules.preprocessing import Scaler, decode_angles
from modules.records.columns import Column
from modules.timegan.following import Following
from modules.timegan.quantiles import QuantileMapping, as_rows, wanted_quantiles
from modules.timegan.standstill import Standstill, repeated_shares
from modules.windows.cut import occurrences
from settings import TimeGANSettings


class Last(NamedTuple):
    """The row that a piece of a series ends with, each (1, 1, V): as it was drawn, as it is."""

    drawn: np.ndarray
    made: np.ndarray


@dataclass(frozen=True)
class Finish:
    """What is done to drawn windows in physical units; None for what the settings leave out.

    A column that follows others is mapped and held by what these leave of it.
    """

    mapping: QuantileMapping | None
    standstill: Standstill | None
    following: Following

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Finish windows (n, T, V)."""
        drawn = self.following.apart(values)
        made = self._mapped(drawn)
        if self.standstill is not None:
            made = self.standstill(drawn, made)
        return self.following.together(made)

    def going_on(self, values: np.ndarray, before: Last | None) -> tuple[np.ndarray, Last]:
        """Finish a piece (1, T, V) which goes on from `before`, and say what it ends with."""
        drawn = self.following.apart(values)
        made = self._mapped(drawn)
        if before is not None:
            drawn = np.concatenate([before.drawn, drawn], axis=1)
            made = np.concatenate([before.made, made], axis=1)
        if self.standstill is not None:
            since = self.standstill.since(drawn)  # row by row, once for both
            drawn, made = (np.take_along_axis(x, since, axis=1) for x in (drawn, made))
        last = Last(drawn[:, -1:], made[:, -1:])
        return self.following.together(made if before is None else made[:, 1:]), last

    def _mapped(self, drawn: np.ndarray) -> np.ndarray:
        return drawn if self.mapping is None else self.mapping(drawn)


@dataclass(frozen=True, eq=False)
class Finishing:
    """What training windows have that drawn ones are to have: whence a `Finish` is fitted.

    `names`: the V variables'. `quantiles`: see `wanted_quantiles`, (V, K), or (T * V, K) of
    windows that share no row; `shares`: see `repeated_shares`, (V,). None for what the settings
    leave out.
    """

    names: tuple[str, ...]
    following: Following
    quantiles: np.ndarray | None
    shares: np.ndarray | None

    @classmethod
    def of(
        cls,
        features: np.ndarray,
        starts: np.ndarray,
        columns: Sequence[Column],
        scaler: Scaler,
        settings: TimeGANSettings,
    ) -> Self:
        """Ask the training windows, which begin at `starts` (n_windows,).

        `features`: float (n_rows, F), not scaled, NaN where nothing is recorded. A row counts as
        often as it stands in a window.
        """
        following = Following(scaler, columns)
        names = tuple(column.name for column in columns)
        if not (settings.quantile_mapping or settings.standstill):
            return cls(names, following, None, None)
        apart = (
            following.apart(decode_angles(features[at], columns)) for at in slices_of(features)
        )
        series = filled((len(features), len(columns)), np.float64, apart)
        quantiles = shares = None
        if settings.quantile_mapping:
            rows, begins, n_together = as_rows(series, starts, settings.seq_len)
            weights = occurrences(begins, n_together, len(rows))
            quantiles = wanted_quantiles(rows, weights, following.circular)
        if settings.standstill:
            shares = repeated_shares(series, starts, settings.seq_len)
        return cls(names, following, quantiles, shares)

    @property
    def of_events(self) -> bool:
        """Whether each value of a window has a distribution of its own."""
        return self.quantiles is not None and len(self.quantiles) > len(self.names)

    def fitted(self, values: np.ndarray) -> Finish:
        """What makes of drawn windows, physical (n, T, V), such as the training ones are."""
        circular = self.following.circular
        drawn = made = self.following.apart(values)
        mapping = standstill = None
        if self.quantiles is not None:
            mapping = QuantileMapping.fit(self.names, drawn, self.quantiles, circular)
            made = mapping(drawn)
        if self.shares is not None:
            standstill = Standstill.fit(self.names, circular, drawn, self.shares, made)
        return Finish(mapping, standstill, self.following)
