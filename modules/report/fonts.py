"""Fonts for names in any script: those at hand are found, and what none can draw is told."""

from collections.abc import Iterable
from functools import cache

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

PLAIN = "DejaVu Sans"  # matplotlib's own, always there
PREFERRED = ("Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic", "Noto Sans CJK KR")
PROBES = "가あ风"  # a letter of each script that `PLAIN` lacks and names of columns come in
HOLLOW = "Last Resort"  # fonts that have a box for every letter


@cache
def families() -> tuple[str, ...]:
    """The fonts to draw with: matplotlib's own, then for each script the first that has it."""
    found = [PLAIN]
    for probe in PROBES:
        if not any(probe in _letters(family) for family in found):
            found += [family for family in _installed() if probe in _letters(family)][:1]
    return tuple(found)


def drawable(text: str) -> bool:
    """Whether `families` have every letter of `text`, so that none becomes a box."""
    return all(any(letter in _letters(name) for name in families()) for letter in text)


def drawn_names(names: Iterable[str]) -> list[str]:
    """`names`, with `column 3` for the third where no font has its letters."""
    return [name if drawable(name) else f"column {i}" for i, name in enumerate(names, 1)]


def notice(names: Iterable[str]) -> str:
    """What to say of `names` that pictures cannot show; nothing where they show them all."""
    names = list(names)
    numbered = [
        f"{drawn} is {name}"
        for name, drawn in zip(names, drawn_names(names), strict=True)
        if name != drawn
    ]
    if not numbered:
        return ""
    return (
        f"No font here has all letters of the names. In pictures {', '.join(numbered)}. Install "
        "one that has them, such as NanumGothic."
    )


@cache
def _installed() -> dict[str, str]:
    """The path of each font by its name, the preferred ones first."""
    paths = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    others = sorted(name for name in paths if not name.startswith(HOLLOW))
    return {name: paths[name] for name in (*PREFERRED, *others) if name in paths}


@cache
def _letters(family: str) -> frozenset[str]:
    """Every letter that `family` has; none of a font that cannot be read."""
    try:
        return frozenset(map(chr, FT2Font(_installed()[family]).get_charmap()))
    except (RuntimeError, OSError):
        return frozenset()
