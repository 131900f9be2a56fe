"""Write what a finished run was trained for: `python gan_generator.py`, for the newest run.

TimeGAN writes synthetic records, a forecaster its forecasts. `--run TimeGan_Result/experiment_03`
names another run, `--length 52560` asks for one seamless series.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from modules import programs
from modules.command_line import plug, read_settings
from settings import FAMILIES, GeneratorSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Write the output of a run, by its family. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: generate(read_settings(GeneratorSettings, arguments)))


def generate(settings: GeneratorSettings) -> Path:
    """Write what a run was trained for; return its path."""
    from modules.runs.find import family_of, find, folder_of
    from modules.runs.spreadsheet import check_place

    check_place(settings.output)
    folder = settings.run
    for name in ("model_path", "scale_path"):
        if folder is None and (path := getattr(settings, name)):
            folder = folder_of(path, name)
    run = find(folder, settings.result_dir)
    family = plug(family_of(run, FAMILIES))

    from modules.training.graphs import graphs_released
    from modules.training.setup import configure  # TensorFlow: nothing before takes it

    device = configure(settings.gpu_memory_limit, settings.device)
    with graphs_released():
        return family.write(run, settings, device)


if __name__ == "__main__":
    sys.exit(main())
