"""A run folder whose tables somebody changed: usable, or refused."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.errors import DataError
from modules.runs import safe
from modules.timegan.layout import Clock, decoded, to_tables, within_limits
from tests.odd_files import QUIET, changed, edits, spoil
from tests.tiny import STEPS, finished_run, loaded

FILES = ["settings.json", "columns.json", "quantiles.json", "standstill.json", "copula.json"]
FILES += ["gaps.json"]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3000"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stranger")
    return finished_run(folder, noise="copula", quantile_mapping=True, standstill=True)


def try_json(run, name, monkeypatch, n_examples):
    """Changed contents of `name`; whatever is accepted must do for the generator."""
    path, tried = run.model_folder / name, []
    valid = json.loads(path.read_text())
    model = safe.load_model(run.model_folder / "model.keras")
    monkeypatch.setattr(
        "modules.runs.trained.load_model", lambda _path: model
    )  # which is not at fault
    whole = changed(valid).map(lambda content: json.dumps(content).encode())
    raw = st.tuples(st.just(json.dumps(valid).encode()), edits).map(lambda pair: spoil(*pair))

    @settings(max_examples=n_examples, **QUIET)
    @given(st.one_of(whole, whole, raw, st.just(b"[" * 100_000)))
    def attempt(content):
        path.write_bytes(content)
        try:
            synthesizer = loaded(run, with_gaps=True)
        except DataError as error:
            assert str(error).strip()
            tried.append(False)
            return
        trained = synthesizer.trained
        n_features = len(trained.scaler.names_)
        scaled = np.linspace(-1, 2, 2 * STEPS * n_features).reshape(2, STEPS, n_features)
        values = decoded(scaled, trained.scaler, trained.columns)
        for finish in (synthesizer.mapping, synthesizer.standstill):
            if finish is not None:
                values = finish(values)
                assert np.isfinite(values).all()
        windows = within_limits(values, trained.columns)
        (windows,) = synthesizer.gaps.blanked([windows], trained.written, 2, STEPS, seed=0)
        clock = Clock(trained.start, trained.freq) if trained.freq else None
        (table,) = to_tables([windows], trained.columns, clock, STEPS)
        assert len(table) == 2 * STEPS and 2 <= synthesizer.seq_len
        tried.append(True)

    before = path.read_bytes()
    try:
        attempt()
    finally:
        path.write_bytes(before)
    print(f"{name}: {len(tried)} inputs tried, {sum(tried)} accepted")
    return tried


@pytest.mark.whole
@pytest.mark.parametrize("name", FILES)
def test_a_changed_run_is_usable_or_refused(run, monkeypatch, name):
    assert len(try_json(run, name, monkeypatch, 100)) >= 90


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_thousands_of_changed_runs_are_usable_or_refused(run, monkeypatch, name):
    tried = try_json(run, name, monkeypatch, EXAMPLES)
    assert len(tried) >= 0.9 * EXAMPLES and any(tried) and not all(tried)
