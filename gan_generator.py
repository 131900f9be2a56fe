"""Write a finished run's synthetic records: `python gan_generator.py`, for the newest run.

`--run TimeGan_Result/experiment_03` names another, `--length 52560` asks for one seamless series.
"""

import logging
import sys
from datetime import datetime
from pathlib import Path

from modules import programs
from settings import GeneratorSettings, read_settings

log = logging.getLogger(__name__)


def main(argv=None):
    """Write `TimeGan_YYYYmmdd_HHMMSS.csv` into the working folder. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: generate(read_settings(GeneratorSettings, arguments)))


def generate(settings):
    """Draw windows, or one series, from a run's synthetic model; return the CSV's path."""
    # Imported here, so that a wrong setting is refused before TensorFlow has loaded.
    from modules import report, runs, synthesis
    from modules.device import configure_gpu

    has_gpu = configure_gpu(settings.gpu_memory_limit)
    run = runs.find(settings.run, settings.result_dir)
    trained = runs.load_trained(run, settings.model_path, settings.scale_path)

    n_windows, n_steps = settings.n_windows, trained.seq_len
    if settings.length:
        n_windows, n_steps = 1, settings.length
    scaled = synthesis.sample(
        trained.model, n_windows, n_steps, seed=settings.seed, fast=not has_gpu
    )
    windows = synthesis.to_physical(scaled, trained.scaler, trained.columns)
    table = synthesis.to_table(windows, trained.columns, freq=trained.freq, start=trained.start)

    path = Path(f"TimeGan_{datetime.now():%Y%m%d_%H%M%S}.csv")
    runs.write_whole(path, table.to_csv(index=False).encode())
    log.info("%d windows of %d rows from %s -> %s", n_windows, n_steps, run.folder, path)
    if settings.report:
        report.write_report(run, windows, trained.columns)
    return path


if __name__ == "__main__":
    sys.exit(main())
