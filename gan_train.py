"""Train a model on a site's records: edit settings.py, then type `python gan_train.py`.

Any setting can be given for one run: `python gan_train.py --data_path D --train_step 2000`.
"""

import logging
import sys

from modules import programs
from modules.command_line import read_settings
from settings import FAMILIES

log = logging.getLogger(__name__)


def main(argv=None):
    """Train the family named by the first word, `timegan` for none. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    family = arguments.pop(0) if arguments and arguments[0] in FAMILIES else "timegan"
    return programs.run(lambda: TRAIN[family](read_settings(FAMILIES[family], arguments)))


def train_timegan(settings):
    """Learn a site's series with TimeGAN and leave a run folder behind."""
    # Imported here, so that a wrong setting is refused before TensorFlow has loaded.
    from modules.preprocessing import encode_angles, feature_names
    from modules.report.page import write_after_training
    from modules.runs.storage import save_table
    from modules.timegan import quantiles
    from modules.timegan.copula import Copula
    from modules.timegan.learning import learn
    from modules.training.device import configure
    from modules.windows.cut import cut
    from modules.windows.splits import heldout_split

    settings, resumed = programs.settle("timegan", settings)
    site_data = programs.site_records(settings)
    if site_data is None:
        return
    if not settings.atoms:
        site_data = site_data.without_atoms()
    series, starts = cut(site_data.tables, settings.seq_len)
    features, names = encode_angles(series, site_data.columns), feature_names(site_data.columns)
    # Refused, if at all, before there is a run folder.
    parts = heldout_split(starts, settings.seq_len, share=settings.heldout, seed=settings.seed)

    has_gpu = configure(settings.gpu_memory_limit)
    run = programs.start_run("timegan", settings, site_data, resumed=resumed, has_gpu=has_gpu)
    scaler, timegan, noise = learn(features, names, parts, settings, run, has_gpu=has_gpu)
    run.save_scaler(scaler)
    if isinstance(noise, Copula):
        save_table(run, noise)
    model = timegan.synthetic_model(run.model_name)
    if settings.quantile_mapping:
        mapping = quantiles.learn(
            model, noise, scaler, features, parts[0], settings, fast=not has_gpu
        )
        save_table(run, mapping)
    run.save_model(model)
    write_after_training(run, site_data, settings, fast=not has_gpu)
    log.info("Finished: %s. Next: python gan_generator.py --run %s", run.folder, run.folder)


def train_forecaster(settings):
    """Learn to say what a site's target does next and leave a run folder behind."""
    import keras

    from models.forecaster import Forecaster
    from modules.forecaster import examples as forecasting
    from modules.trainer import Trainer
    from modules.training.device import configure

    settings, resumed = programs.settle("forecaster", settings)
    site_data = programs.site_records(settings)
    if site_data is None:
        return

    target = forecasting.find_target(site_data.columns, settings.target)
    name = site_data.columns[target].name
    settings = settings.model_copy(update={"target": name})
    scaler, training, validation, unseen = forecasting.prepare(site_data, target, settings)

    has_gpu = configure(settings.gpu_memory_limit)
    run = programs.start_run("forecaster", settings, site_data, resumed=resumed, has_gpu=has_gpu)
    log.info("Forecasting %s from %s -> %s", name, ", ".join(scaler.names_), run.folder)
    log.info(
        "%d windows to train on, %d to validate on", training.starts.size, validation.starts.size
    )

    keras.utils.set_random_seed(settings.seed)
    network = forecasting.build(settings, scaler, name, run.model_name)
    forecaster = Forecaster(network, fast=not has_gpu)
    optimizer = forecasting.build_optimizer(settings)
    phase, windows = forecasting.plan(forecaster, optimizer, training, validation, settings)
    state = {"forecaster": forecaster, "optimizer": optimizer, "windows": windows}
    Trainer(
        [phase],
        state,
        run,
        [(optimizer, settings.lr)],
        log_interval=settings.log_interval,
        checkpoint_interval=settings.checkpoint_interval,
        on_nan=settings.on_nan,
    ).train()

    val_mae, persistence_mae = forecasting.validate(forecaster, validation).values()
    log.info("Best val_mae %.4g; persistence on the same windows %.4g", val_mae, persistence_mae)
    run.save_validation(unseen)
    run.save_scaler(scaler)
    run.save_model(network)
    log.info("Finished: %s. Next: python gan_generator.py --run %s", run.folder, run.folder)


TRAIN = {"timegan": train_timegan, "forecaster": train_forecaster}

if __name__ == "__main__":
    sys.exit(main())
