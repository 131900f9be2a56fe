"""What an undeclared column measures, guessed from its name, its unit and its readings."""

import re
from collections.abc import Sequence

import numpy as np

from modules.records.columns import ANGLE, WIND_SPEED, Column, wrap_angle
from modules.records.identity import plain

UNITS = {
    "deg": ("deg", "°", "degree", "degrees", "grad", "도", "º"),
    "rad": ("rad", "radian", "radians"),
    "m/s": ("m/s", "ms-1", "m s-1", "m/sec", "mps", "m·s-1"),
    "kn": ("kn", "kt", "kts", "knot", "knots"),
    "km/h": ("km/h", "kmh", "kph"),
    "mph": ("mph",),
    "W": ("w", "watt"),
    "kW": ("kw",),
    "MW": ("mw",),
    "degC": ("°c", "degc", "deg c", "℃", "celsius", "º c", "ºc"),
    "degF": ("°f", "degf", "℉"),
    "K": ("k", "kelvin"),
    "rpm": ("rpm", "1/min", "u/min", "r/min", "min-1"),
}
KIND_OF_UNIT = {
    "m/s": "speed", "kn": "speed", "km/h": "speed", "mph": "speed", "rpm": "speed",
    "W": "power", "kW": "power", "MW": "power", "degC": "temperature", "degF": "temperature",
}  # fmt: skip
_SPELT = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}
_BEHIND = re.compile(r"(?:[_ .]|(?=°))(deg|rad|kn|knots|kmh|mph|mps|kw|mw|degc|rpm|°)$")

_SPREAD = re.compile(
    r"(?:^|_)(?:std|sd|stdev|stddev|stdabw|dev|deviation|sigma|var|variance|표준편차|ti|turbulence)"
    r"(?:_|\d|$)"
)
_EXTREME = re.compile(r"(?:^|_)(?:max|min|maximum|minimum|gust|최대|최소)(?:_|$)")
_NAMES = {
    "pitch": r"(?:blade_?)?pitch\w*|bladeangle|blade_angle\w*|pab_?\d*|피치\w*",
    "angle": r"\w*direction|wind_?dir|w?dirn?|wdir|wd|\w*richtung|azimuth|heading|bearing|yaw\w*|"
    r"nacelle_(?:pos\w*|dir\w*)|nacellepos\w*|ndir|vane|rotor_pos\w*|\w*풍향\w*|\w*방향\w*|방위\w*",
    "temperature": r"temp|temps|temperature|temperatur|\w*temperature|[eio]tmp|tmp|\w*온도\w*|기온",
    "wind": r"ws|wspd|wind_?speed|windspd|wind_?geschwindigkeit|\w*풍속\w*|anemometer|v_?wind",
    "speed": r"(?:rotor|generator|gen)_?(?:speed|spd)|rpm|\w*회전\w*",
    "power": r"(?:active_?)?power|pow|patv|\w*leistung|\w*출력\w*|\w*전력\w*|\w*발전량\w*",
}
_WORDS = {
    kind: re.compile(rf"(?:^|.*_)(?:{words})_?\d*(?:_.*)?", re.IGNORECASE)
    for kind, words in _NAMES.items()
}
_NO_POWER = re.compile(
    r"reactive|무효|factor|역률|theor|curve|setpoint|set_point|reference|avail|coefficient|blind"
)
_CODE = re.compile(
    r"(?:^|.*_)(?:status|state|code|mode|flag|alarm|error|label|class|category|상태|코드|모드)"
    r"_?\d*(?:_.*)?|.*상태.*"
)

