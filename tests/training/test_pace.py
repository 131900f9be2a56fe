"""How far work has come."""

import logging
import threading

import pytest

from modules.training import pace


def test_parts_pass_and_lines_tell_what_is_left(monkeypatch, caplog):
    monkeypatch.setattr(pace.time, "monotonic", iter([0.0, 20.0, 25.0, 60.0]).__next__)
    with caplog.at_level(logging.INFO):
        parts = list(pace.counted([[1, 2], [3, 4], [5, 6]], 6, "windows"))
    assert parts == [[1, 2], [3, 4], [5, 6]]
    assert [record.getMessage() for record in caplog.records] == ["2 of 6 windows, 40 s left"]


def test_parts_count_by_their_size(monkeypatch, caplog):
    monkeypatch.setattr(pace.time, "monotonic", iter([0.0, 20.0, 60.0]).__next__)
    with caplog.at_level(logging.INFO):
        list(pace.counted([2, 1], 3, "rows", size=lambda part: part))
    assert [record.getMessage() for record in caplog.records] == ["2 of 3 rows, 10 s left"]


def test_the_next_part_is_made_while_one_is_used():
    begun, used = [threading.Event() for _ in range(3)], []

    def parts():
        for i, event in enumerate(begun):
            event.set()
            yield [i]

    for part in pace.ahead(parts()):
        used += part
        assert begun[min(part[0] + 1, 2)].wait(10)
    assert used == [0, 1, 2]


def test_a_fault_in_making_a_part_is_raised_where_it_is_awaited():
    def parts():
        yield [0]
        raise ValueError("no more")

    made = pace.ahead(parts())
    assert next(made) == [0]
    with pytest.raises(ValueError, match="no more"):
        next(made)
