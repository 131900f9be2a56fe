"""Strategies of hypothesis for files that no farm should export, and some do."""

import copy
import gzip
import io
import zipfile

import pandas as pd
from hypothesis import HealthCheck
from hypothesis import strategies as st

from modules.location_module import SITES
from tests.wind_files import westsouth

QUIET = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
ODD_CELLS = (
    """
 |nan|NaN|inf|-inf|1e308|-1e308|1e999|0x10|1,5|-0|1_000|=1+1|"|"a\nb"|\ufeff|풍속|é|\x00|\x1b[31m
true|null|2021-04-01|2021-04-01 24:00|2021-13-01|0001-01-01|9999-12-31 23:59:59|20210401
2021-04-01T00:00:00Z|2021-04-01 00:00:00+09:00|1.4.2021|1e18|99999999999999999999
01 03 2021 00:00|13/04/2021|3/1/21 12:00 AM|오전 10:00|01-Mar-2021|24:00|00:10|5|2021030100
202103010010|1617235200|1617235200000|44256.5|2021-060 00:00|2021-04-01 00:00 UTC|٢٠٢١-٠٤-٠١
""".replace("\n", "|").split("|")
    + ["9" * 400]
)
ODD_NAMES = " |time|DateTime|index|turbine|window|=cmd|a|a.1|Unnamed: 0|\ud800".split("|")
ODD_NAMES += ["Date/Time", "date", "day", "hour", "year", "month", "ts", "dst", "tag", "value"]
FILE_NAMES = (
    "WT01.csv wt1.csv WT01_1.csv WT01_2.csv WT01_2021-01.csv 2021-01_WT01_raw.csv WT01_wind.csv "
    "WT01_power.csv a/WT01.csv b/WT01.txt 2021/01/x.csv WT01_status.csv readme.txt notes.tsv"
).split()
WIND_AND_POWER = ["WindSpeed", "ActivePower"]
TAGS = ("ws", "power (kW)", "WT01.ws", "WT02.ws", "WT01", "time", "value", "")
ENCODINGS = ("utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "latin-1", "cp1254", "utf-32")
NOTES = (
    '# Turbine: WT 1|#|# a, b; c|#a,b|sep=;|sep=\t|Wind farm Größe|From:;2021-03-01;|,,,|"||WT01,,'
).split("|")
UNIT_CELLS = ("m/s", "[kW]", "(°)", "%", "-", "", "yyyy-mm-dd", "UTC", "name")
CLEAN_NOTATIONS = (
    ("7,5", "8,25", "-0,1", "1.234,5", "1 234,5", "12"),
    ("7.5", "1,234.5", "1'234.5", "-.5", "1e3", "Bad"),
    ("7.5 m/s", "8 m/s", "No Data", "9.25 m/s", "결측"),
    ("85 %", "86%", "#VALUE!", "87.5 %"),
    ("7", "8", "9", "10", "-999", "9999", "1e20"),
)
NOTATIONS = (
    ("1,234", "12", "1.234", "1.234.567", "1,234,567"),
    ("7.5 m/s", "8 m/s", "25 km/h", "7"),
    ("5-", "\u22123,2", "\u0661\u0662", "²", "., ", "+", "7,5,5", "inf kW", "1e36"),
)
NUMBERS = (0.0, -1.0, 1e-320, 1e308, -1e308, float("inf"), float("nan"), 3.5, 2.0**63)
PARQUET_COLUMNS = {
    "number": lambda s: s,
    "huge": lambda s: s * 1e300,
    "text": lambda s: s.astype(str),
    "time": lambda s: pd.date_range("2021", periods=len(s), freq="10min"),
    "bool": lambda s: s > 0,
    "object": lambda s: [[1, 2]] * len(s),
    "category": lambda s: pd.Categorical(s.astype(str)),
    "bytes": lambda s: [b"\xff\x00"] * len(s),
}

plain = st.integers(0, 3000).map(str)
cells = st.one_of(
    plain,
    plain,
    st.sampled_from(ODD_CELLS),
    st.integers(-(10**25), 10**25).map(str),
    st.floats().map(repr),
    st.text(max_size=8),
)
known_names = st.sampled_from(list(westsouth(1)))
names = st.one_of(st.sampled_from(ODD_NAMES), known_names, st.text(max_size=6))
locations = st.sampled_from(["generic"] * 6 + sorted(SITES))
freqs = st.sampled_from(["10T", None, "1H", "1M", "1S"])
odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["10min", "NaT", "1H", "2021-03-04", "9999-12-31", "timegan", "\ud800"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
kinds_of_edit = st.sampled_from(["set", "insert", "remove", "end"])
edits = st.lists(st.tuples(st.floats(0, 1), kinds_of_edit, st.integers(0, 255)), max_size=4)


def spoil(content, changes):
    """`content` with bytes at shares of its length set, put in, cut out, or cut off."""
    spoilt = bytearray(content)
    for share, kind, value in changes:
        place = int(share * len(spoilt))
        if kind == "set":
            spoilt[place : place + 1] = bytes([value])
        elif kind == "insert":
            spoilt[place:place] = bytes([value]) * (1 + value % 3)
        else:
            del spoilt[place : place + 1 + value if kind == "remove" else None]
    return bytes(spoilt)


@st.composite
def changed(draw, content):
    """`content`, a dict out of JSON, with up to three values replaced or removed, at any depth."""
    content = copy.deepcopy(content)
    for _ in range(draw(st.integers(1, 3))):
        node = content
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and draw(st.booleans()):
                node = node[key]
                continue
            if draw(st.booleans()):
                node[key] = draw(odd_values)
            else:
                del node[key]
            break
    return content


@st.composite
def made_csv(draw):
    """A CSV of odd names and cells, of rows that need not be of one length."""
    header = draw(st.lists(names, min_size=1, max_size=5))
    right = st.just(len(header))
    widths = st.one_of(right, right, right, st.integers(0, 6))
    row = widths.flatmap(lambda n: st.lists(cells, min_size=n, max_size=n))
    rows = draw(st.lists(row, max_size=6))
    delimiter, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(delimiter.join(row) for row in [header, *rows])
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


@st.composite
def spoilt_csv(draw):
    """A plausible file in which cells, columns or bytes are wrong."""
    table = westsouth(draw(st.integers(1, 24))).astype(object)
    for _ in range(draw(st.integers(0, 3))):
        row, column = draw(st.integers(0, len(table) - 1)), draw(st.integers(0, table.shape[1] - 1))
        if draw(st.booleans()):
            table.iloc[:, column] = draw(cells)
        else:
            table.iloc[row, column] = draw(cells)
    if draw(st.booleans()):
        table = table.drop(columns=draw(st.sampled_from(list(table))))
    content = table.to_csv(index=draw(st.booleans())).encode("utf-8", errors="replace")
    return spoil(content, draw(edits))


@st.composite
def laid_out_csv(draw):
    """Records of several notations, under notes, rows of names and units, beside counters."""
    width, delimiter = draw(st.integers(2, 4)), draw(st.sampled_from(",;;\t"))
    usual = st.sampled_from(["ws", "power (kW)", "Größe", "dir, °", "T°C"])
    named = st.one_of(usual, usual, usual, st.sampled_from(["", "0", "1", "index"]), names)
    count = draw(st.sampled_from([1, 1, 1, 2, 3]))
    titles = st.lists(named, min_size=width - 1, max_size=width - 1)
    rows = [["time", *draw(titles)] for _ in range(count)]
    units = st.lists(st.sampled_from(UNIT_CELLS), min_size=width, max_size=width)
    rows += draw(st.lists(units, max_size=1))
    notations = draw(st.sampled_from([CLEAN_NOTATIONS, CLEAN_NOTATIONS, NOTATIONS]))
    columns = draw(st.lists(st.sampled_from(notations), min_size=width, max_size=width))
    stamps = draw(st.sampled_from(["2021-03-01 {:02}:00"] * 3 + ["{}", None]))
    for count in range(draw(st.integers(2, 30))):
        row = [draw(st.sampled_from(column)) for column in columns]
        if draw(st.integers(0, 60)) == 0:
            row[-1] = draw(st.one_of(cells, st.sampled_from(NOTATIONS[-1])))
        rows.append(row if stamps is None else [stamps.format(count % 20), *row[1:]])
    if draw(st.integers(0, 3)) == 0:
        extra = [rows[0], ["Total", *rows[-1][1:]], ["합계"], ["Exported by a portal"]]
        rows.insert(draw(st.integers(1, len(rows))), draw(st.sampled_from(extra)))
    quote = draw(st.sampled_from(['"', "", '"'] if delimiter == "," else ["", "", '"']))
    end = draw(st.sampled_from(["\n", "\r\n", "\r", delimiter + "\n"]))
    notes = draw(st.lists(st.sampled_from(NOTES), max_size=draw(st.sampled_from([0, 1, 4]))))
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    text = end.join([*notes, *lines, ""])
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


@st.composite
def tagged_csv(draw):
    """Tables of one reading a row, with the name of its variable beside it."""
    columns = st.sampled_from(["WTG", "WTG", "unit", "unit", "quality", "quality", "extra"])
    beside = list(dict.fromkeys(draw(st.lists(columns, max_size=2))))
    tags = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=3, unique=True))
    odd = draw(st.booleans())
    lines = [",".join(["time", "tag", "value", *beside])]
    for count in range(draw(st.integers(1, 20))):
        other = [draw(st.sampled_from([*UNIT_CELLS, "1", "2"])) for _ in beside]
        stamp = f"2021-03-01 {count % 12:02}:00"
        lines += [
            ",".join([stamp, tag, draw(cells if odd and draw(st.booleans()) else plain), *other])
            for tag in tags
        ]
    return "\n".join(lines).encode("utf-8", errors="replace")


