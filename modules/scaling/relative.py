"""A scaler by which columns that others nearly give count by what these leave of them."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from modules.errors import DataError
from modules.scaling.finding import found
from modules.scaling.remainders import Remainder, apart, read, together
from modules.scaling.scalers import Columns, MinMaxScaler


class RelativeScaler(MinMaxScaler):
    """In place of some columns what others leave of them; then as `minmax`.

    `remainders_`: these columns, in order, see `modules.scaling.remainders`.
    """

    remainders_: tuple[Remainder, ...] = ()

    def known(self, recorded: np.ndarray) -> np.ndarray:
        """As `Scaler.known`: what a bridged leader leaves of a column is not."""
        made = recorded.copy() if self.remainders_ else recorded
        for remainder in self.remainders_:
            at = [*remainder.columns, *remainder.leaders]
            made[:, remainder.columns] = recorded[:, at].min(1, keepdims=True)
        return made

    def told(self) -> str:
        given = [r for r in self.remainders_ if r.leaders]
        alone = [r for r in self.remainders_ if not r.leaders]
        said = {
            "Nearly given by others": "; ".join(
                f"{self._called(r)} by {self._called(r, *r.leaders)}" for r in given
            ),
            "Far readings drawn in": ", ".join(map(self._called, alone)),
        }
        return ". ".join(f"{head}: {what}" for head, what in said.items() if what)

    def _called(self, remainder: Remainder, *columns: int) -> str:
        """The names of `columns`, of the remainder's own by default; an angle's without `_sin`."""
        suffix = "_sin" if len(remainder.columns) > 1 else ""
        names = (self.names_[i].removesuffix(suffix) for i in columns or (remainder.column,))
        return ", ".join(names)

    def content(self) -> dict[str, Any]:
        return super().content() | {
            "remainders": [remainder.model_dump(mode="json") for remainder in self.remainders_]
        }

    @classmethod
    def of(
        cls, names: Iterable[str], offset: ArrayLike, scale: ArrayLike, remainders: Any = ()
    ) -> Self:
        """As `Scaler.of`, with what `content` says of its remainders."""
        scaler = super().of(names, offset, scale)
        scaler.remainders_ = read(remainders, len(scaler.names_))
        with np.errstate(over="ignore", invalid="ignore"):
            ends = scaler.inverse_transform(np.array([[0.0], [1.0]]) * np.ones(len(scaler.names_)))
        if not np.isfinite(ends).all():
            raise ValueError("what remainders give back must be finite")
        return scaler

    def transform(self, values: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.transform`. Raises DataError for a column that stands for what is left."""
        if columns is None:
            values = apart(np.asarray(values, np.float64), self.remainders_)
        return super().transform(values, self._themselves(columns))

    def inverse_transform(self, scaled: ArrayLike, columns: Columns = None) -> np.ndarray:
        """As `Scaler.inverse_transform`. Raises DataError as `transform` does."""
        values = super().inverse_transform(scaled, self._themselves(columns))
        return together(values, self.remainders_) if columns is None else values

    def _statistics(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        low, width = super()._statistics(values)
        self.remainders_ = found(values, self.names_)
        for remainder in self.remainders_:
            left = remainder.left(values)
            low[remainder.columns] = np.nanmin(left, 0)
            width[remainder.columns] = np.nanmax(left, 0) - np.nanmin(left, 0)
        return low, width

    def _themselves(self, columns: Columns) -> Columns:
        """`columns`, none of which stands for what others leave of it."""
        asked = [columns] if isinstance(columns, str | int | np.integer) else columns
        others = {i for remainder in self.remainders_ for i in remainder.columns}
        for column in map(self._index, () if asked is None else asked):
            if column in others:
                raise DataError(
                    f"{self.names_[column]} is scaled by what other columns say of it: give all "
                    "columns."
                )
        return columns
