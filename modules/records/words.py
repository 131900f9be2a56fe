"""What stands in records beside numbers: words for a missing reading, and units."""

# Loggers, PI archives, spreadsheets, people; in English, German, French, Spanish, Turkish, Korean.
MISSING_WORDS = frozenset(
    """-|--|---|.|?|*|n/a|na|n.a.|nan|null|none|nil|nd|n.d.|n/d|k.a.|missing|missing value|no data
nodata|no_data|no-data|no value|no result|no sample|not available|bad|bad data|bad input|bad value
bad quality|invalid|invalid data|invalid value|error|err|err.|#err|fail|failed|void|undefined|undef
questionable|unknown|timeout|i/o timeout|pt created|comm fail|comm error|calc failed|intf shut
scan off|scan timeout|not connect|out of serv|shutdown|offline|off-line|inactive|overflow|underflow
over range|under range|inf|+inf|-inf|infinity|-infinity|#value!|#n/a|#na|#div/0!|#ref!|#num!|#name?
#null!|#error|#####|keine daten|fehlt|ungültig|manquant|pas de données|sin datos|veri yok|결측
결측치|결측값|없음|자료없음|자료 없음|데이터없음|데이터 없음|미측정|미수신|무효|오류|에러|불량
통신불량|통신이상|통신오류""".replace("\n", "|").split("|")
)
UNITS = frozenset(
    unit.casefold()
    for unit in """
    % ‰ - ° º ˚ deg degree degrees grad rad °C ºC ˚C degC C ℃ celsius °F degF F ℉ K kelvin
    m/s m/sec m.s-1 m·s-1 ms-1 ㎧ km/h kmh kph mph ft/s kn kt kts knot knots °/s deg/s rad/s
    W kW ㎾ MW ㎿ GW Wh kWh MWh GWh VA kVA MVA var kvar Mvar V kV mV A kA mA Ω Hz kHz MHz
    rpm r/min U/min 1/min min-1 min^-1 N kN MN Nm kNm MNm bar mbar Pa hPa kPa MPa psi mmHg
    mm cm m km µm um in inch ft mm/s mm/s2 m/s2 m/s² m² m2 m³ m3 m³/h m3/h l l/min mg g kg
    g/m³ g/m3 kg/m³ kg/m3 kg/m^3 µg/m³ W/m² W/m2 W/m^2 kW/m² MJ/m² J kJ MJ
    ms s sec min h hr hrs ppm ppb dB dBA lx lux pu p.u.
    """.split()
)
SAME_UNITS = {
    "deg": "° º ˚ degree degrees grad",
    "degc": "°c ºc ˚c c ℃ celsius",
    "m/s": "m/sec m.s-1 m·s-1 ms-1 ㎧",
    "kw": "㎾",
    "rpm": "r/min u/min 1/min min-1 min^-1",
}


def is_missing_word(cell: str) -> bool:
    """Whether a cell says that there is no reading."""
    return cell.strip().casefold() in MISSING_WORDS


def is_unit(cell: str) -> bool:
    """Whether a cell is a unit of measurement, in brackets or not."""
    return bare_unit(cell).casefold() in UNITS


def bare_unit(unit: str) -> str:
    """A unit without the brackets around it."""
    return unit.strip().strip("()[]{}").strip()


def canonical_unit(unit: str) -> str:
    """One spelling for each unit that the sites have: `°` is deg, `U/min` rpm."""
    plain = bare_unit(unit).casefold()
    return next((name for name, others in SAME_UNITS.items() if plain in others.split()), plain)
