"""What is written in another language: one table for each, whose keys are our English texts."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from modules import files

TEXTS = Path(__file__).parent / "texts"
ENGLISH = "en"
PLACE = re.compile(r"\{(\w+)\}")  # where a text says a name or a number

Told = Callable[[str], str]


def told_in(language: str) -> Told:
    """What turns our English texts into `language`: those its table lacks stay English.

    A key of the table may hold places, `{value} of {name}`, that stand for any words; what stood
    there is put into the same places of its translation.
    """
    return str if language == ENGLISH else _Table(table_of(language))


@cache
def table_of(language: str) -> dict[str, str]:
    """English text -> text in `language`, of all parts of its file."""
    parts = tomllib.loads(files.read_bytes(TEXTS / f"{language}.toml").decode("utf-8"))
    return {english: text for part in parts.values() for english, text in part.items()}


class _Table:
    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        # Of two that fit, the one that says more of the text itself is meant.
        keys = sorted(filter(PLACE.search, texts), key=lambda key: -len(PLACE.sub("", key)))
        self._patterns = [(_pattern(key), texts[key]) for key in keys]

    def __call__(self, text: str) -> str:
        if text in self._texts:
            return self._texts[text]
        for pattern, translated in self._patterns:
            if found := pattern.fullmatch(text):
                words = {name: self(word) for name, word in found.groupdict().items()}
                return PLACE.sub(lambda place, words=words: words[place[1]], translated)  # type: ignore[misc]
        return text


def _pattern(key: str) -> re.Pattern[str]:
    """A key's places stand for any words, the fewest that fit."""
    parts = PLACE.split(key)  # text, name, text, name, ... text
    made = [f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)]
    return re.compile("".join(made), re.DOTALL)
