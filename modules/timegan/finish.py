"""What is done to drawn windows before they are written."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from modules.timegan.following import Following
from modules.timegan.quantiles import QuantileMapping
from modules.timegan.standstill import Standstill


class Last(NamedTuple):
    """The row that a piece of a series ends with, each (1, 1, V): as it was drawn, as it is."""

    drawn: np.ndarray
    made: np.ndarray


@dataclass(frozen=True)
class Finish:
    """What is done to drawn windows in physical units; None for what the settings leave out.

    A direction that follows others is mapped and held by what these leave of it.
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
