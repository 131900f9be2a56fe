"""What a run has no use for is refused, before anything of it is read."""

import importlib

import pytest

from modules.errors import SettingsError
from modules.runs.run import create
from modules.runs.unused import refuse_unused
from settings import FAMILIES, GeneratorSettings
from tests.tiny import CPU

WITHOUT = [family for family, kind in FAMILIES.items() if "condition" not in kind.model_fields]


def a_run(folder, family):
    run = create(folder)
    run.write_settings(family, FAMILIES[family]())
    return run


@pytest.mark.parametrize("name", ["turbine", "start", "given"])
@pytest.mark.parametrize("family", WITHOUT)
def test_conditions_are_refused_of_a_family_that_has_none(tmp_path, family, name):
    write = importlib.import_module(f"modules.{family}.family").write
    told = rf"`{name}` is for runs .* experiment_01 is one of {family}, .* Leave `--{name}` out"
    with pytest.raises(SettingsError, match=told):
        write(a_run(tmp_path, family), GeneratorSettings(**{name: "2024"}), CPU)


@pytest.mark.parametrize("family", WITHOUT)
def test_gaps_are_refused_of_a_family_that_has_none(tmp_path, family):
    write = importlib.import_module(f"modules.{family}.family").write
    told = rf"`with_gaps` is for runs of timegan, and experiment_01 is one of {family}\."
    with pytest.raises(SettingsError, match=told):
        write(a_run(tmp_path, family), GeneratorSettings(with_gaps=True), CPU)


def test_what_is_not_asked_for_is_no_reason(tmp_path):
    assert len(WITHOUT) == 3
    refuse_unused(GeneratorSettings(), a_run(tmp_path, WITHOUT[0]))
