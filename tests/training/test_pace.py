"""How far work has come."""

import logging

from modules.training import pace


def test_parts_pass_and_lines_tell_what_is_left(monkeypatch, caplog):
    monkeypatch.setattr(pace.time, "monotonic", iter([0.0, 20.0, 25.0, 60.0]).__next__)
    with caplog.at_level(logging.INFO):
        parts = list(pace.counted([[1, 2], [3, 4], [5, 6]], 6, "windows"))
    assert parts == [[1, 2], [3, 4], [5, 6]]
    assert [record.getMessage() for record in caplog.records] == ["2 of 6 windows, 40 s left"]
