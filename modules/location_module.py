"""Sites as data, and the one entry point from loaded records to clean tables.

A new site is one entry in `SITES` and a test: no code.
"""

from pathlib import Path
from typing import Any, Protocol

from modules.errors import DataError
from modules.records import site_file
from modules.records.columns import WIND_SPEED, Column
from modules.records.identity import chosen
from modules.records.pipeline import CleaningSettings, clean_site
from modules.records.site import RawTurbine, Site, SiteData

TURBINE_COLUMNS = ("turbine", "turbine_name", "wind_turbine_name", "turbinename", "asset_id")


def _wind_speed(name: str, **fields: Any) -> Column:
    fields = {"lower": 0, "upper": 50, "iec": WIND_SPEED, "responsive": True} | fields
    return Column(name=name, unit="m/s", kind="speed", **fields)


def _direction(name: str, **fields: Any) -> Column:
    fields = {"lower": -180, "upper": 360, "iec": "WMET.HorWdDir", "responsive": True} | fields
    return Column(name=name, unit="deg", kind="angle", **fields)


def _nacelle(name: str) -> Column:
    return _direction(name, iec="WNAC.Dir", responsive=False)


def _pitch(name: str, **fields: Any) -> Column:
    fields = {"lower": -10, "upper": 120, "iec": "WROT.BlPthAngVal"} | fields
    return Column(name=name, unit="deg", kind="pitch", **fields)


def _power(name: str, rated: float, **fields: Any) -> Column:
    limits = {"lower": -0.05 * rated, "upper": round(1.1 * rated, 1)}
    fields = limits | {"iec": "WTUR.W", "responsive": True} | fields
    return Column(name=name, unit="kW", kind="power", **fields)


def _rpm(name: str, upper: float, iec: str) -> Column:
    return Column(name=name, unit="rpm", kind="speed", lower=0, upper=upper, iec=iec)


def _temperature(name: str) -> Column:
    return Column(
        name=name, unit="degC", kind="temperature", lower=-40, upper=50, iec="WMET.EnvTmp"
    )


SITES = {
    site.name: site
    for site in (
        Site(
            name="westsouth",
            columns=(
                _direction("WindD1"),
                _direction("WindD2"),
                _wind_speed("WindSpeed"),
                Column(
                    name="RotorPosition",
                    unit="deg or rpm",
                    kind="rotor",
                    lower=0,
                    upper=360,
                    iec="WROT.RotPos",
                ),
                _pitch("BladePitchP1", lower=-5, upper=95),
                _pitch("BladePitchP2", lower=-5, upper=95),
                _pitch("BladePitchP3", lower=-5, upper=95),
                # Speed or torque: the files do not say, so it has no limits of its own.
                Column(name="GeneratorTR", unit="rpm or Nm", aliases=("GenertorTR",)),
                _power("ActivePower", rated=3000),
            ),
            by_position=(
                "DateTime",
                "WindD1",
                "WindD2",
                "ActivePower",
                "WindSpeed",
                "RotorPosition",
                "BladePitchP1",
                "BladePitchP2",
                "BladePitchP3",
                "GeneratorTR",
                "GeneratorTRD",
            ),
            time_zone="Asia/Seoul",
            rated_power=3000,
        ),
        Site(
            name="jeju",
            columns=(
                _wind_speed("INFO_SPEED_WIND"),
                _direction("INFO_DIRECTION_WIND"),
                _direction("AVG_DIRECTION_EMS"),
                _pitch("INFO_PITCHANGLE_BLADE1"),
                _pitch("INFO_PITCHANGLE_BLADE2"),
                _pitch("INFO_PITCHANGLE_BLADE3"),
                _rpm("INFO_SPEED_ROTOR", 60, "WROT.RotSpd"),
                _rpm("INFO_SPEED_GENERATOR", 3000, "WGEN.RotSpd"),
                _power("INFO_POWER_ACTIVE", rated=2000),
            ),
            time_zone="Asia/Seoul",
            rated_power=2000,
            tag_prefix=r"[A-Za-z]{2}[._][A-Za-z]{2}\d{2}[._]",
            open=True,
        ),
        Site(
            name="la_haute_borne",
            columns=(
                _pitch("Ba_avg"),
                _wind_speed("Ws_avg"),
                _direction("Va_avg", lower=-180, iec="WMET.HorWdDirRel"),
                _temperature("Ot_avg"),
                _nacelle("Ya_avg"),
                _direction("Wa_avg"),
                _power("P_avg", rated=2050),
            ),
            turbine_columns=("Wind_turbine_name",),
            time_columns=("Date_time",),
            time_zone="Europe/Paris",
            rated_power=2050,
        ),
        Site(
            name="openoa",
            columns=(
                _wind_speed("wind_speed"),
                _nacelle("nacelle_position"),
                _power("kw", rated=1500),
            ),
            time_columns=("dttm",),
            rated_power=1500,
        ),
        Site(
            name="wind_up",
            columns=(
                _wind_speed("WindSpeedMean"),
                Column(name="WindSpeedSD", unit="m/s", lower=0, upper=20),
                _nacelle("YawAngleMean"),
                _pitch("PitchAngleMean"),
                _rpm("GenRpmMean", 3000, "WGEN.RotSpd"),
                _temperature("AmbientTemp"),
                Column(name="ActivePowerSD", unit="kW", lower=0, upper=1900),
                _power("ActivePowerMean", rated=1900),
            ),
            turbine_columns=("TurbineName",),
            time_columns=("dtTimeStamp", "TimeStamp_StartFormat"),
            rated_power=1900,
        ),
        Site(name="generic", turbine_columns=TURBINE_COLUMNS, open=True, time_required=False),
    )
}


def get_site(name: str) -> Site:
    """The site entry called `name`. Raises DataError for an unknown one."""
    if name not in SITES:
        raise DataError(
            f"`location` must be one of {', '.join(sorted(SITES))}. Received: location={name!r}. "
            "Set `--location`, or add an entry to SITES in modules/location_module.py."
        )
    return SITES[name]


class SiteChoice(Protocol):
    """What the settings say of a site."""

    @property
    def location(self) -> str: ...
    @property
    def angles(self) -> tuple[str, ...] | None: ...
    @property
    def columns(self) -> tuple[str, ...] | None: ...


class SiteSettings(CleaningSettings, SiteChoice, Protocol):
    """What `clean` reads of the settings."""


def site_of(settings: SiteChoice) -> Site:
    """The site that `settings` name, an entry of SITES or a TOML file, with what they choose of it.

    Raises DataError for an unknown site, a file that is none, and columns that it does not have.
    """
    if settings.location.lower().endswith(site_file.SUFFIX):
        site = site_file.read(Path(settings.location))
    else:
        site = get_site(settings.location)
    choice: dict[str, Any] = {"only": settings.columns, "angles": settings.angles}
    if settings.columns is not None and not site.open:
        names = [column.name for column in site.columns]
        wanted = chosen(settings.columns, names, "columns")
        choice["columns"] = tuple(column for column in site.columns if column.name in wanted)
    return site.model_copy(update=choice)


def clean(turbines: dict[str, RawTurbine], settings: SiteSettings) -> SiteData:
    """Clean the records of `modules.dataLoader.load` by the rules and the site of `settings`.

    See `modules.records.pipeline.clean_site` for what comes back and what is refused.
    """
    return clean_site(turbines, site_of(settings), settings)
