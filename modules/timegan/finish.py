"""What is done to drawn windows before they are written."""

from dataclasses import dataclass

import numpy as np

from modules.timegan.quantiles import QuantileMapping
from modules.timegan.standstill import Standstill


@dataclass(frozen=True)
class Finish:
    """What is done to drawn windows in physical units; None for what the settings leave out."""

    mapping: QuantileMapping | None
    standstill: Standstill | None

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Finish windows (n, T, V)."""
        for finish in (self.mapping, self.standstill):
            values = values if finish is None else finish(values)
        return values
