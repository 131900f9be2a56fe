"""Images out of a finished run: of one pair of conditions, or a sheet of all of them."""

import io
import itertools
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike
from pydantic import ValidationError

from modules import files
from modules.errors import DataError, SettingsError
from modules.imagegan import conditions
from modules.imagegan.images import as_bytes, made_folder, to_png
from modules.imagegan.inputs import conditions_of, latent, n_inputs
from modules.imagegan.layout import Layout
from modules.runs.run import MODEL, Run
from modules.runs.safe import load_model
from settings import GeneratorSettings, ImageGANSettings

PER_CALL = 256  # images; always as many are drawn, so that the first ones are the same at any count
MOST_IN_SHEET = 100
SHEET_COLUMNS = 5
INCHES = 11.0  # width of a sheet
SHEET, GRID = "contact_sheet.png", "grid.png"

log = logging.getLogger(__name__)


def draw(run: Run, trained: ImageGANSettings, settings: GeneratorSettings) -> Path:
    """Write images as `settings`, those of the generator, ask for; return the path written to.

    `trained`: the run's own settings. Raises SettingsError for conditions that there are not, and
    DataError for a run that cannot be used.
    """
    layout, model = load(run, trained, settings.model_path)
    colours = np.array([settings.strut1, settings.strut2], np.uint8)
    if settings.grid:
        return _draw_grid(layout, model, colours, trained, settings)
    asked = _asked("durability", settings.durability), _asked("mass", settings.mass)
    folder = _folder(settings)
    shown: list[np.ndarray] = []
    errors: list[float] = []
    for start in range(0, settings.num_gen_image, PER_CALL):
        n_images = min(PER_CALL, settings.num_gen_image - start)
        drawn = latent(_random(settings.seed, start), PER_CALL, trained)[:n_images]
        soft = generate(layout, model, drawn, asked, colours, trained)
        errors.append(np.abs(layout.colours(soft) - colours / 255.0).mean())
        images = layout.with_colours(as_bytes(soft), colours)
        for i, image in enumerate(images, start):
            name = conditions.named(*asked, *conditions.struts(colours), f"{i:04d}")
            files.write_new(folder / name, to_png(image))
        shown += list(images[: MOST_IN_SHEET - len(shown)])
    title = "durability {:g}, mass {:g}".format(*asked)
    sheet = files.write_new(folder / SHEET, contact_sheet(np.stack(shown), title))
    log.info("%d images of %s -> %s, %s", settings.num_gen_image, title, folder, sheet.name)
    log.info("The fixed pixels were off by %.4f of 1 before they were set", np.mean(errors))
    return folder


