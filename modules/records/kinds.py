"""What an undeclared column measures, guessed from its name, its unit and its readings."""

import re

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
    "degF": ("°f", "degf", "deg f", "℉", "fahrenheit"),
    "K": ("k", "kelvin"),
    "rpm": ("rpm", "1/min", "u/min", "r/min", "min-1"),
}
KIND_OF_UNIT = {
    "m/s": "speed", "kn": "speed", "km/h": "speed", "mph": "speed", "rpm": "speed",
    "W": "power", "kW": "power", "MW": "power", "degC": "temperature", "degF": "temperature",
}  # fmt: skip
_SPELT = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}
_LETTERS = {"c": "degC", "f": "degF"}  # of a column that is called a temperature
_BEHIND = re.compile(r"(?:[_ .]|(?=°))(deg|rad|kn|knots|kmh|mph|mps|kw|mw|degc|rpm|°)$")

_SPREAD = re.compile(
    r"(?:^|_)(?:std|sd|stdev|stddev|stdabw|dev|deviation|sigma|var|variance|표준편차|ti|turbulence)"
    r"(?:_|\d|$)"
)
_EXTREME = re.compile(r"(?:^|_)(?:max|min|maximum|minimum|gust|최대|최소)(?:_|$)")
_NAMES = {
    "pitch": r"(?:blade_?)?pitch\w*|bladeangle|blade_angle\w*|pab_?\d*|피치\w*",
    "angle": r"\w*direction|wind_?dir|w?dirn?|wdir|wd|\w*richtung|azimuth|heading|bearing|yaw\w*|"
    r"nacelle_(?:pos\w*|dir\w*)|nacellepos\w*|ndir|vane|rotor_pos\w*|\w*풍향\w*|\w*방향\w*|방위\w*|"
    r"yönü?|\w*richting|\w*direcci[oó]n|direzione|dire[cç][aã]o|kierunek",
    "temperature": r"temp|temps|temperature|temperatur|\w*temperature|[eio]tmp|tmp|\w*온도\w*|기온",
    "wind": r"ws|wspd|wind_?speed|windspd|wind_?geschwindigkeit|\w*풍속\w*|anemometer|v_?wind|"
    r"rüzgar_hızı?|windsnelheid|velocidad_(?:del_)?viento|vitesse_(?:du_)?vent|"
    r"velocit[aà]_(?:del_)?vento|prędkość_wiatru",
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

_COUNT = re.compile(r"(?:^|.*_)(?:count|counts|number|anzahl|횟수|개수|건수)(?:_.*)?")

MOSTLY = 0.999  # of the readings lie in the range of a kind; spikes do not
FEW_FAULTS = 0.01  # of the readings of what is called a direction
RANGES = {
    ANGLE: (-180.0, 360.0),
    "pitch": (-180.0, 360.0),
    "temperature": (-90.0, 500.0),
    "speed": (-1.0, 1e5),
    "wind": (-1.0, 250.0),
}
NO_READINGS = (999, 999.9, 999.99, 9999, 9999.9, 99999, 32767, 65535)  # as loggers write them
TOO_LARGE = 1e15
FAR = 10.0  # widths of the middle nine tenths of the readings, from which on some say no kind
MOST_CODES = 200
MOST_UNNAMED_CODES = 20
DENSE = 1.1  # numbers from the least to the largest, to each that occurs, of a measurement
READINGS_PER_CODE = 10
OFTEN = 20, 0.01  # readings, and their share, of a code that is no rare event
JUMPING = 0.2  # of the moves between codes pass over others
LEAST_LEFT_OUT = 0.25  # of the places between codes; a speed in rpm lacks those above standstill
SECTORS = 16  # whole numbers up to here are sectors of the compass, not degrees
WIDE = 180.0  # deg that a column known by its unit alone covers, for its mean to need the circle
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


def _words(name: str) -> str:
    """`name` without a unit in brackets behind it."""
    return plain(re.sub(r"[(\[{][^()\[\]{}]*[)\]}]\s*$", "", name))


def is_called_direction(name: str) -> bool:
    """Whether a column is called a direction, and not how it spreads or changes."""
    words = _words(name)
    is_other = _SPREAD.search(words) or re.search("rate|speed|error", words)
    return not is_other and _WORDS[ANGLE].fullmatch(words) is not None


def guess(column: Column, values: np.ndarray) -> Column:
    """`column`, of which only the name is known, with the kind and the unit it probably has.

    `values`: float (n,), of all turbines, NaN where missing. A kind whose range does not hold the
    readings is not taken; what cannot be told stays `linear`.
    """
    present = values[np.isfinite(values)]
    present = present[~np.isin(np.abs(present), NO_READINGS) & (np.abs(present) < TOO_LARGE)]
    words = _words(column.name)
    unit = unit_of(column.name) or _SPELT.get(column.unit.strip().lower(), "")
    if column.kind != "linear" or present.size == 0:
        return column
    if not unit and _WORDS["temperature"].fullmatch(words):
        unit = _letter(column)
    if _is_code(words, unit, present):
        return column.model_copy(update={"kind": "code"})
    if _SPREAD.search(words):
        return column.model_copy(update={"unit": unit or column.unit})
    kind = _kind(words, unit, _bulk(present))
    if kind == "linear" and not unit and not _COUNT.fullmatch(words) and _jumps(present):
        kind = "code"
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


def _bulk(present: np.ndarray) -> np.ndarray:
    """`present`, (n,), without those far outside the others, which the cleaning rules will find."""
    low, high = np.quantile(present, (0.05, 0.95))
    reach = FAR * (high - low)
    return present[(present >= low - reach) & (present <= high + reach)] if reach else present


def _letter(column: Column) -> str:
    """The unit of a temperature such as Temp (F) or temp_c; empty for none."""
    found = re.search(r"(?:[(\[{ _.]|^)([cf])[)\]}]?$", column.name.strip(), re.IGNORECASE)
    letter = column.unit.strip() or (found.group(1) if found else "")
    return _LETTERS.get(letter.lower(), "")


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
    if not _lies_in(kind, present) and not (kind == ANGLE and _has_faults(present)):
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


def _has_faults(present: np.ndarray) -> bool:
    """Whether a few of the readings lie outside all turns, as those that go on turning do not."""
    lower, upper = RANGES[ANGLE]
    outside = present[(present < lower) | (present > upper)]
    is_off = (outside < lower - 180.0) | (outside > 2 * upper)
    return bool(is_off.all() and outside.size <= FEW_FAULTS * present.size)


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


def _is_code(words: str, unit: str, present: np.ndarray) -> bool:
    if not (present == np.rint(present)).all():
        return False
    distinct = np.unique(present)
    # A state of charge or a yaw error takes one number after the other.
    is_measured = distinct.size > MOST_UNNAMED_CODES and np.ptp(distinct) < DENSE * distinct.size
    is_measured = is_measured or bool(unit) or _COUNT.fullmatch(words) is not None
    is_named = _CODE.fullmatch(words) and distinct.size <= MOST_CODES and not is_measured
    return bool(is_named or (distinct.size == 2 and distinct.tolist() == [0, 1]))


def _jumps(present: np.ndarray) -> bool:
    """Whether the readings are a few whole numbers that leave out others and pass over them.

    A measurement in whole numbers, or a count, takes nearly every one between those that are
    frequent; readings in steps of ten are whole tens.
    """
    if not (present == np.rint(present)).all():
        return False
    distinct, places, n_each = np.unique(present, return_inverse=True, return_counts=True)
    if not 2 <= distinct.size <= min(MOST_UNNAMED_CODES, present.size / READINGS_PER_CODE):
        return False
    gaps = np.diff(distinct).astype(np.int64)
    step = int(np.gcd.reduce(gaps)) if gaps.size > 1 else 1
    often = n_each >= max(OFTEN[0], OFTEN[1] * present.size)
    hops = np.abs(np.diff(places))
    moves = hops[hops > 0]
    is_two = distinct.size == 2
    jumps = is_two or float((moves > 1).mean()) >= JUMPING
    n_gaps = int(((gaps > step) & often[:-1] & often[1:]).sum())
    return jumps and n_gaps >= LEAST_LEFT_OUT * gaps.size
