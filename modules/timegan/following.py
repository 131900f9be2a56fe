"""Columns that others nearly give, as what these leave of them, and back."""

from collections.abc import Sequence

import numpy as np

from modules.preprocessing import RelativeScaler, Scaler, decode_angles, encode_angles
from modules.records.columns import ANGLE, Column


class Following:
    """Which columns follow others, by the `scaler` of a run whose variables are `columns`.

    Tables are physical, float64 (..., V). What is done to a leader is then done to what follows it:
    a nacelle that is held turns the wind's direction with it, a closing price goes where a mapping
    takes the opening one. A column that rests by itself, at 0 kW or where it was, is left alone:
    what others leave of it does not say when.
    """

    def __init__(self, scaler: Scaler, columns: Sequence[Column]) -> None:
        remainders = scaler.remainders_ if isinstance(scaler, RelativeScaler) else ()
        widths = [2 if column.kind == ANGLE else 1 for column in columns]
        variables = np.repeat(np.arange(len(columns)), widths)
        self._columns = columns
        self._given = {int(variables[r.column]): r for r in remainders if r.leaders and not r.rests}

    @property
    def circular(self) -> list[bool]:
        """Which columns of a table that is `apart` are angles, in degrees: (V,)."""
        return [c.kind == ANGLE and i not in self._given for i, c in enumerate(self._columns)]

    def apart(self, values: np.ndarray) -> np.ndarray:
        """`values` with what is left of each column that follows others in its place."""
        if not self._given:
            return values
        features, made = encode_angles(values, self._columns), np.array(values)
        for i, remainder in self._given.items():
            made[..., i] = remainder.left(features)[..., 0]
        return made

    def together(self, values: np.ndarray) -> np.ndarray:
        """Undo `apart`."""
        if not self._given:
            return values
        features, made = encode_angles(values, self._columns), np.array(values)
        for i, remainder in self._given.items():
            features[..., remainder.column] = values[..., i]
            features[..., remainder.columns] = remainder.restored(features)
        followers = list(self._given)
        made[..., followers] = decode_angles(features, self._columns)[..., followers]
        return made