def load(
    run: Run, trained: ImageGANSettings, model_path: str | None = None
) -> tuple[Layout, keras.Model]:
    """The `Layout` and the generator of a run. Raises DataError for what is not of one training."""
    try:
        layout = Layout.model_validate(run.read_columns())
        layout.check()
    except (ValidationError, DataError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{run.model_folder} is damaged: {reason} Train again.") from None
    path = Path(model_path or run.model_folder / MODEL)
    model = load_model(path)
    if model.name != run.model_name:
        raise DataError(f"{path} is not of the run {run.folder}. Pass one `--run` folder.")
    sizes = ((None, n_inputs(trained)), (None, *layout.shape))
    if (model.input_shape, model.output_shape) != sizes:
        raise DataError(f"{run.model_folder} is damaged: the model is of other sizes. Train again.")
    return layout, model


def generate(
    layout: Layout,
    model: keras.Model,
    drawn: tf.Tensor,
    asked: Sequence[ArrayLike] | np.ndarray,
    colours: np.ndarray,
    trained: ImageGANSettings,
) -> np.ndarray:
    """Original images in 0...1 as the network makes them, float32 (n, height, width, 3).

    `drawn`: see `modules.imagegan.steps.latent`. `asked`: durability and mass, a number or (n,)
    each. `colours`: uint8 (2, 3) or (n, 2, 3).
    """
    n_images = len(drawn)
    durability, mass = (np.broadcast_to(value, n_images) for value in asked)
    shades = np.broadcast_to(colours, (n_images, 2, 3)).reshape(n_images, -1) / np.float32(255)
    given = conditions.standard(durability, mass)
    inputs = tf.concat([drawn, conditions_of(given, shades, trained)], -1)
    return layout.restore(model(inputs, training=False).numpy())


def _asked(name: str, value: float | None) -> float:
    if value is None:
        raise SettingsError(
            f"`{name}` must be given. Received: None. Set `--{name}`, or ask for `--grid`."
        )
    return conditions.known(name, value)


def _random(seed: int, start: int) -> tf.random.Generator:
    """The draws of the images from `start` on."""
    return tf.random.Generator.from_key_counter(seed, [start, 0], alg="philox")


def _folder(settings: GeneratorSettings) -> Path:
    """Make the folder to write to. Raises DataError where it cannot be."""
    place = Path(settings.output or files.ROOT)
    if not files.is_folder(place):
        raise DataError(f"Images need a folder. Received: {place}. Correct `--output`.")
    folder = Path(settings.gen_img_path or place / f"ImageGan_{datetime.now():%Y%m%d_%H%M%S}")
    return made_folder(folder, "gen_img_path")


def _draw_grid(
    layout: Layout,
    model: keras.Model,
    colours: np.ndarray,
    trained: ImageGANSettings,
    settings: GeneratorSettings,
) -> Path:
    """One image of every pair of conditions, of the same noise and code, with their names."""
    pairs = np.array(list(itertools.product(*conditions.KNOWN.values())))
    drawn = latent(_random(settings.seed, 0), PER_CALL, trained)[:1]
    drawn = np.repeat(drawn, len(pairs), 0)
    soft = generate(layout, model, drawn, pairs.T, colours, trained)
    images = layout.with_colours(as_bytes(soft), colours)
    folder = _folder(settings)
    path = files.write_new(folder / GRID, grid_sheet(images))
    log.info("A sheet of every durability with every mass -> %s", path)
    return path


def contact_sheet(images: np.ndarray, title: str) -> bytes:
    """A PNG, bytes, of uint8 images (n, H, W, 3) in rows of five."""
    n_rows = -(-len(images) // SHEET_COLUMNS)
    return _sheet(images, n_rows, SHEET_COLUMNS, title=title)


def grid_sheet(images: np.ndarray) -> bytes:
    """A PNG, bytes, of an image for every durability, from above, and mass, from the left."""
    rows = [f"{value:.1f}" for value in conditions.KNOWN["durability"]]
    columns = [f"{value:.2f}" for value in conditions.KNOWN["mass"]]
    return _sheet(images, len(rows), len(columns), labels=(rows, columns))


def _sheet(
    images: np.ndarray,
    n_rows: int,
    n_columns: int,
    *,
    title: str = "",
    labels: tuple[list[str], list[str]] | None = None,
) -> bytes:
    from matplotlib.figure import Figure

    height, width = images.shape[1:3]
    tiled = np.full((n_rows * (height + 1) + 1, n_columns * (width + 1) + 1, 3), 255, np.uint8)
    for i, image in enumerate(images):
        row, column = divmod(i, n_columns)
        top, left = row * (height + 1) + 1, column * (width + 1) + 1
        tiled[top : top + height, left : left + width] = image
    figure = Figure(figsize=(INCHES, INCHES * tiled.shape[0] / tiled.shape[1] + 1))
    panel = figure.subplots()
    panel.imshow(tiled, interpolation="nearest")
    panel.set_title(title)
    panel.set_xticks([])
    panel.set_yticks([])
    if labels:
        panel.set_ylabel("durability")
        panel.set_xlabel("mass")
        panel.set_yticks(np.arange(n_rows) * (height + 1) + height / 2, labels[0])
        panel.set_xticks(np.arange(n_columns) * (width + 1) + width / 2, labels[1])
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=150, bbox_inches="tight")
    return content.getvalue()
