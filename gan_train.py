"""Train a model on a site's records: edit settings.py, then type `python gan_train.py`.

Any setting can be given for one run: `python gan_train.py --data_path D --train_step 2000`.
`python gan_train.py forecaster` trains another family.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from modules import programs
from modules.command_line import named_family, plug, read_settings
from settings import FAMILIES, TrainingSettings

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Train the family named by the first word, `timegan` for none. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)

    def program() -> None:
        name, options = named_family(arguments, FAMILIES)
        train(name, read_settings(FAMILIES[name], options))

    return programs.run(program)


def train(name: str, settings: TrainingSettings) -> Path | None:
    """Train the family `name` and leave a run folder behind; return it, None after a check."""
    from modules.runs.start import settle, start

    settings, resumed = settle(name, settings)
    family = plug(name)
    settings, data = family.read(settings)
    log.info("%s", data.report)
    settings, prepared = family.prepare(data, settings)
    if settings.check_only:
        return None

    from modules.training.setup import configure  # TensorFlow: nothing before takes it

    device = configure(settings.gpu_memory_limit, settings.device)
    with start(name, settings, data, resumed=resumed, device=device) as run:
        family.learn(prepared, settings, run, device)
        log.info("Finished: %s. Next: python gan_generator.py --run %s", run.folder, run.folder)
    return run.folder


if __name__ == "__main__":
    sys.exit(main())
