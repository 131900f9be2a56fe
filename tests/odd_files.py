"""Strategies of hypothesis for files that no farm should export, and some do."""

import copy

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
ODD_NAMES += ["Date/Time", "date", "day", "hour", "year", "month", "ts"]
ENCODINGS = ("utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "latin-1", "utf-32")
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
}
