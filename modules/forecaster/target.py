"""Which variable a forecaster forecasts."""

from modules.errors import DataError
from modules.records.columns import ANGLE, Column, power_column


def find_target(columns: list[Column], target: str | None) -> int:
    """The position of the column called `target`; for None that of the power, else of the last.

    Raises DataError when there is no such column, or when it is an angle.
    """
    names = [column.name for column in columns]
    if target is None:
        power = power_column(columns)
        return len(columns) - 1 if power is None else power
    linear = [column.name for column in columns if column.kind != ANGLE]
    if target not in linear:
        reason = "is an angle" if target in names else "is none of the data's variables"
        raise DataError(
            f"`target` {reason}. Received: target={target!r}. There is: {', '.join(linear)}. "
            "Correct `--target`."
        )
    return names.index(target)
