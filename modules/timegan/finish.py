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

    def __call__(self, values: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
        """Finish windows (n, T, V), which go on from a finished row `before`, (n, 1, V), if any."""
        if self.mapping is not None:
            values = self.mapping(values)
        if self.standstill is None:
            return values
        if before is None:
            return self.standstill(values)
        return self.standstill(np.concatenate([before, values], axis=1))[:, 1:]