@st.composite
def timed_csv(draw):
    """Plain records of some columns, by clocks that change or with dates that may be turned."""
    columns = draw(st.sampled_from([WIND_AND_POWER] * 4 + [[name] for name in WIND_AND_POWER]))
    starts = ["2021-10-31 00:00", "2021-02-01", "2021-02-03", "2021-05-04", "2021-03-28"]
    start = draw(st.sampled_from(starts))
    form = draw(st.sampled_from(["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M", "%d.%m.%Y"]))
    n_rows = draw(st.integers(3, 40))
    zone = draw(st.sampled_from([None, "Europe/Berlin", "Europe/London"]))
    freq = draw(st.sampled_from(["10min", "1h", "6h"]))
    stamps = pd.date_range(start, periods=n_rows, freq=freq, tz="UTC").tz_convert(zone)
    table = westsouth(n_rows, seed=draw(st.integers(0, 2)))[columns]
    table.insert(0, "time", stamps.strftime(form))
    if draw(st.booleans()):
        table["dst"] = draw(st.lists(st.sampled_from("01"), min_size=n_rows, max_size=n_rows))
    if draw(st.booleans()):
        table["WTG"] = draw(st.sampled_from(["01", "1", "WT1", "wt1 "]))
    if draw(st.booleans()):
        marks = st.sampled_from([0, 1, 2, 5, 13, 7001])
        name = draw(st.sampled_from(["uid", "hour", "weekday", "x"]))
        table[name] = draw(st.lists(marks, min_size=n_rows, max_size=n_rows))
    if draw(st.integers(0, 2)) == 0:  # columns that blanks keep apart
        return table.to_string(index=False).encode()
    return table.to_csv(index=False).encode()


