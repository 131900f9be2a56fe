"""The sample is used where nobody has put data yet, and nowhere else."""

import logging

import pytest

from modules.errors import DataError
from modules.records import sample
from modules.records import stand_in as replacement


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty working folder, and the folders a sample is asked for."""
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(sample, "make_sample", asked.append)
    return tmp_path, asked


def test_sample_stands_in_for_the_default_folder_and_the_log_says_so(workspace, caplog):
    with caplog.at_level(logging.INFO):
        assert replacement.stand_in("data", "westsouth") == "sample_data"
    assert [str(folder) for folder in workspace[1]] == ["sample_data"]
    assert "training on the bundled sample" in caplog.text
    assert "--data_path" in caplog.text


def test_data_that_is_there_is_used(workspace):
    (workspace[0] / "data").mkdir()
    assert replacement.stand_in("data", "westsouth") == "data"
    assert workspace[1] == []


def test_a_path_somebody_typed_is_never_replaced(workspace):
    assert replacement.stand_in("mine", "westsouth") == "mine"
    assert workspace[1] == []


def test_sample_is_no_data_of_another_site(workspace):
    with pytest.raises(DataError, match="format of 'westsouth'. Received: location='jeju'"):
        replacement.stand_in("data", "jeju")
    assert workspace[1] == []
