"""Columns as most sites have them, with their usual units, limits and IEC names."""

from typing import Any

from modules.records.columns import WIND_SPEED, Column


def wind_speed(name: str, **fields: Any) -> Column:
    """A wind speed in m/s."""
    fields = {"lower": 0, "upper": 50, "iec": WIND_SPEED, "responsive": True} | fields
    return Column(name=name, unit="m/s", kind="speed", **fields)


def direction(name: str, **fields: Any) -> Column:
    """A direction in degrees."""
    fields = {"lower": -180, "upper": 360, "iec": "WMET.HorWdDir", "responsive": True} | fields
    return Column(name=name, unit="deg", kind="angle", **fields)


def nacelle(name: str) -> Column:
    """The nacelle's direction in degrees, which rests by design."""
    return direction(name, iec="WNAC.Dir", responsive=False)


def pitch(name: str, **fields: Any) -> Column:
    """A blade's pitch in degrees."""
    fields = {"lower": -10, "upper": 120, "iec": "WROT.BlPthAngVal"} | fields
    return Column(name=name, unit="deg", kind="pitch", **fields)


def power(name: str, rated: float, **fields: Any) -> Column:
    """Active power in kW, of a turbine of `rated` kW."""
    limits = {"lower": -0.05 * rated, "upper": round(1.1 * rated, 1)}
    fields = limits | {"iec": "WTUR.W", "responsive": True} | fields
    return Column(name=name, unit="kW", kind="power", **fields)


def rpm(name: str, upper: float, iec: str) -> Column:
    """A rotor's or generator's speed in rpm."""
    return Column(name=name, unit="rpm", kind="speed", lower=0, upper=upper, iec=iec)


def temperature(name: str) -> Column:
    """An outdoor temperature in degrees Celsius."""
    return Column(
        name=name, unit="degC", kind="temperature", lower=-40, upper=50, iec="WMET.EnvTmp"
    )
