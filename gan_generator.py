"""Write what a finished run was trained for: `python gan_generator.py`, for the newest run.

TimeGAN writes synthetic records, a forecaster its forecasts. `--run TimeGan_Result/experiment_03`
names another run, `--length 52560` asks for one seamless series.
"""

import sys

from modules import programs
from modules.command_line import plug, read_settings
from settings import FAMILIES, GeneratorSettings


def main(argv=None):
    """Write the output of a run, by its family. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: generate(read_settings(GeneratorSettings, arguments)))


def generate(settings):
    """Write what a run was trained for; return its path."""
    from modules.runs.run import family_of, find

    run = find(settings.run, settings.result_dir)
    family = plug(family_of(run, FAMILIES))

    from modules.training.device import configure  # TensorFlow: nothing before takes it
    from modules.training.graphs import graphs_released

    device = configure(settings.gpu_memory_limit, settings.device)
    with graphs_released():
        return family.write(run, settings, device)


if __name__ == "__main__":
    sys.exit(main())
