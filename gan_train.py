"""Train a model on a site's records: edit settings.py, then type `python gan_train.py`.

Any setting can be given for one run: `python gan_train.py --data_path D --train_step 2000`.
`python gan_train.py forecaster` trains another family. From Python: `train`, see docs/notebook.md.
"""

import signal
import sys

if __name__ == "__main__":  # Ctrl-C while Python still reads modules ends it without a word
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import programs
from modules.own_settings import own_settings

if TYPE_CHECKING:
    from settings import TrainingSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Train the family named by the first word, `timegan` for none. Returns the exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    return programs.run(lambda: _train_by_words(arguments))


def train(family: str = "timegan", **values: Any) -> Path | None:
    """Train `family` and leave a run folder behind; return it, None after `check_only=True`.

    `values`: settings by their names, as in `train(data_path="my_records", train_step=2000)`;
    settings.py gives the rest.

    Reads no command line, sets up no logging, and works from any folder. Raises SettingsError and
    DataError for what cannot be used, RunError where a training fails (modules/errors.py).
    """
    with own_settings() as ours:
        from modules.command_line import build_settings, known_family

        run = _train(family, build_settings(known_family(family, ours.FAMILIES), values))
        return run.absolute() if run else None


def _train_by_words(arguments: list[str]) -> None:
    with own_settings() as ours:
        from modules.command_line import named_family, read_settings

        name, options = named_family(arguments, ours.FAMILIES)
        kind, others = ours.FAMILIES[name], [ours.GeneratorSettings]
        _train(name, read_settings(kind, options, ours.FAMILIES, others))


def _train(name: str, settings: "TrainingSettings") -> Path | None:
    from modules.buckets import mirrored

    with mirrored(settings.result_dir):
        return _train_here(name, settings)


def _train_here(name: str, settings: "TrainingSettings") -> Path | None:
    from modules.buckets import spelt
    from modules.command_line import plug
    from modules.runs.start import log, settle, start
    from modules.runs.workers import writing_apart
    from modules.training.memory import named_where_short
    from modules.training.quiet import starting

    settings, resumed = settle(name, settings)
    with writing_apart(settings, resumed) as (settings, resumed), named_where_short(settings):
        family = plug(name)
        settings, data = family.read(settings)
        log.info("%s", data.report)
        settings, prepared = family.prepare(data, settings)
        if settings.check_only:
            if resumed is not None:
                resumed.check_same_data(data)
            return None

        from modules.report.index import listed

        with starting():
            from modules.training.setup import configure  # TensorFlow: nothing before takes it

            strategy = getattr(settings, "strategy", "none")  # a family may have none
            device = configure(settings.gpu_memory_limit, settings.device, strategy)
        with (
            start(name, settings, data, resumed=resumed, device=device) as run,
            listed(run, settings.language),
        ):
            family.learn(prepared, settings, run, device)
            done = spelt(run.folder)
            log.info("Finished: %s. Next: python gan_generator.py --run %s", done, done)
    return run.folder


if __name__ == "__main__":
    sys.exit(main())
