"""Write what a finished run was trained for: `python gan_generator.py`, for the newest run.

TimeGAN writes synthetic records, a forecaster its forecasts. `--run TimeGan_Result/experiment_03`
names another run, `--length 52560` asks for one seamless series. From Python: `generate`, see
docs/notebook.md.
"""

import signal
import sys

if __name__ == "__main__":  # Ctrl-C while Python still reads modules ends it without a word
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import programs
from modules.own_settings import own_settings

if TYPE_CHECKING:
    from settings import GeneratorSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Write the output of a run, by its family. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: _generate_by_words(arguments))


def generate(**values: Any) -> Path:
    """Write what a run was trained for; return its path.

    `values`: settings by their names, as in `generate(run=run, n_windows=100)`; settings.py gives
    the rest.

    Reads no command line, sets up no logging, and works from any folder. Raises SettingsError and
    DataError for what cannot be used, RunError for what cannot be written (modules/errors.py).
    """
    with own_settings() as ours:
        from modules.command_line import build_settings

        settings = build_settings(ours.GeneratorSettings, values)
        return _generate(settings, ours.FAMILIES).absolute()


def _generate_by_words(arguments: list[str]) -> None:
    with own_settings() as ours:
        from modules.command_line import read_settings

        settings = read_settings(ours.GeneratorSettings, arguments, others=[ours.TimeGANSettings])
        _generate(settings, ours.FAMILIES)


def _generate(settings: "GeneratorSettings", families: dict[str, Any]) -> Path:
    from modules.buckets import is_url, mirrored

    if settings.run and is_url(settings.run):
        result_dir, _, name = settings.run.rstrip("/").rpartition("/")
        settings = settings.completed(result_dir=result_dir, run=name)
    with mirrored(settings.result_dir):
        return _generate_here(settings, families)


def _generate_here(settings: "GeneratorSettings", families: dict[str, Any]) -> Path:
    from modules.command_line import plug
    from modules.runs.find import family_of, find, folder_of
    from modules.runs.output import check_place
    from modules.training.graphs import graphs_released
    from modules.training.memory import named_where_short
    from modules.training.quiet import starting

    check_place(settings.output, settings.format)
    folder = settings.run
    for name in ("model_path", "scale_path"):
        if folder is None and (path := getattr(settings, name)):
            folder = folder_of(path, name)
    run = find(folder, settings.result_dir)
    with named_where_short(settings):
        family = plug(family_of(run, families))
        from modules.report.index import listed

        with starting():
            from modules.training.setup import configure  # TensorFlow: nothing before takes it

            device = configure(settings.gpu_memory_limit, settings.device)
        with graphs_released(), listed(run, settings.language):
            return family.write(run, settings, device)


if __name__ == "__main__":
    sys.exit(main())
