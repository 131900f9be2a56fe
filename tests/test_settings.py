"""Settings: defaults, refusals, help, and the page of their tables."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

import settings
from modules.command_line import read_settings
from modules.errors import SettingsError
from modules.language import TEXTS, told_in
from settings import FAMILIES, GeneratorSettings, TimeGANSettings
from tests import shipped
from tests.shipped import shipped_text

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
CLASSES = (*FAMILIES.values(), GeneratorSettings)
EDITED = {
    "scaler": "robust",
    "sel_rnn": "GRU",
    "batchnorm": False,
    "hidden_dim": 5,
    "num_layers": 2,
    "train_step": 7,
    "gamma": 0.5,
    "beta": 0.25,
    "autoencoder_steps": 8,
    "supervised_steps": 9,
    "lr_decay": 0.25,
    "ema": 0.5,
    "noise": "normal",
    "correlation_weight": 0.5,
    "critic_weight": 0.75,
    "generator_updates": 3,
    "warm_up": 5,
    "standstill": True,
    "heldout": 0.2,
    "keep_best": True,
    "quantile_mapping": True,
    "atoms": True,
}
SHIPPED = {name: choice.value for name, choice in settings.PRESETS["document"].items()}
DOCUMENTED = {
    "data_path": "data",
    "gen_name": None,
    "location": "westsouth",
    "freq": "10T",
    "date_start": None,
    "date_end": None,
    "sel_rnn": "LSTM",
    "batchnorm": True,
    "hidden_dim": 64,
    "num_layers": 3,
    "seq_len": 24,
    "n_seq": None,
    "batch_size": 128,
    "train_step": 10000,
    "gamma": 0.85,
    "lr": 0.001,
    "beta": 0.9,
    "beta_2": 0.999,
}


def test_names_and_defaults_are_the_documents():
    defaults = TimeGANSettings().model_dump()
    assert {name: defaults[name] for name in DOCUMENTED} == DOCUMENTED
    generator = GeneratorSettings()
    assert (generator.model_path, generator.scale_path, generator.n_windows) == (None, None, 1440)


def test_a_preset_stands_in_for_settings_that_are_not_given():
    best = {name: choice.value for name, choice in settings.PRESETS["best"].items()}
    read = read_settings(TimeGANSettings, ["--preset", "best", "--seq_len", "12"])
    assert read.seq_len == 12
    chosen = read.model_dump()
    assert {name: chosen[name] for name in best} == best
    first = next(name for name, value in best.items() if value == "GRU")
    assert (
        getattr(read_settings(TimeGANSettings, ["--preset=best", f"--{first}=LSTM"]), first)
        == "LSTM"
    )


def edited_settings(tmp_path, **defaults):
    """`TimeGANSettings` of a copy of settings.py in which somebody has edited these defaults."""
    text = shipped_text()
    lines = text.splitlines(keepends=True)
    fields = next(
        node.body
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef) and node.name == "TimeGANSettings"
    )
    places = {
        field.target.id: field.value.args[0]
        for field in fields
        if isinstance(field, ast.AnnAssign) and field.value.args
    }
    for name, default in defaults.items():
        place = places[name]
        line = lines[place.lineno - 1]
        written = line[: place.col_offset] + repr(default) + line[place.end_col_offset :]
        lines[place.lineno - 1] = written
    path = tmp_path / "edited.py"
    path.write_text("".join(lines), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("edited", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TimeGANSettings


@pytest.mark.parametrize("preset", settings.PRESETS)
def test_a_preset_written_into_the_file_is_the_one_given(tmp_path, preset):
    written = read_settings(edited_settings(tmp_path, preset=preset), [])
    given = read_settings(TimeGANSettings, ["--preset", preset])
    assert written.model_dump() == given.model_dump()


@pytest.mark.parametrize("preset", settings.PRESETS)
def test_edited_defaults_count_before_a_preset_as_if_they_were_given(tmp_path, preset):
    assert EDITED.keys() == SHIPPED.keys()
    assert not [name for name, value in EDITED.items() if value == SHIPPED[name]]
    edited = read_settings(edited_settings(tmp_path, **EDITED, preset=preset), [])
    flags = {name for name, value in EDITED.items() if value is True}
    options = [f"--{name}" if name in flags else f"--{name}={EDITED[name]}" for name in EDITED]
    given = read_settings(TimeGANSettings, [f"--preset={preset}", *options])
    assert edited.model_dump() == given.model_dump()
    assert {name: given.model_dump()[name] for name in EDITED} == EDITED


@pytest.mark.parametrize("name", ["sel_rnn", "num_layers", "quantile_mapping"])
def test_one_edited_default_leaves_the_rest_to_the_preset(tmp_path, name):
    edited = edited_settings(tmp_path, **{name: EDITED[name]}, preset="best")
    given = read_settings(TimeGANSettings, ["--preset=best", f"--{name}={EDITED[name]}"])
    assert read_settings(edited, []).model_dump() == given.model_dump()


def test_the_document_preset_repeats_the_defaults():
    shipped = TimeGANSettings().model_dump()
    assert {name: shipped[name] for name in SHIPPED} == SHIPPED
    for preset in settings.PRESETS.values():
        assert set(preset) <= set(SHIPPED)
        assert all(choice.reason for choice in preset.values())


def test_the_defaults_are_the_papers_method_under_document_000s_settings():
    defaults = TimeGANSettings()
    assert (defaults.preset, defaults.noise, defaults.scaler) == ("document", "uniform", "minmax")
    for name in ("quantile_mapping", "atoms", "keep_best", "correlation_weight", "ema", "heldout"):
        assert not getattr(defaults, name), name


def test_a_setting_knows_where_its_value_comes_from(tmp_path):
    read = read_settings(edited_settings(tmp_path, gamma=0.5), ["--preset=best", "--seq_len=12"])
    expected = {"preset": "given", "seq_len": "given", "noise": "preset best"}
    assert {name: read.origins.get(name) for name in expected} == expected
    assert "lr" not in read.origins and "gamma" not in read.origins  # as they stand in the file
    completed = read.completed(data_path="sample_data", seq_len=12)
    assert completed.origins == read.origins | {"data_path": "from the data"}
    assert completed.data_path == "sample_data"


@pytest.mark.parametrize("name", ["result_dir", "log_dir", "model_dir"])
def test_document_000s_names_of_the_folder_of_runs_are_accepted(name):
    assert read_settings(TimeGANSettings, [f"--{name}", "mine"]).result_dir == "mine"
    assert read_settings(GeneratorSettings, [f"--{name}=mine"]).result_dir == "mine"


def test_a_setting_given_by_two_names_is_refused():
    with pytest.raises(SettingsError, match="`--log_dir` and `--model_dir` are names of one"):
        read_settings(TimeGANSettings, ["--log_dir", "a", "--model_dir", "b"])
    assert read_settings(TimeGANSettings, ["--lr", "0.1", "--lr", "0.2"]).lr == 0.2


def test_what_a_preset_turns_on_can_be_turned_off():
    assert not read_settings(TimeGANSettings, ["--preset", "best", "--no-keep_best"]).keep_best
    assert read_settings(TimeGANSettings, ["--keep_best"]).keep_best


def test_the_document_preset_is_the_default():
    read = read_settings(TimeGANSettings, ["--preset", "document"])
    assert read.model_dump() == TimeGANSettings().model_dump()


def test_a_setting_of_several_kinds_is_told_once():
    with pytest.raises(SettingsError) as refusal:
        read_settings(TimeGANSettings, ["--hidden_dim", "many"])
    assert str(refusal.value).startswith("`hidden_dim`: ") and "; or: " in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_page_of_settings_is_what_settings_print():
    page = PAGE.read_text(encoding="utf-8")
    assert page.endswith(settings.tables() + "\n"), "Put what `python settings.py` prints there"


def test_tables_hold_every_setting_and_none_twice():
    tables = settings.tables()
    assert set(re.findall(r"^\| `(\w+)`", tables, re.MULTILINE)) == {
        name for settings_class in CLASSES for name in settings_class.model_fields
    }
    for table in tables.split("| name |"):
        names = re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
        assert len(names) == len(set(names))


def test_a_default_that_a_family_changes_is_in_its_table():
    table = settings.settings_table(FAMILIES["forecaster"])
    assert "| `batch_size` | 32 |" in table and "| `data_path` |" not in table


@pytest.mark.parametrize("settings_class", CLASSES)
def test_every_setting_has_a_sentence(settings_class):
    for name, field in settings_class.model_fields.items():
        assert field.description and field.description.endswith("."), name


def test_command_line_overrides_a_default_and_leaves_the_rest():
    read = read_settings(TimeGANSettings, ["--train_step", "20", "--sel_rnn=GRU", "--lr", "0.01"])
    assert (read.train_step, read.sel_rnn, read.lr) == (20, "GRU", 0.01)
    assert read.model_dump(exclude={"train_step", "sel_rnn", "lr"}) == TimeGANSettings().model_dump(
        exclude={"train_step", "sel_rnn", "lr"}
    )


@pytest.mark.parametrize(("word", "value"), [("false", False), ("True", True), ("0", False)])
def test_batchnorm_takes_a_word(word, value):
    assert read_settings(TimeGANSettings, ["--batchnorm", word]).batchnorm is value


@pytest.mark.parametrize("name", ["atoms", "keep_best", "batchnorm", "check_only"])
def test_every_flag_takes_one_form(name):
    for words, value in ((["--{}"], True), (["--no-{}"], False), (["--{}", "false"], False)):
        words = [word.format(name) for word in words]
        assert getattr(read_settings(TimeGANSettings, words), name) is value
    assert getattr(read_settings(TimeGANSettings, [f"--{name}=True"]), name) is True


def test_flags_need_no_word():
    assert read_settings(TimeGANSettings, ["--check_only"]).check_only is True
    assert read_settings(TimeGANSettings, []).check_only is False


@pytest.mark.parametrize(
    ("arguments", "report"),
    [([], "none"), (["--report"], "quick"), (["--report", "full"], "full")],
)
def test_report_alone_is_the_quick_one(arguments, report):
    found = read_settings(GeneratorSettings, [*arguments, "--seed", "3"])
    assert (found.report, found.seed) == (report, 3)


@pytest.mark.parametrize(
    "arguments", [["--cleaning_rules", "range,stuck"], ["--cleaning_rules", '["range", "stuck"]']]
)
def test_several_rules_are_given_in_one_argument(arguments):
    assert read_settings(TimeGANSettings, arguments).cleaning_rules == ("range", "stuck")


def test_several_values_may_follow_each_other_as_words():
    words = ["--strut1", "0", "85", "255", "--grid", "--strut2", "1,2,3", "--report"]
    read = read_settings(GeneratorSettings, words)
    assert (read.strut1, read.strut2, read.grid, read.report) == (
        (0, 85, 255), (1, 2, 3), True, "quick",
    )  # fmt: skip
    rules = read_settings(TimeGANSettings, ["--cleaning_rules", "range", "stuck"]).cleaning_rules
    assert rules == ("range", "stuck")


@pytest.mark.parametrize(
    "words",
    [["0", "0"], ["0", "0", "256"], ["a", "b", "c"], ["0", "0", "0", "0"], ["-1", "0", "0"]],
)
def test_a_colour_that_is_none_is_refused(words):
    with pytest.raises(SettingsError, match="^`strut1`: [^\n]*$"):
        read_settings(GeneratorSettings, ["--strut1", *words])


@pytest.mark.parametrize("settings_class", CLASSES)
def test_unknown_setting_is_refused_by_name(settings_class):
    program = settings_class.model_config["cli_prog_name"]
    with pytest.raises(SettingsError, match=rf"--sequence_length.*See python {program} --help"):
        read_settings(settings_class, ["--sequence_length", "24"])
    with pytest.raises(ValidationError, match="sequence_length"):
        settings_class(sequence_length=24)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("seq_len", "1", "greater than or equal to 2"),
        ("hidden_dim", "0", "greater than 0"),
        ("train_step", "-1", "greater than 0"),
        ("lr", "0", "greater than 0"),
        ("lr", "1.5", "less than or equal to 1"),
        ("lr", "nan", "less than or equal to 1"),
        ("beta", "1", "less than 1"),
        ("beta_2", "-0.1", "greater than or equal to 0"),
        ("gamma", "-1", "greater than or equal to 0"),
        ("min_fraction", "1.1", "less than or equal to 1"),
        ("seed", "2147483648", "less than 2147483648"),
        ("sel_rnn", "RNN", "'LSTM' or 'GRU'"),
        ("scaler", "quantile", "'minmax', 'robust' or 'standard'"),
        ("freq", "ten minutes", "match pattern"),
        ("train_step", "many", "valid integer"),
        ("train_step", "2.5", "valid integer"),
        ("batchnorm", "maybe", "must be true or false"),
        ("gpu_memory_limit", "0", "greater than 0"),
        ("cleaning_rules", "tidy", "'duplicates', 'sentinel'"),
    ],
)
def test_value_out_of_range_or_of_wrong_type_is_refused(name, value, allowed):
    with pytest.raises(SettingsError) as refusal:
        read_settings(TimeGANSettings, [f"--{name}", value])
    message = str(refusal.value)
    assert f"`{name}" in message
    assert allowed in message
    assert f"Received: {value!r}" in message
    assert refusal.value.exit_code == 2


def test_a_copula_of_another_width_is_refused():
    with pytest.raises(SettingsError, match=r"`z_dim`: .*as wide as the features.*Received: '5'"):
        read_settings(TimeGANSettings, ["--z_dim", "5", "--noise", "copula"])
    read_settings(TimeGANSettings, ["--z_dim", "5", "--noise", "normal"])


def test_several_faults_stand_in_one_message():
    arguments = ["--seq_len", "1", "--sel_rnn", "RNN", "--beta", "2"]
    with pytest.raises(SettingsError) as refusal:
        read_settings(TimeGANSettings, arguments)
    lines = str(refusal.value).splitlines()
    assert [line.split("`")[1] for line in lines] == ["sel_rnn", "seq_len", "beta"]
    assert all("Received: " in line for line in lines)


def test_environment_variables_do_not_leak_in(monkeypatch):
    for name, value in {"SEED": "5", "location": "jeju", "LR": "wrong", "RUN": "x"}.items():
        monkeypatch.setenv(name, value)
    assert read_settings(TimeGANSettings, []).seed == 0
    assert read_settings(TimeGANSettings, []).model_dump() == TimeGANSettings().model_dump()
    assert read_settings(GeneratorSettings, []).run is None


def test_settings_cannot_be_changed_after_the_start():
    with pytest.raises(ValidationError, match="frozen"):
        TimeGANSettings().lr = 0.1


@pytest.mark.parametrize("settings_class", CLASSES)
def test_help_lists_every_setting_and_exits_with_0(settings_class, capsys):
    with pytest.raises(SystemExit) as stop:
        read_settings(settings_class, ["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert settings_class.model_config["cli_prog_name"] in shown
    assert all(f"--{name}" in shown for name in settings_class.model_fields)


def test_settings_survive_their_json():
    written = read_settings(
        TimeGANSettings, ["--z_dim", "5", "--noise", "normal"]
    ).model_dump_json()
    assert TimeGANSettings.model_validate_json(written).z_dim == 5


def test_edited_defaults_are_seen_as_shipped_by_the_tests(tmp_path, monkeypatch):
    expected = edited = shipped_text()
    for old, new in {
        '"document",\n        description=': '"best",\n        description=',
        "Field(10000, desc": "Field(7, desc",
        '"data",\n': '"my_records",\n',
        "seq_len: int = Field(24,": "seq_len: int = Field(144,",
        '"quick",\n': '"none",\n',
        '"GRU"] = Field("LSTM"': '"GRU"] = Field("GRU"',
        '("duplicates", "sentinel", "pitch", "range", "spike", "stuck", "negative_power"),': "(),",
    }.items():
        assert old in edited, old
        edited = edited.replace(old, new)
    (tmp_path / "settings.py").write_text(edited, encoding="utf-8")
    monkeypatch.setattr(shipped, "FILE", tmp_path / "settings.py")
    assert ast.dump(ast.parse(shipped_text())) == ast.dump(ast.parse(expected))


@pytest.mark.parametrize("settings_class", CLASSES)
def test_help_gives_each_setting_a_value_it_may_take(settings_class, capsys):
    with pytest.raises(SystemExit):
        read_settings(settings_class, ["--help"], FAMILIES)
    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in FAMILIES)
    examples = re.findall(r"^  --(\w+) ([^{\n]+)$", shown, re.MULTILINE)
    assert len(examples) > 5
    for name, example in examples:
        words = [f"--{name}", *example.split()]
        assert getattr(read_settings(settings_class, words), name) is not None, words
    for name, field in settings_class.model_fields.items():
        if field.default is None:
            assert re.search(rf"  --{name} .*\n(      .*\n)*      .*Default: None\n", shown), name


def test_settings_stand_in_groups_with_the_familys_own_first(capsys):
    with pytest.raises(SystemExit):
        read_settings(FAMILIES["forecaster"], ["-h"], FAMILIES)
    shown = capsys.readouterr().out
    order = ["gan_train.py forecaster", "--target", "--resume", "--location", "--seed"]
    assert sorted(order, key=shown.index) == order
    assert shown.count("--freq ") == 1


def test_a_setting_of_the_other_program_is_told_as_such():
    with pytest.raises(SettingsError, match="`model_path` is a setting of gan_generator.py"):
        read_settings(TimeGANSettings, ["--model_path", "x"], others=[GeneratorSettings])


def test_what_says_nothing_of_a_training_is_not_kept_with_it():
    given = read_settings(TimeGANSettings, ["--language", "ko"])
    assert given.language == "ko" and "language" not in given.model_dump()


def test_every_sentence_of_the_settings_is_told_in_korean():
    told = told_in("ko")
    asked = []
    settings.tables(lambda text: asked.append(text) or text)
    assert [text for text in asked if told(text) == text and not text.startswith("TimeGAN:")] == []


def test_the_table_of_a_language_has_no_sentence_that_nobody_says():
    asked = set()
    settings.tables(lambda text: asked.add(text) or text)
    parts = tomllib.loads((TEXTS / "ko.toml").read_text(encoding="utf-8"))
    assert set(parts["settings"]) | set(parts["presets"]) <= asked


def test_the_tables_are_printed_in_the_language_asked_for(capsys):
    settings.main(["--language", "ko"])
    assert "두 프로그램에 공통인 설정." in capsys.readouterr().out
    settings.main([])
    assert capsys.readouterr().out == settings.tables() + "\n"
