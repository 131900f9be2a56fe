"""Sites as data, and the one entry point from loaded records to clean tables.

A new site is a TOML file, or one entry in `SITES` and a test: no code.
"""

from pathlib import Path
from typing import Any, Protocol

from modules.errors import DataError
from modules.records import site_file
from modules.records.columns import Column
from modules.records.identity import chosen
from modules.records.pipeline import CleaningSettings, clean_site
from modules.records.site import RawTurbine, Site, SiteData
from modules.records.usual import (
    direction,
    nacelle,
    pitch,
    power,
    rpm,
    temperature,
    wind_speed,
)

# Others are known by name and contents: see modules.records.identity.
TURBINE_COLUMNS = ("turbine", "turbine_name", "wind_turbine_name", "turbinename", "asset_id")


def _greenbyte(farm: str) -> Site:
    """A farm of Senvion MM92 or MM82 as Greenbyte exports it (Zenodo 5841834, 5946808)."""
    return Site(
        name=farm,
        columns=(
            wind_speed("Wind speed (m/s)"),
            direction("Wind direction (°)"),
            nacelle("Nacelle position (°)"),
            pitch("Blade angle (pitch position) A (°)"),
            rpm("Rotor speed (RPM)", 30, "WROT.RotSpd"),
            rpm("Generator RPM (RPM)", 3000, "WGEN.RotSpd"),
            temperature("Nacelle ambient temperature (°C)"),
            power("Power (kW)", rated=2050),
        ),
        time_columns=("# Date and time", "Date and time"),
        time_zone="UTC",
        rated_power=2050,
    )


SITES = {
    site.name: site
    for site in (
        Site(
            name="westsouth",
            columns=(
                direction("WindD1"),
                direction("WindD2"),
                wind_speed("WindSpeed"),
                Column(
                    name="RotorPosition",
                    unit="deg or rpm",
                    kind="rotor",
                    lower=0,
                    upper=360,
                    iec="WROT.RotPos",
                ),
                pitch("BladePitchP1", lower=-5, upper=95),
                pitch("BladePitchP2", lower=-5, upper=95),
                pitch("BladePitchP3", lower=-5, upper=95),
                # Speed or torque: the files do not say, so it has no limits of its own.
                Column(name="GeneratorTR", unit="rpm or Nm", aliases=("GenertorTR",)),
                power("ActivePower", rated=3000),
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
                wind_speed("INFO_SPEED_WIND"),
                direction("INFO_DIRECTION_WIND"),
                direction("AVG_DIRECTION_EMS"),
                pitch("INFO_PITCHANGLE_BLADE1"),
                pitch("INFO_PITCHANGLE_BLADE2"),
                pitch("INFO_PITCHANGLE_BLADE3"),
                rpm("INFO_SPEED_ROTOR", 60, "WROT.RotSpd"),
                rpm("INFO_SPEED_GENERATOR", 3000, "WGEN.RotSpd"),
                power("INFO_POWER_ACTIVE", rated=2000),
            ),
            time_zone="Asia/Seoul",
            rated_power=2000,
            tag_prefix=r"[A-Za-z]{2}[._][A-Za-z]{2}\d{2}[._]",
            open=True,
        ),
        Site(
            name="la_haute_borne",
            columns=(
                pitch("Ba_avg"),
                wind_speed("Ws_avg"),
                direction("Va_avg", lower=-180, iec="WMET.HorWdDirRel"),
                temperature("Ot_avg"),
                nacelle("Ya_avg"),
                direction("Wa_avg"),
                power("P_avg", rated=2050),
            ),
            turbine_columns=("Wind_turbine_name",),
            time_columns=("Date_time",),
            time_zone="Europe/Paris",
            rated_power=2050,
        ),
        Site(
            name="openoa",
            columns=(
                wind_speed("wind_speed"),
                nacelle("nacelle_position"),
                power("kw", rated=1500),
            ),
            time_columns=("dttm",),
            rated_power=1500,
        ),
        Site(
            name="wind_up",
            columns=(
                wind_speed("WindSpeedMean"),
                Column(name="WindSpeedSD", unit="m/s", lower=0, upper=20),
                nacelle("YawAngleMean"),
                pitch("PitchAngleMean"),
                rpm("GenRpmMean", 3000, "WGEN.RotSpd"),
                temperature("AmbientTemp"),
                Column(name="ActivePowerSD", unit="kW", lower=0, upper=1900),
                power("ActivePowerMean", rated=1900),
            ),
            turbine_columns=("TurbineName",),
            time_columns=("dtTimeStamp", "TimeStamp_StartFormat"),
            rated_power=1900,
        ),
        *(_greenbyte(farm) for farm in ("kelmarsh", "penmanshiel")),
        Site(
            name="sdwpf",
            columns=(
                wind_speed("Wspd"),
                direction("Wdir", iec="WMET.HorWdDirRel"),
                temperature("Etmp"),
                Column(name="Itmp", unit="degC", kind="temperature", lower=-40, upper=100),
                # The yaw drive's count over several turns, so not on a circle.
                Column(name="Ndir", unit="deg", lower=-720, upper=720, iec="WNAC.Dir"),
                pitch("Pab1"),
                pitch("Pab2"),
                pitch("Pab3"),
                Column(name="Prtv", unit="kvar", lower=-1500, upper=1500),
                power("Patv", rated=1500),
            ),
            turbine_columns=("TurbID",),
            time_columns=("Tmstamp",),
            time_zone="Asia/Shanghai",
            rated_power=1500,
        ),
        Site(
            name="yalova",
            columns=(
                wind_speed("Wind Speed (m/s)"),
                Column(name="Theoretical_Power_Curve (KWh)", unit="kWh", lower=0, upper=3600),
                direction("Wind Direction (°)", aliases=("Wind Direction",)),
                power("LV ActivePower (kW)", rated=3600),
            ),
            time_columns=("Date/Time",),
            time_zone="Europe/Istanbul",
            rated_power=3600,
        ),
        # A layout and no farm, so that the rated power is not known.
        Site(
            name="flasc",
            columns=(
                wind_speed("ws"),
                direction("wd"),
                Column(name="ti", unit="share", lower=0, upper=2),
                Column(name="pow", unit="kW", kind="power", iec="WTUR.W", responsive=True),
            ),
            turbine_suffix=r"_(\d{3})",
            open=True,
        ),
        Site(name="generic", turbine_columns=TURBINE_COLUMNS, open=True, time_required=False),
    )
}


def get_site(name: str) -> Site:
    """The site entry called `name`. Raises DataError for an unknown one."""
    if name not in SITES:
        raise DataError(
            f"`location` must be one of {', '.join(sorted(SITES))}. Received: location={name!r}. "
            "Set `--location` to one of them, or to a site file, which `--check_only --location "
            "generic --write_site my_farm.toml` drafts."
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
