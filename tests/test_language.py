"""Texts in another language: found by their English, with what stands in their places."""

import pytest

from modules.language import PLACE, TEXTS, _Table, table_of, told_in

LANGUAGES = [path.stem for path in TEXTS.glob("*.toml")]


def test_english_is_as_it_is_written():
    assert told_in("en")("{n} runs") == "{n} runs"


def test_words_in_places_are_put_into_the_same_places_and_told_too():
    told = _Table({"good": "좋음", "{name} is {word}": "{word}: {name}", "as it is": "그대로"})
    assert told("dynamics is good") == "좋음: dynamics"
    assert told("{name} is {word}") == "{word}: {name}"
    assert told("as it is") == "그대로" and told("not known") == "not known"


def test_letters_that_mean_more_in_patterns_mean_themselves():
    told = _Table({"({n} %) a.b": "{n}"})
    assert told("(3.5 %) a.b") == "3.5" and told("(3.5 %) axb") == "(3.5 %) axb"


def test_of_two_texts_that_fit_the_one_with_more_words_of_its_own_is_taken():
    told = _Table({"{n} windows": "{n} 윈도우", "share; {n} windows": "비율; {n} 윈도우"})
    assert told("share; 9 windows") == "비율; 9 윈도우" and told("9 windows") == "9 윈도우"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_a_table_keeps_the_places_of_its_english(language):
    for english, text in table_of(language).items():
        assert set(PLACE.findall(english)) == set(PLACE.findall(text)), english
        assert text.strip(), english
