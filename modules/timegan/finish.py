"""What is done to drawn windows before they are written."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from modules.timegan.quantiles import QuantileMapping
from modules.timegan.standstill import Standstill


class Last(NamedTuple):
    """The row that a piece of a series ends with, each (1, 1, V): as it was drawn, as it is."""

    drawn: np.ndarray
    made: np.ndarray


@dataclass(frozen=True)
class Finish:
    """What is done to drawn windows in physical units; None for what the settings leave out."""

    mapping: QuantileMapping | None
    standstill: Standstill | None

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Finish windows (n, T, V)."""
        made = self._mapped(values)
        return made if self.standstill is None else self.standstill(values, made)

    def going_on(self, values: np.ndarray, before: Last | None) -> tuple[np.ndarray, Last]:
        """Finish a piece (1, T, V) which goes on from `before`, and say what it ends with."""
        made = self._mapped(values)
        if before is not None:
            values = np.concatenate([before.drawn, values], axis=1)
            made = np.concatenate([before.made, made], axis=1)
        drawn = values
        if self.standstill is not None:
            drawn, made = self.standstill(values), self.standstill(values, made)
        last = Last(drawn[:, -1:], made[:, -1:])
        return made if before is None else made[:, 1:], last

    def _mapped(self, values: np.ndarray) -> np.ndarray:
        return values if self.mapping is None else self.mapping(values)
