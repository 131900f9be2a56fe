"""The fidelity report: one page, `report.html`, that holds synthetic records against the real ones.

Nothing on it comes from elsewhere: pictures are embedded, and lie in the run folder as PNG too.
"""

import base64
import logging
from pathlib import Path

import jinja2
import pandas as pd

from modules.errors import DataError
from modules.report import evidence as evidences
from modules.report import pictures, pictures_statistics, pictures_wind
from modules.report import scores as report_scores
from modules.runs.storage import write_whole
from modules.runs.trained import load_trained
from modules.timegan import synthesis
from settings import GeneratorSettings

log = logging.getLogger(__name__)

PAGE = "report.html"
FEWEST_EMBEDDED = 10  # windows a side that PCA and t-SNE tell something about
TEMPLATES = Path(__file__).parent / "templates"


def write_report(run, trained, synthetic, *, kind, site_data=None):
    """Write `report.html` and its pictures into the run folder; return the page's path.

    `trained`: the run's `Trained`. `synthetic`: float (n_windows, T, n_variables), physical units;
    a longer series is cut into the run's windows. `kind`: `quick`, or `full` with the scores that
    train judges. `site_data`: the records trained on; None reads them again.

    Raises DataError when they are gone or have changed.
    """
    site_data = site_data or evidences.real_records(run)
    evidence = evidences.gather(site_data, synthetic, trained.settings)
    scores, refusal = _scores(evidence, kind)
    page = _template().render(
        run=run.folder.name,
        kind=kind,
        evidence=evidence,
        freq=site_data.freq,
        time_zone=site_data.time_zone,
        scores=scores,
        refusal=refusal,
        pictures=draw_pictures(run.folder, evidence, site_data.freq),
        data=site_data.report,
        settings=run.read_settings(),
    )
    path = run.folder / PAGE
    write_whole(path, page.encode())
    log.info("%s report -> %s", kind.capitalize(), path)
    return path


def write_after_training(run, site_data, settings, *, fast):
    """Write the report that `settings.report` asks for, on 1440 windows of the finished model.

    A report that the data do not support is told in the log: the training is none the worse.
    """
    if settings.report == "none":
        return
    trained = load_trained(run)
    n_windows = GeneratorSettings.model_fields["n_windows"].default
    windows = synthesis.draw(trained, n_windows, trained.seq_len, seed=settings.seed, fast=fast)
    try:
        write_report(run, trained, windows, kind=settings.report, site_data=site_data)
    except DataError as error:
        log.warning("No report: %s", error)


def draw_pictures(folder, evidence, freq):
    """Draw the pictures that these data have into `folder`; return name -> path, in their order."""
    real, synthetic, columns = evidence.real, evidence.synthetic, evidence.columns
    scaled = evidence.scaled(real), evidence.scaled(synthetic)
    names = evidence.feature_names
    at = pictures.power_curve_columns(columns)
    paths = {}

    def place(name):
        paths[name] = folder / f"{name}.png"
        return paths[name]

    pictures.draw_comparison(real, synthetic, columns, place("comparison"))
    if at:
        pictures_wind.draw_power_curve(
            evidence.series, synthetic, columns, at, place("power_curve")
        )
    if any(column.kind == "angle" for column in columns):
        pictures_wind.draw_roses(real, synthetic, columns, place("directions"))
    pictures_statistics.draw_marginals(real, synthetic, columns, place("marginals"))
    step = f"steps of {freq}" if freq else "steps"
    pictures_statistics.draw_autocorrelations(*scaled, names, place("autocorrelations"), step=step)
    pictures_statistics.draw_correlations(*scaled, names, place("correlations"))
    if min(len(real), len(synthetic)) >= FEWEST_EMBEDDED:
        pictures_statistics.draw_embeddings(*scaled, place("embeddings"))
    losses = _losses(folder / "losses.csv")
    if losses is not None:
        pictures.draw_losses(losses, place("losses"))
    return paths


def _scores(evidence, kind):
    """Return (rows, why there are none)."""
    try:
        return report_scores.table(evidence, full=kind == "full"), ""
    except DataError as error:
        return [], str(error)


def _losses(path):
    """The table of losses.csv, or None where there is nothing in it."""
    try:
        losses = pd.read_csv(path)
    except (OSError, ValueError):
        return None
    return None if losses.empty else losses


def _template():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "embedded": _embedded}
    return environment.get_template(PAGE)


def _number(value):
    """Three significant digits, a dash for None."""
    return "–" if value is None else f"{value:.3g}"


def _embedded(path):
    """The PNG at `path` as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