MOSTLY = 0.999  # of the readings lie in the range of a kind; spikes do not
RANGES = {
    ANGLE: (-180.0, 360.0),
    "pitch": (-180.0, 360.0),
    "temperature": (-90.0, 500.0),
    "speed": (-1.0, 1e5),
    "wind": (-1.0, 250.0),
}
NO_READINGS = (999, 999.9, 999.99, 9999, 9999.9, 99999, 32767, 65535)  # as loggers write them
TOO_LARGE = 1e15
LEAST_READINGS = 20
MOST_CODES = 200
SECTORS = 16  # whole numbers up to here are sectors of the compass, not degrees
WIDE = 180.0  # deg that a column known by its unit alone covers, for its mean to need the circle
STRONG_WIND = 12.0  # m/s; no site has so high a median
NEAR = 60.0  # deg that a direction moves from one record to the next, at most as a rule
_OWN_USE = 0.05  # of the highest power, that a standing turbine takes from the grid at most
MOST_NEGATIVE = 0.05  # of the readings: a turbine's own consumption, not a battery's charging


def unit_of(name: str) -> str:
    """The unit that `name` states in brackets or at its end, as in UNITS; empty for none.

    >>> unit_of("Wind direction (°)"), unit_of("Leistung [kW]"), unit_of("ws")
    ('deg', 'kW', '')
    """
    for inside in reversed(re.findall(r"[(\[{]([^()\[\]{}]*)[)\]}]", name)):
        if unit := _SPELT.get(inside.strip().lower(), ""):
            return unit
    behind = _BEHIND.search(name.strip().lower())
    return _SPELT.get(behind.group(1), "") if behind else ""


def guess(column: Column, values: np.ndarray) -> Column:
    """`column`, of which only the name is known, with the kind and the unit it probably has.

    `values`: float (n,), of all turbines, NaN where missing. A kind whose range does not hold the
    readings is not taken; what cannot be told stays `linear`.
    """
    present = values[np.isfinite(values)]
    present = present[~np.isin(np.abs(present), NO_READINGS) & (np.abs(present) < TOO_LARGE)]
    words, unit = (
        plain(re.sub(r"[(\[{][^()\[\]{}]*[)\]}]\s*$", "", column.name)),
        unit_of(column.name) or _SPELT.get(column.unit.strip().lower(), ""),
    )
    if column.kind != "linear" or present.size == 0:
        return column
    if _is_code(words, present):
        return column.model_copy(update={"kind": "code"})
    if _SPREAD.search(words):
        return column.model_copy(update={"unit": unit or column.unit})
    kind = _kind(words, unit, present)
    if kind == "wind":
        is_main = not _EXTREME.search(words)
        return column.model_copy(
            update={
                "kind": "speed",
                "unit": unit or column.unit,
                "iec": WIND_SPEED if is_main else None,
            }
        )
    found = {"kind": kind, "unit": unit or column.unit, "guessed": kind == "power"}
    return column.model_copy(update=found)


def _kind(words: str, unit: str, present: np.ndarray) -> str:
    for kind, known in _WORDS.items():
        if known.fullmatch(words) and _may_be(kind, words, unit, present):
            return kind
    if unit == "deg" and _lies_in(ANGLE, present) and np.ptp(present) > WIDE:
        return ANGLE
    if unit in ("", "deg") and _goes_round(present):
        return ANGLE
    kind = KIND_OF_UNIT.get(unit, "linear")
    if kind == "power" and not _may_be(kind, words, unit, present):
        return "linear"
    return "wind" if kind == "speed" and unit != "rpm" and re.search("wind", words) else kind


def _may_be(kind: str, words: str, unit: str, present: np.ndarray) -> bool:
    """Whether unit and readings agree with what the name says."""
    if kind == "power":
        return (
            KIND_OF_UNIT.get(unit, kind) == kind
            and not _NO_POWER.search(words)
            and float((present < 0).mean()) <= MOST_NEGATIVE + _resting(present)
        )
    if not _lies_in(kind, present):
        return False
    if kind in (ANGLE, "pitch"):
        is_sector = bool((present == np.rint(present)).all() and np.abs(present).max() <= SECTORS)
        return unit in ("", "deg", "rad") and not (kind == ANGLE and is_sector)
    return KIND_OF_UNIT.get(unit, "speed" if kind == "wind" else kind) in (kind, "speed") or (
        kind == "temperature" and unit == "K"
    )


