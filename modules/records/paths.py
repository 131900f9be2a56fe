"""What the path of a file says: whose records it holds, and over which period."""

import re
from pathlib import Path

_YEAR = r"(?:19|20)\d{2}"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_GAP = r"[ _.\-]?"
_NAMED_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_PART_OF_YEAR = r"(?:Q[1-4]|[HS][12]|K?W[0-5]\d)"
_DATE = rf"{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}"
# A range may follow a day, whose year is no clock: 2019-01-01_2019-01-03.
_CLOCK = rf"(?!.{_DATE})[T _\-](?:[01]\d|2[0-3])[:h._\-]?[0-5]\d(?:[:._\-]?[0-5]\d)?Z?"
_PERIODS = (
    rf"{_DATE}(?:{_CLOCK})?",
    rf"{_DAY}([.\-]){_MONTH}\1{_YEAR}",
    rf"{_DAY}{_MONTH}{_YEAR}",
    rf"{_YEAR}{_GAP}(?:{_PART_OF_YEAR}|{_NAMED_MONTH}|{_MONTH})",
    rf"(?:{_DAY}{_GAP})?{_NAMED_MONTH}{_GAP}{_YEAR}",
    rf"{_PART_OF_YEAR}{_GAP}{_YEAR}",
    rf"{_YEAR}년(?: ?\d{{1,2}}월(?: ?\d{{1,2}}일)?)?",
    rf"{_YEAR}",
    rf"{_NAMED_MONTH}|Q[1-4]",
    r"(?:part|teil|chunk)[ _\-]?\d{1,3}(?:[ _\-]?(?:of|von)[ _\-]?\d{1,3})?|\d{1,3}of\d{1,3}",
)
# Each bounded by what is no letter or digit: WT2019 is a name.
_PERIOD = re.compile(rf"(?<![^\W_])(?:{'|'.join(_PERIODS)})(?![^\W_])", re.IGNORECASE)
_MARK = "\0"  # stands for a period
_RANGE = re.compile(rf"{_MARK}(?:[ _.\-~(\[\])]|to|until|bis|von)*(?={_MARK})", re.IGNORECASE)
# The number of an export behind a period, and what says no more than that it is one.
_BEHIND = re.compile(
    rf"(?<={_MARK})[)\]]*(?:[ _.\-]+(?:\d{{1,6}}|exports?|exported|data|scada|raw|final|v\d))+$",
    re.IGNORECASE,
)
_AROUND = re.compile(rf"[ _.\-~(\[]*{_MARK}[ _.\-~)\]]*")
_COPY = re.compile(r"(?: ?\(\d+\)|[ _\-]+copy(?:[ _]?\d+)?|[ _\-]+복사본)+$", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:(?:csv|txt|tsv)(?:\.gz)?|parquet|pq|xlsx|zip)$", re.IGNORECASE)
_TURBINE = re.compile(
    r"(?:^|[^a-z])((?:wtg|wt|wea|t|g|turbine|unit)[ _\-]*0*\d+|0*\d+[ ]*호기)", re.IGNORECASE
)


def stem(path: Path) -> str:
    """The file's name without what says its format."""
    return without_format(path.name)


def without_format(name: str) -> str:
    """A path, as text, without what says the file's format."""
    return _SUFFIX.sub("", name)


def strip_period(name: str) -> str:
    """`name` without the dates or periods in it, and without the mark of a copy at its end.

    >>> strip_period("2A_scada_2019-01-01_2019-01-03_export"), strip_period("WT2019")
    ('2A_scada', 'WT2019')
    """
    marked = _RANGE.sub("", _PERIOD.sub(_MARK, _COPY.sub("", name)))
    return _AROUND.sub(_joint, _BEHIND.sub("", marked))


def _joint(period: re.Match[str]) -> str:
    is_at_an_end = period.start() == 0 or period.end() == len(period.string)
    before = period.group()[0]
    return "" if is_at_an_end else before if before in " _.-" else "_"


def turbine_number(name: str) -> str:
    """The last part of `name` that names a turbine by its number: wt1 for WT01; empty for none."""
    found = _TURBINE.findall(name)
    return re.sub(r"[ _\-]*0*(?=\d)", "", found[-1].lower(), count=1) if found else ""


def plain_name(name: str) -> str:
    """`name` as others of the same turbine may be spelt: WT1, wt1 and WT01 are alike."""
    return re.sub(r"(?<![\d.,])0+(?=\d)", "", " ".join(name.split()).casefold())


def folders(path: Path, root: Path) -> tuple[str, ...]:
    """Subfolders between `root` and the file, without periods such as 2021/04."""
    parts = path.relative_to(root).parts[:-1] if path != root else ()
    plain = [strip_period(part) for part in parts if not re.fullmatch(r"\d{1,2}", part)]
    return tuple(part for part in plain if part)


def below(path: Path, root: Path) -> str:
    """The whole path from `root` on."""
    return path.relative_to(root).as_posix() if path != root else path.name


def labels(path: Path, root: Path) -> set[str]:
    """What the user may call the file by."""
    name, parts = strip_period(stem(path)), folders(path, root)
    raw = path.relative_to(root).parts[:-1] if path != root else ()
    together = {"/".join((*parts, name)), "/".join(parts)} - {""}
    return {*parts, *raw, name, stem(path), path.name, below(path, root), *together}
