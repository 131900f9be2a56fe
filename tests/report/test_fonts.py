"""Names that no font can draw are told, never drawn as boxes."""

import pytest

from modules.report import drawing, fonts
from tests.tiny import tiny_columns


@pytest.fixture
def latin_only(monkeypatch):
    monkeypatch.setattr(fonts, "families", lambda: (fonts.PLAIN,))


def test_matplotlibs_own_font_is_the_first():
    assert fonts.families()[0] == fonts.PLAIN
    assert fonts.drawable("Wind speed [m/s] °C äß")
    assert not any(family.startswith(fonts.HOLLOW) for family in fonts.families())


def test_names_without_a_font_are_numbered_and_the_notice_says_which(latin_only):
    names = ["Ws", "풍속", "P"]
    assert fonts.drawn_names(names) == ["Ws", "column 2", "P"]
    assert "column 2 is 풍속" in fonts.notice(names) and "NanumGothic" in fonts.notice(names)
    assert fonts.notice(["Ws"]) == ""


def test_columns_are_renamed_for_pictures_alone(latin_only):
    columns = [column.model_copy(update={"name": "풍속"}) for column in tiny_columns()]
    assert [c.name for c in drawing.in_known_letters(columns)] == ["column 1", "column 2"]
    assert columns[0].name == "풍속"


def test_a_font_that_has_the_letters_is_found(monkeypatch):
    letters = {fonts.PLAIN: frozenset("ab"), "Hangul": frozenset("가나"), "Other": frozenset("가")}
    monkeypatch.setattr(fonts, "_letters", lambda family: letters.get(family, frozenset()))
    monkeypatch.setattr(fonts, "_installed", lambda: dict.fromkeys(letters, ""))
    monkeypatch.setattr(fonts, "PROBES", "가")
    fonts.families.cache_clear()
    assert fonts.families() == (fonts.PLAIN, "Hangul")
    assert fonts.drawable("a나")
    fonts.families.cache_clear()
