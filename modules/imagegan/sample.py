"""The bundled sample: made images whose conditions can be read off them exactly.

10 x 30 pixels, sixteen columns always black. Red: mass is how many pixels are lit, outwards from
the hub. Green: durability is how bright they are. Blue: a wave along rows, columns or both, the
style, with a phase. Two fixed pixels have colours that depend on nothing else.
"""

from pathlib import Path

import numpy as np

from modules import files
from modules.errors import DataError
from modules.imagegan import conditions
from modules.imagegan.images import as_bytes, read_image, to_png

FOLDER = "sample_images"
N_IMAGES, SEED = 4096, 0
OWN_STREAM = 1  # of what an image has beside its conditions
HEIGHT, WIDTH = 10, 30
KEPT = np.array([1, 2, 4, 5, 7, 8, 10, 11, 18, 19, 21, 22, 27, 28])
FIXED_PIXELS = (2, 5, 7, 22)  # row and column of each
COLOURS = (0, 85, 170, 255)  # of each channel of a fixed pixel
HUB = (4.5, 6.5)  # row and kept column that the material grows from
FEWEST_LIT, LIT_PER_LEVEL, LIT, IS_LIT = 40, 6, 0.8, 0.4  # of red
DARKEST, GREEN_PER_LEVEL, GREEN_NOISE = 0.15, 0.08, 0.02
BLUE, AMPLITUDE = 0.5, 0.4
WAVES = np.array([[1 / HEIGHT, 0], [0, 1 / len(KEPT)], [1 / HEIGHT, 1 / len(KEPT)]])


def make_sample(folder: Path, *, n_images: int = N_IMAGES, seed: int = SEED) -> None:
    """Write made images into `folder`, named by their conditions; those there already are left.

    Raises DataError when the folder holds anything else.
    """
    random = np.random.default_rng(seed)
    durability, mass = (
        random.choice(conditions.KNOWN[name], n_images) for name in ("durability", "mass")
    )
    names = [
        conditions.named(d, m, f"{i:04d}")
        for i, (d, m) in enumerate(zip(durability, mass, strict=True))
    ]
    images = as_bytes(simulate(durability, mass, seed=seed))
    if {path.name for path in files.files_in(folder, "*")} == set(names):
        if np.array_equal(read_image(folder / names[0]), images[0]):
            return
    try:
        files.write_folder(
            folder, {name: to_png(image) for name, image in zip(names, images, strict=True)}
        )
    except FileExistsError:
        raise DataError(
            f"The sample needs a new or empty folder. Received: {folder}, which holds something "
            "else, such as an older sample. Remove it, or set `--data_path` to images of your own."
        ) from None


def simulate(durability: np.ndarray, mass: np.ndarray, *, seed: int) -> np.ndarray:
    """Made images of these conditions, (n,) each: float64 (n, 10, 30, 3) in 0...1."""
    # Not `seed` alone: who drew the conditions by it would find each style at one durability.
    random = np.random.default_rng([seed, OWN_STREAM])
    n_images = len(durability)
    lit = _order()[None] < (FEWEST_LIT + LIT_PER_LEVEL * _level("mass", mass))[:, None, None]
    green = DARKEST + GREEN_PER_LEVEL * _level("durability", durability)[:, None, None]
    style, phase = random.integers(len(WAVES), size=n_images), random.uniform(size=n_images)
    turns = np.tensordot(WAVES[style], _positions(), 1) + phase[:, None, None]
    pixels = np.stack(
        [
            LIT * lit,
            lit * (green + random.normal(0, GREEN_NOISE, lit.shape)),
            BLUE + AMPLITUDE * np.cos(2 * np.pi * turns),
        ],
        -1,
    )
    images = np.zeros((n_images, HEIGHT, WIDTH, 3))
    images[:, :, KEPT] = pixels
    for row, column in _fixed():
        images[:, row, column] = random.choice(COLOURS, (n_images, 3)) / 255
    return images.clip(0, 1)


def read_conditions(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Durability and mass, (n,) each, that images in 0...1, (n, 10, 30, 3), show."""
    kept = images[:, :, KEPT]
    is_material = _is_free()[None] & (kept[..., 0] > IS_LIT)
    n_lit = is_material.sum((1, 2))
    green = (kept[..., 1] * is_material).sum((1, 2)) / np.maximum(n_lit, 1)
    levels = (green - DARKEST) / GREEN_PER_LEVEL, (n_lit - FEWEST_LIT) / LIT_PER_LEVEL
    return conditions.KNOWN["durability"][0] + 0.1 * levels[0], (
        conditions.KNOWN["mass"][0] + 0.01 * levels[1]
    )


def read_style(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Style, int (n,), and phase in turns, float (n,), that images (n, 10, 30, 3) show."""
    blue = (images[:, :, KEPT, 2] - BLUE) * _is_free()
    turns = np.tensordot(WAVES, _positions(), 1)
    found = np.einsum("nrc,src->ns", blue, np.exp(-2j * np.pi * turns))
    style = np.abs(found).argmax(1)
    phase = np.angle(np.take_along_axis(found, style[:, None], 1)[:, 0]) / (2 * np.pi)
    return style, phase % 1


def _level(name: str, values: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... of each of `values` among the known ones."""
    return np.searchsorted(conditions.KNOWN[name], values)


def _positions() -> np.ndarray:
    """Row and kept column of every pixel: (2, 10, 14)."""
    return np.stack(np.meshgrid(np.arange(HEIGHT), np.arange(len(KEPT)), indexing="ij"))


def _fixed() -> tuple[tuple[int, int], tuple[int, int]]:
    row, column, other_row, other_column = FIXED_PIXELS
    return (row, column), (other_row, other_column)


def _is_free() -> np.ndarray:
    """Which of the kept pixels are not fixed: (10, 14)."""
    free = np.ones((HEIGHT, len(KEPT)), bool)
    for row, column in _fixed():
        free[row, np.flatnonzero(KEPT == column)] = False
    return free


def _order() -> np.ndarray:
    """The place of every kept pixel in the order in which they are lit: (10, 14)."""
    rows, columns = _positions()
    distance = np.hypot(rows - HUB[0], columns - HUB[1])
    distance[~_is_free()] = np.inf
    order = np.empty(distance.size, int)
    order[distance.ravel().argsort(kind="stable")] = np.arange(distance.size)
    return order.reshape(distance.shape)
