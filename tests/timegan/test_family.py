"""TimeGAN's four functions: what its report needs, and what a training outlives."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from modules.errors import DataError
from modules.report import page
from modules.runs.run import Run
from modules.runs.start import start
from modules.timegan import family, learning, reporting, synthesis
from settings import TimeGANSettings
from tests.logs import restored_logging
from tests.tiny import CPU, STEPS, tiny_site_data
from tests.wind_files import westsouth, write


@pytest.fixture
def begun(tmp_path):
    """A run as training leaves it, without its model, and the file of its records."""
    path = tmp_path / "input" / "numbers.csv"
    path.parent.mkdir()
    t = np.arange(300)
    pd.DataFrame({"a": 9 + np.sin(t / 7), "b": np.cos(t / 5)}).to_csv(path, index=False)
    settings = TimeGANSettings(
        result_dir=str(tmp_path / "runs"), data_path=str(path), location="generic", freq=None,
        seq_len=STEPS,
    )  # fmt: skip
    settings, site_data = family.read(settings)
    with restored_logging(), start("timegan", settings, site_data, resumed=None, device=CPU) as run:
        return run, site_data, path


def test_the_records_of_a_run_are_read_again(begun):
    run, site_data, _ = begun
    assert family.records_of(run).fingerprint() == site_data.fingerprint()


@pytest.mark.parametrize(("atoms", "values"), [(True, [0.0, 2500.0]), (False, [])])
def test_values_that_windows_are_drawn_to_are_learnt_from_the_records_if_asked_for(
    tmp_path, atoms, values
):
    table = westsouth(400)
    table.loc[:60, "ActivePower"] = 0.0
    table.loc[100:160, "ActivePower"] = 2500.0
    settings = TimeGANSettings(
        data_path=str(write(table, tmp_path / "WT01.csv")), location="westsouth", atoms=atoms,
        cleaning_rules=(), seq_len=STEPS,
    )  # fmt: skip
    _, site_data = family.read(settings)
    assert [atom.value for atom in site_data.columns[-1].atoms] == values


def test_gone_records_are_refused(begun):
    run, _, path = begun
    path.unlink()
    with pytest.raises(DataError, match=r"needs the records that .*experiment_01 was trained on"):
        family.records_of(run)


def test_changed_records_are_refused(begun):
    run, _, path = begun
    path.write_text(path.read_text(encoding="utf-8").replace("9.0", "9.5"), encoding="utf-8")
    with pytest.raises(DataError, match=r"records have changed since .*experiment_01 began"):
        family.records_of(run)


def test_the_mapping_is_fitted_to_the_windows_that_were_trained_on(monkeypatch):
    asked = []

    def fit(_model, _noise, _scaler, _columns, _features, starts, *_):
        asked.extend(starts)
        raise InterruptedError

    monkeypatch.setattr(learning, "train", lambda *_: (None, None, None))
    monkeypatch.setattr(learning, "fit_finish", fit)
    parts = np.arange(9), np.arange(12, 15)
    prepared = family.Prepared(tiny_site_data(), STEPS, ["Speed", "Power"], parts)
    run = SimpleNamespace(save_scaler=lambda _: None, model_name="synthetic")
    with pytest.raises(InterruptedError):
        family.learn(prepared, TimeGANSettings(quantile_mapping=True), run, CPU)
    assert asked == list(range(9))


def test_training_asked_for_no_report_writes_none(tmp_path):
    run = Run(tmp_path / "experiment_01")
    reporting.report_after_training(run, None, TimeGANSettings(report="none"), CPU)
    assert not list(tmp_path.iterdir())


def test_finished_training_is_none_the_worse_for_data_without_a_report(monkeypatch, caplog):
    class Drawn:
        def draw(self, *_, **__):
            return None

    def refuse(*_, **__):
        raise DataError("No window fits.")

    monkeypatch.setattr(synthesis, "load", lambda *_: Drawn())
    monkeypatch.setattr(page, "write_report", refuse)
    reporting.report_after_training(None, None, TimeGANSettings(), CPU)
    assert "No report: No window fits." in caplog.text


def test_records_that_have_moved_are_read_where_they_are_said_to_be(begun):
    run, site_data, path = begun
    moved = path.rename(path.parent.parent / path.name)
    with pytest.raises(DataError, match=r"If they have moved, pass `--data_path`\.$"):
        family.records_of(run)
    assert family.records_of(run, str(moved)).fingerprint() == site_data.fingerprint()


def test_the_best_weights_without_held_out_records_are_told_of(begun, monkeypatch, caplog):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("modules.timegan.learning.train", stop)
    run, site_data, _ = begun
    for share, said in ((0.1, False), (0.0, True)):
        caplog.clear()
        settings = TimeGANSettings(keep_best=True, heldout=share, seq_len=STEPS)
        _, prepared = family.prepare(site_data, settings)
        with pytest.raises(KeyboardInterrupt):
            family.learn(prepared, settings, run, CPU)
        assert ("`keep_best` without `heldout`" in caplog.text) is said


def test_windows_too_many_for_memory_are_refused_before_the_training(begun):
    run, site_data, _ = begun
    settings = TimeGANSettings(batch_size=10**12, seq_len=STEPS)
    _, prepared = family.prepare(site_data, settings)
    with pytest.raises(MemoryError, match="GiB"):
        family.learn(prepared, settings, run, CPU)
