"""Train a model on a site's records: edit settings.py, then type `python gan_train.py`.

Any setting can be given for one run: `python gan_train.py --data_path D --train_step 2000`.
"""

import logging
import sys

from modules import programs
from settings import FAMILIES, read_settings

log = logging.getLogger(__name__)


def main(argv=None):
    """Train the family named by the first word, `timegan` for none. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    family = arguments.pop(0) if arguments and arguments[0] in FAMILIES else "timegan"
    return programs.run(lambda: TRAIN[family](read_settings(FAMILIES[family], arguments)))


def train_timegan(settings):
    """Learn a site's series with TimeGAN and leave a run folder behind."""
    # Imported here, so that a wrong setting is refused before TensorFlow has loaded.
    import keras

    from modules import runs
    from modules.batches import Batches
    from modules.dataLoader import load
    from modules.device import configure_gpu
    from modules.location_module import clean
    from modules.preprocessing import SCALERS, encode_angles, feature_names
    from modules.trainer import Trainer
    from modules.utils import TimeGAN
    from modules.windows import cut

    settings = programs.with_sample(settings)
    site_data = clean(load(settings), settings)
    log.info("%s", site_data.report)
    if settings.check_only:
        return

    series, starts = cut(site_data.tables, settings.seq_len)
    features = encode_angles(series, site_data.columns)
    scaler = SCALERS[settings.scaler]().fit(features, feature_names(site_data.columns))

    has_gpu = configure_gpu(settings.gpu_memory_limit)
    run = runs.create(settings.result_dir)
    run.write_settings("timegan", settings)
    run.write_columns(site_data)
    programs.log_to(run.folder / "train.log")
    programs.log_header(settings, device="GPU" if has_gpu else "CPU")
    log.info(
        "%d windows of %d x %d -> %s", starts.size, settings.seq_len, features.shape[1], run.folder
    )

    keras.utils.set_random_seed(settings.seed)
    timegan = TimeGAN(settings, features.shape[1], fast=not has_gpu)
    batches = Batches(
        scaler.transform(features),
        starts,
        seq_len=settings.seq_len,
        batch_size=settings.batch_size,
        z_dim=timegan.z_dim,
        seed=settings.seed,
    )
    state = {"timegan": timegan, "random": batches.random}
    Trainer(timegan.phases(batches), state, run, settings).train()

    run.save_scaler(scaler)
    run.save_model(timegan.synthetic_model(run.model_name))
    log.info("Finished: %s. Next: python gan_generator.py --run %s", run.folder, run.folder)


TRAIN = {"timegan": train_timegan}

if __name__ == "__main__":
    sys.exit(main())