@st.composite
def odd_folder(draw):
    """Files by name: some of one turbine, some of none."""
    content = st.one_of(timed_csv(), timed_csv(), timed_csv(), laid_out_csv(), tagged_csv())
    names = draw(st.lists(st.sampled_from(FILE_NAMES), min_size=1, max_size=4, unique=True))
    return {name: draw(content) for name in names}


@st.composite
def made_xlsx(draw):
    """Workbooks of one sheet or two, whole or with bytes wrong."""
    content = io.BytesIO()
    plain_numbers = st.floats(-100, 100)
    odd = st.one_of(odd_values, st.sampled_from(sum(NOTATIONS, ())), st.floats(), st.datetimes())
    sheets = []
    for _ in range(draw(st.integers(1, 2))):
        width = draw(st.integers(1, 3))
        shown = draw(st.sampled_from([plain_numbers, st.one_of(plain_numbers, odd)]))
        rows = draw(st.lists(st.lists(shown, min_size=width, max_size=width), max_size=9))
        rows = [[_for_a_cell(cell) for cell in row] for row in rows]
        sheets.append((pd.DataFrame(rows), draw(st.booleans())))
    # A draw may be cut short: within the writer it would leave a workbook half written.
    with pd.ExcelWriter(content, engine="openpyxl") as writer:
        for place, (table, with_index) in enumerate(sheets):
            table.to_excel(writer, sheet_name=f"s{place}", index=with_index)
    whole = content.getvalue()
    return spoil(whole, draw(edits)) if draw(st.booleans()) else whole


def _for_a_cell(value):
    if isinstance(value, str):
        return "".join(letter for letter in value if letter.isprintable())
    return str(value) if isinstance(value, list | dict | int) else value


@st.composite
def made_zip(draw):
    """Archives of tables and others, whole or with bytes wrong."""
    content = io.BytesIO()
    others = st.sampled_from(["readme.txt", "b/a.CSV", "a.csv.gz", "a.xlsx", "a.parquet"])
    tables = draw(st.lists(others, unique=True, max_size=2)) or ["a.csv"]
    with zipfile.ZipFile(content, "w") as archive:
        for name in tables:
            inside = draw(st.one_of(laid_out_csv(), spoilt_csv(), st.binary(max_size=50)))
            archive.writestr(name, gzip.compress(inside) if name.endswith("gz") else inside)
    whole = content.getvalue()
    return spoil(whole, draw(edits)) if draw(st.booleans()) else whole


@st.composite
def made_parquet(draw):
    """A Parquet file of odd columns, whole or with bytes wrong."""
    n_rows = draw(st.integers(0, 6))
    table = pd.DataFrame(index=range(n_rows))
    for i, kind in enumerate(draw(st.lists(st.sampled_from(list(PARQUET_COLUMNS)), max_size=4))):
        name = f"{draw(names)}{i}".encode("utf-8", errors="replace").decode()
        numbers = draw(st.lists(st.sampled_from(NUMBERS), min_size=n_rows, max_size=n_rows))
        table[name] = PARQUET_COLUMNS[kind](pd.Series(numbers, dtype=float))
    content = table.to_parquet(index=draw(st.booleans()))
    return spoil(content, draw(edits)) if draw(st.booleans()) else content


FILES = {
    "made.csv": made_csv(),
    "spoilt.csv": spoilt_csv(),
    "raw.csv": st.binary(max_size=200),
    "raw.csv.gz": st.binary(max_size=100),
    "made.parquet": made_parquet(),
    "laid_out.csv": laid_out_csv(),
    "tagged.csv": tagged_csv(),
    "timed.txt": timed_csv(),
    "made.xlsx": made_xlsx(),
    "made.zip": made_zip(),
}
