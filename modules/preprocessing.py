"""Scalers, and angles as (sin, cos): what stands before every family's networks."""

from collections.abc import Iterable, Sequence

import numpy as np

from modules.records.columns import ANGLE, Column, wrap_angle
from modules.scaling.relative import RelativeScaler
from modules.scaling.scalers import MinMaxScaler, RobustScaler, Scaler, StandardScaler

__all__ = [
    "SCALERS",
    "MinMaxScaler",
    "RelativeScaler",
    "RobustScaler",
    "Scaler",
    "StandardScaler",
    "decode_angles",
    "encode_angles",
    "feature_names",
    "written",
]

SCALERS: dict[str, type[Scaler]] = {
    "minmax": MinMaxScaler,
    "robust": RobustScaler,
    "standard": StandardScaler,
    "relative": RelativeScaler,
}


def feature_names(columns: Iterable[Column]) -> list[str]:
    """Return the names of `encode_angles`' columns: an angle `WindD1` is WindD1_sin, WindD1_cos."""
    pairs = ((f"{c.name}_sin", f"{c.name}_cos") if c.kind == ANGLE else (c.name,) for c in columns)
    return [name for names in pairs for name in names]


def encode_angles(series: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Replace each angle by its sine and cosine: (..., n_variables) -> (..., n_features).

    `columns`: in order, with `name` and `kind`; kind `angle` is in degrees. 359 and 1 degree lie
    side by side then, which no scaling of the degrees achieves.
    """
    if not any(column.kind == ANGLE for column in columns):
        return series[..., : len(columns)]
    encoded = []
    for i, column in enumerate(columns):
        values = series[..., i]
        if column.kind == ANGLE:
            radians = np.deg2rad(values)
            encoded += [np.sin(radians), np.cos(radians)]
        else:
            encoded.append(values)
    return np.stack(encoded, -1)


def decode_angles(features: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Undo `encode_angles`: (..., n_features) -> (..., n_variables).

    An angle comes back in [column.lower, column.lower + 360).
    """
    if not any(column.kind == ANGLE for column in columns):
        return features
    decoded, i = [], 0
    for column in columns:
        if column.kind == ANGLE:
            degrees = np.rad2deg(np.arctan2(features[..., i], features[..., i + 1]))
            decoded.append(wrap_angle(degrees, column.lower or 0.0))
            i += 2
        else:
            decoded.append(features[..., i])
            i += 1
    return np.stack(decoded, -1)


def written(values: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """Physical (..., n_variables) with the decimals that each column is written with."""
    return np.stack([column.written(values[..., i]) for i, column in enumerate(columns)], -1)
