"""Rows among the records that are none: the header again, totals, notes at the end."""

import re

from modules.records.preamble import Layout

MOST_TOTALS = 0.2  # of the rows; more of them are readings by the name of a statistic
LONGEST_FOOT = 10  # lines
_KINDS = (
    r"totals?|sum|sums|average|averages|avg|mean|minimum|min|maximum|max|median|count|std|stdev|"
    r"summe|gesamt|mittelwert|durchschnitt|somme|moyenne|toplam|ortalama|promedio|"
    r"합계|총계|소계|총합|평균|최대|최소|최댓값|최솟값"
)
_TOTAL = re.compile(
    r"^[ \t,;\"']*(?:(?:grand|sub|daily|monthly|weekly|yearly)[ \-]?)?"
    rf"(?:{_KINDS})[\"']?[ :]*(?=[,;\t\r\n]|\Z)[^\r\n]*".encode(),
    re.IGNORECASE | re.MULTILINE,
)
_NOTE = re.compile(r"#.*|[^\W\d][^,;\t]*\s[^,;\t]*[,;\t]*")


def without_extra_rows(text: bytes, layout: Layout) -> tuple[bytes, tuple[str, ...]]:
    """(`text` with empty lines for what is no record, what was left out).

    That are lines that stand above the records once more, totals and the like, and text behind
    the last of them. Lines keep their numbers.
    """
    head, body = text[: layout.start], text[layout.start :]
    body, n_headers = _without_headers(head, body)
    body, n_totals = _without_totals(body)
    body, foot = _without_foot(body, len(layout.names))
    notes = (
        (n_headers, f"lines of the header that come again are left out: {n_headers}"),
        (n_totals, f"rows of totals, averages or the like are left out: {n_totals}"),
        (len(foot), f"text below the records is left out: {' / '.join(foot)[:80]!r}"),
    )
    return head + body, tuple(note for count, note in notes if count)


def _without_headers(head: bytes, body: bytes) -> tuple[bytes, int]:
    n_all = 0
    for line in {line.strip(b"\r") for line in head.split(b"\n")}:
        if len(line.strip()) > 1 and b"\n" + line in b"\n" + body:
            again = re.compile(rb"^" + re.escape(line) + rb"(?=\r?$)", re.MULTILINE)
            body, count = again.subn(b"", body)
            n_all += count
    return body, n_all


def _without_totals(body: bytes) -> tuple[bytes, int]:
    without, count = _TOTAL.subn(b"", body)
    return (without, count) if 0 < count <= MOST_TOTALS * body.count(b"\n") else (body, 0)


def _without_foot(body: bytes, n_columns: int) -> tuple[bytes, list[str]]:
    foot: list[str] = []
    lines = body.rstrip().rsplit(b"\n", LONGEST_FOOT)
    while n_columns > 1 and len(lines) > 1:
        last = lines[-1].decode(errors="replace").strip().strip('"')
        if last and not _NOTE.fullmatch(last):
            break
        foot = [last, *foot] if last else foot
        del lines[-1]
    return (b"\n".join(lines) + b"\n", foot) if foot else (body, [])
