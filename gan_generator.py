"""Write what a finished run was trained for: `python gan_generator.py`, for the newest run.

TimeGAN writes synthetic records, a forecaster its forecasts. `--run TimeGan_Result/experiment_03`
names another run, `--length 52560` asks for one seamless series.
"""

import logging
import sys
from datetime import datetime

from modules import programs
from modules.command_line import read_settings
from settings import GeneratorSettings

log = logging.getLogger(__name__)


def main(argv=None):
    """Write a CSV into the working folder, by the family of the run. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: generate(read_settings(GeneratorSettings, arguments)))


def generate(settings):
    """Write what a run was trained for; return the CSV's path."""
    # Imported here, so that a wrong setting is refused before TensorFlow has loaded.
    from modules.runs import run as runs
    from modules.runs.trained import load_trained
    from modules.training.device import configure

    has_gpu = configure(settings.gpu_memory_limit)
    run = runs.find(settings.run, settings.result_dir)
    write = runs.of_family(run, WRITE)
    trained = load_trained(run, settings.model_path, settings.scale_path)
    return write(run, trained, settings, fast=not has_gpu)


def write_synthetic(run, trained, settings, *, fast):
    """Draw windows, or one series, from TimeGAN's synthetic model."""
    from modules.timegan import synthesis

    n_windows, n_steps = settings.n_windows, trained.seq_len
    if settings.length:
        n_windows, n_steps = 1, settings.length
    windows = synthesis.draw(trained, n_windows, n_steps, seed=settings.seed, fast=fast)
    table = synthesis.to_table(windows, trained.columns, freq=trained.freq, start=trained.start)
    path = write_csv("TimeGan", table)
    log.info("%d windows of %d rows from %s -> %s", n_windows, n_steps, run.folder, path)
    if settings.report != "none":
        from modules.report import page as report

        report.write_report(run, trained, windows, kind=settings.report)
    return path


def write_forecast(run, trained, settings, *, fast):
    """Forecast along the run's validation records and beyond them, with intervals."""
    from models.forecaster import Forecaster
    from modules.forecaster import examples as forecasting
    from modules.forecaster import picture as forecast_picture
    from modules.forecaster import table as forecast_table
    from modules.runs.storage import write_whole

    target = forecasting.find_target(trained.columns, trained.settings.target)
    column = trained.columns[target]
    model = Forecaster(trained.model, fast=fast)
    tracks = forecast_table.follow(model, trained, run.read_validation(), target, settings.length)
    errors = forecast_table.errors_by_lead(tracks)
    log.info("Validation errors of %s, by steps ahead:\n%s", column.name, errors.round(4))
    table = forecast_table.to_table(tracks, errors, column, trained.freq)
    picture = run.folder / "forecast.png"
    write_whole(picture, forecast_picture.draw(table, column))
    path = write_csv("Forecast", table)
    log.info("Forecasts of %s from %s -> %s, %s", column.name, run.folder, path, picture)
    return path


def write_csv(name, table):
    """Write `table` as `name`_YYYYmmdd_HHMMSS.csv into the working folder; return its path."""
    from modules.runs.spreadsheet import to_csv
    from modules.runs.storage import write_new

    return write_new(f"{name}_{datetime.now():%Y%m%d_%H%M%S}.csv", to_csv(table))


WRITE = {"timegan": write_synthetic, "forecaster": write_forecast}

if __name__ == "__main__":
    sys.exit(main())
