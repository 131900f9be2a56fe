"""The evidence beside a run: synthetic records held against the real ones they were learnt from."""

import logging

import numpy as np

from modules.dataLoader import load
from modules.errors import DataError
from modules.location_module import clean
from modules.pictures import draw_comparison
from modules.runs import saved_settings
from modules.windows import cut
from settings import TimeGANSettings

log = logging.getLogger(__name__)


def write_report(run, synthetic, columns):
    """Draw `comparison.png` into the run folder.

    `synthetic`: float (n_windows, T, n_variables), physical units. The real records are read again
    from where the training found them. Raises DataError when they are gone or have changed.
    """
    real = real_windows(run, columns, n_windows=len(synthetic))
    path = run.folder / "comparison.png"
    draw_comparison(real, synthetic, columns, path)
    log.info("%d real beside %d synthetic windows -> %s", len(real), len(synthetic), path)


def real_windows(run, columns, *, n_windows):
    """Return at most `n_windows` of the training windows, evenly spaced over all of them.

    float64 (n, seq_len, n_variables), physical units.
    """
    settings = saved_settings(run, TimeGANSettings)
    site_data = clean(load(settings), settings)
    if [c.name for c in site_data.columns] != [c.name for c in columns]:
        raise DataError(
            f"{settings.data_path} no longer holds the columns the run was trained on: "
            f"{', '.join(column.name for column in columns)}. Restore the files, or train again."
        )
    series, starts = cut(site_data.tables, settings.seq_len)
    chosen = starts[np.linspace(0, len(starts) - 1, min(n_windows, len(starts))).astype(int)]
    return series[chosen[:, None] + np.arange(settings.seq_len)]