def _resting(present: np.ndarray) -> float:
    """Share of the readings that are a standing turbine's own consumption."""
    return float(((present < 0) & (present > -_OWN_USE * present.max())).mean())


def _lies_in(kind: str, present: np.ndarray) -> bool:
    lower, upper = RANGES[kind]
    return bool(((present >= lower) & (present <= upper)).mean() >= MOSTLY)


def _goes_round(present: np.ndarray) -> bool:
    """Whether the readings of a turn come back on its other side, again and again."""
    low, high = float(present.min()), float(present.max())
    if not (-5 <= low <= 10 and 350 <= high <= 365) and not (
        -185 <= low < -170 < 170 < high <= 185
    ):
        return False
    steps = np.diff(present)
    jumps = np.abs(steps) > WIDE
    round_steps = np.abs(wrap_angle(steps, -180.0))
    near = round_steps < NEAR
    return bool(jumps.sum() >= 3 and near[jumps].mean() > 0.8 and near.mean() > 0.8)


def _is_code(words: str, present: np.ndarray) -> bool:
    distinct = np.unique(present)
    if not (distinct == np.rint(distinct)).all():
        return False
    is_named = _CODE.fullmatch(words) and distinct.size <= MOST_CODES
    return bool(is_named or (distinct.size == 2 and distinct.tolist() == [0, 1]))


def is_radians(values: np.ndarray) -> tuple[bool, bool]:
    """Whether the readings of a direction, float (n,), may be radians, and whether they must be.

    They may where all lie on a circle of radians; they must where they also fill it.
    """
    present = values[np.isfinite(values)]
    if present.size < LEAST_READINGS or (present == np.rint(present)).all():
        return False, False
    low, high, turn = float(present.min()), float(present.max()), np.pi
    may = (0 <= low and high <= 2 * turn + 0.01) or (-turn - 0.01 <= low and high <= turn + 0.01)
    if not may:
        return False, False
    gaps = np.diff(np.unique(np.mod(present, 2 * turn)), append=0)[:-1]
    fills = present.size >= 5 * LEAST_READINGS and high - low > 5.9 and gaps.max(initial=0) < 1.0
    return True, bool(fills)


def suspicions(
    columns: Sequence[Column], tables: dict[str, np.ndarray], rated_power: float | None
) -> list[str]:
    """Notices of columns whose readings fit another unit better than theirs.

    `tables`: column name -> float (n,), of all turbines. Where `rated_power` is known, power in
    another unit has been refused: see `modules.records.checks.check_power_units`.
    """
    said = []
    for column in columns:
        values = tables[column.name]
        present = values[np.isfinite(values)]
        other = _other_unit(column, present) if present.size >= LEAST_READINGS else ""
        if other and not (column.kind == "power" and rated_power):
            middle, highest = float(np.median(present)), float(present.max())
            said.append(
                f"{column.name} looks like {other}, not {column.unit or 'its usual unit'}: median "
                f"{middle:.4g}, highest {highest:.4g}. Convert it in the files, or name its unit."
            )
    return said


def _other_unit(column: Column, present: np.ndarray) -> str:
    middle, highest, lowest = float(np.median(present)), float(present.max()), float(present.min())
    if column.kind == ANGLE and column.unit in ("", "deg"):
        return "radians" if is_radians(present)[0] else ""
    if column.kind == "pitch" and 1.3 < highest <= 1.6 and lowest > -0.5:
        return "radians"
    if column.iec == WIND_SPEED and column.unit in ("", "m/s"):
        return "knots or km/h" if middle > STRONG_WIND else ""
    if column.kind == "power" and column.unit == "kW":
        return "W" if np.quantile(present, 0.99) > 20_000 else "MW" if 0 < highest <= 20 else ""
    if column.kind == "temperature" and column.unit in ("", "degC"):
        return "kelvin" if lowest > 200 else ""
    return ""
