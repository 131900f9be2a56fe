"""TadGAN trained for a benchmark: no folder of it stays."""

import tempfile
from types import SimpleNamespace

from models.tadgan import scoring_model
from modules.preprocessing import encode_angles, feature_names
from modules.runs.run import create
from modules.tadgan import learning
from modules.training.graphs import graphs_released
from modules.windows.cut import cut


def trained_detector(tables, columns, settings, device):
    """Train on `tables`; return what `detect` takes, without a folder that stays."""
    series, starts = cut(tables, settings.seq_len)
    features, names = encode_angles(series, columns), feature_names(columns)
    with tempfile.TemporaryDirectory() as folder, graphs_released():
        run = create(folder)
        scaler, tadgan = learning.train(features, names, starts, settings, run, device)
    networks = tadgan.encoder, tadgan.generator, tadgan.critic_x
    model = scoring_model(*networks, name="scoring")
    return SimpleNamespace(model=model, scaler=scaler, columns=columns, settings=settings)
