"""Whose and when rows are: light, for whoever makes them imports it before any score."""

from typing import NamedTuple

import numpy as np
import pandas as pd

HOUR, MONTH, TURBINE = "hour", "month", "turbine"


class Labels(NamedTuple):
    """Whose and when n rows are, and what they were made for.

    `turbines`: (n,), names or numbers; `times`: (n,); None where nobody knows. `by`: the words of
    the setting `condition`.
    """

    turbines: np.ndarray | None
    times: pd.DatetimeIndex | None
    by: tuple[str, ...] = ()

    def of(self, rows: np.ndarray | slice) -> "Labels":
        """Those of some rows."""
        turbines = None if self.turbines is None else self.turbines[rows]
        return Labels(turbines, None if self.times is None else self.times[rows], self.by)

    def groups(self, by: str) -> np.ndarray | None:
        """The hour, month or turbine of each row, None where nobody knows."""
        if by == TURBINE:
            return self.turbines
        return None if self.times is None else getattr(self.times, by).to_numpy()
