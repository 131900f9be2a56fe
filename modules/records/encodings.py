"""Telling the encoding of a text by what decodes to sense."""

import codecs
import re
from pathlib import Path

from modules.errors import DataError

UTF_8 = "utf-8-sig"
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, UTF_8),) + tuple(
    (mark, "utf-16") for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
)
SAMPLE = 1 << 16
COMMON_SHARE = 0.8

# Both bytes above A0 are the letters of daily use; below, whole cp949 has what nobody writes.
_COMMON_KOREAN = re.compile(rb"[\xa1-\xac\xb0-\xc8][\xa1-\xfe]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_TURKISH = re.compile(rb"[\xd0\xdd\xde\xf0\xfd\xfe]")  # where cp1254 and cp1252 differ
_NOT_TURKISH = re.compile(rb"[\xe1\xe6\xed\xf3\xfa]")
_SENSE = set("äöüÄÖÜßéèêëÉÈàâáãåÅÀÁæÆøØœçÇñÑíìîïÍÎóòôõÓúùûÚğĞıİşŞðÐýÝþÞ") | set(
    "°²³µ·±×÷§–—‘’“”…€½¼¾¹º\xa0Øσ‰"
)
# Words of wind records that cp1250 and cp1252 spell otherwise. Letters alone do not tell: those of
# Central Europe are, in cp1252, the ones of French, Italian and Danish.
_CENTRAL = re.compile(
    r"prędko|średni|największ|położeni|ciśnieni|wilgotność|(?<!\w)kąt(?!\w)|łopat|zewnętrzn|wewnętrzn|"
    r"větr|směr|průměr|otáč|napětí|měřen|natočení|rychlosť|rýchlosť|(?<!\w)čas(?!\w)|"
    r"hőmér|(?<!\w)idő|erősség|prosječn|največj|(?<!\w)moč(?!\w)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
LONGEST_WESTERN_RUN = 2


def decode(raw: bytes, path: Path) -> tuple[bytes, str]:
    """The text of `raw` in UTF-8 without a byte order mark, and the encoding it came in.

    UTF-8; UTF-16, also without its mark; else cp949 (Korean) where that gives letters in daily
    use, else cp1250 (Central Europe) where it gives words of wind records, else cp1254 (Turkish) or
    cp1252 (Western Europe) where those give letters and signs.

    Raises DataError for what is empty, binary, or makes no sense in any of them.
    """
    if not raw or raw.isspace():
        raise DataError(f"{path} is empty. Remove it or export it again.")
    encoding = _encoding(raw)
    if encoding is None:
        _refuse_binary(raw, path)
        raise DataError(
            f"{path} is text in none of UTF-8, UTF-16, cp949, cp1250, cp1252 and cp1254. "
            "Export it again as CSV in UTF-8."
        )
    if encoding == UTF_8:
        plain = raw.removeprefix(codecs.BOM_UTF8)
    else:
        plain = raw.decode(encoding).encode()
    if not plain or plain.isspace():
        raise DataError(f"{path} is empty. Remove it or export it again.")
    # Lines may end as on the first Macs.
    return plain if b"\n" in plain else plain.replace(b"\r", b"\n"), encoding


def _encoding(raw: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return encoding if _decodes(raw, encoding) else None
    if b"\0" in raw:
        return _without_mark(raw)
    if _decodes(raw, UTF_8):
        return UTF_8
    if _is_korean(raw):
        return "cp949"
    if _decodes(raw, "cp1250") and _CENTRAL.search(raw[:SAMPLE].decode("cp1250", "replace")):
        return "cp1250"
    western = "cp1252"
    if _TURKISH.search(raw) and not _NOT_TURKISH.search(raw):
        western = "cp1254"
    return western if _is_western(raw, western) else None


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        return "\0" not in raw.decode(encoding)
    except UnicodeDecodeError:
        return False


def _without_mark(raw: bytes) -> str | None:
    """UTF-16 by its NULs: digits, commas and ends of lines have one each, on the same side."""
    sample = raw[:SAMPLE]
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[::2]),) + (
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if high.count(0) > 0.3 * len(high) and not low.count(0) and _decodes(raw, encoding):
            return encoding
    return None


def _is_korean(raw: bytes) -> bool:
    if not _decodes(raw, "cp949"):
        return False
    runs = b" ".join(_BEYOND_ASCII.findall(raw))
    n_common = 2 * len(_COMMON_KOREAN.findall(runs))
    return n_common >= COMMON_SHARE * (len(runs) - runs.count(b" "))


def _is_western(raw: bytes, encoding: str) -> bool:
    """Whether letters and signs beyond ASCII stand among others, as they do west of Greece."""
    runs = _BEYOND_ASCII.findall(raw)
    if not _decodes(raw, encoding) or _CONTROL.search(raw[:SAMPLE].decode(encoding, "replace")):
        return False
    long = sum(len(run) > LONGEST_WESTERN_RUN for run in runs)
    letters = b"".join(runs).decode(encoding)
    n_known = sum(letter in _SENSE for letter in letters)
    return long <= (1 - COMMON_SHARE) * len(runs) and n_known >= COMMON_SHARE * len(letters)


def _refuse_binary(raw: bytes, path: Path) -> None:
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise DataError(
            f"{path} holds NUL bytes, first in line {line}: it is damaged or no text. "
            "Export it again as CSV in UTF-8."
        )
