"""The bundled sample in the place of records that nobody has put there yet."""

import logging
from pathlib import Path

from modules import files
from modules.errors import DataError

NO_DATA = "data"  # the path that settings.py ships with
FOLDER, LOCATION = "sample_data", "westsouth"

log = logging.getLogger(__name__)


def stand_in(data_path: str, location: str) -> str:
    """Return `data_path`, or the folder of the sample where nobody has put data yet.

    The sample stands in for the default path only: any other must exist. Raises
    DataError where `location` is not the sample's.
    """
    if data_path != NO_DATA or files.is_file(Path(NO_DATA)) or files.is_folder(Path(NO_DATA)):
        return data_path
    if location != LOCATION:
        raise DataError(
            f"There is no folder {NO_DATA!r}, and the bundled sample is in the format of "
            f"{LOCATION!r}. Received: location={location!r}. Set `--data_path`."
        )
    log.info(
        "No folder %r: training on the bundled sample instead, two simulated turbines over a "
        "year, in %r. Set `--data_path` to your own records.",
        NO_DATA,
        FOLDER,
    )
    from modules.records.sample import make_sample  # SciPy, which takes most of a second

    make_sample(Path(FOLDER))
    return FOLDER
