"""Where in an image the network's pixels lie: the columns kept, the two fixed pixels."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, PositiveInt

from modules.errors import DataError

CHANNELS = 3


class Layout(BaseModel):
    """Rows and columns of an original image, which columns are kept, and the fixed pixels in it.

    `fixed_pixels`: row and column of each of the two. `shades`: how networks are told of their
    colours; those of a run that does not say so were told otherwise, and draw something else.
    """

    height: PositiveInt
    width: PositiveInt
    kept: tuple[int, ...]
    fixed_pixels: tuple[tuple[int, int], tuple[int, int]]
    shades: Literal["logit"]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an image as the networks have it."""
        return self.height, len(self.kept), CHANNELS

    @property
    def places(self) -> list[tuple[int, int]]:
        """The fixed pixels in an image as the networks have it."""
        return [(row, self.kept.index(column)) for row, column in self.fixed_pixels]

    def drop(self, images: np.ndarray) -> np.ndarray:
        """(n, height, width, 3) -> (n, height, columns kept, 3)."""
        return images[:, :, list(self.kept)]

    def restore(self, images: np.ndarray) -> np.ndarray:
        """Undo `drop`: what was dropped is black."""
        whole = np.zeros((len(images), self.height, self.width, CHANNELS), images.dtype)
        whole[:, :, list(self.kept)] = images
        return whole

    def colours(self, images: np.ndarray) -> np.ndarray:
        """Of the fixed pixels of original images: (n, 2, 3)."""
        return np.stack([images[:, row, column] for row, column in self.fixed_pixels], 1)

    def with_colours(self, images: np.ndarray, colours: ArrayLike) -> np.ndarray:
        """The original `images` with fixed pixels of these colours, (2, 3) or (n, 2, 3)."""
        images, colours = images.copy(), np.broadcast_to(colours, (len(images), 2, CHANNELS))
        for i, (row, column) in enumerate(self.fixed_pixels):
            images[:, row, column] = colours[:, i]
        return images

    def check(self) -> None:
        """Raise DataError unless the columns are in the image and the fixed pixels among them."""
        columns = list(self.kept)
        if not columns or columns != sorted(set(columns) & set(range(self.width))):
            raise DataError("The columns kept must be some of the image's, each once, in order.")
        (first, second), rows = self.fixed_pixels, range(self.height)
        inside = [row in rows and column in columns for row, column in self.fixed_pixels]
        if not all(inside) or first == second:
            raise DataError(
                f"`fixed_pixels` must be two pixels of rows 0 to {self.height - 1} and of the "
                f"columns {', '.join(map(str, columns))}. Received: {first} and {second}. "
                "Correct `--fixed_pixels`."
            )


def lay_out(images: np.ndarray, fixed_pixels: tuple[int, ...], *, drops: bool) -> Layout:
    """The `Layout` of uint8 images (n, H, W, 3); `drops` leaves out columns that are always black.

    Raises DataError for fixed pixels outside of it.
    """
    is_lit = images.any((0, 1, 3))
    if not is_lit.any():
        raise DataError("All images are black: there is nothing to learn. Set `--data_path`.")
    height, width = images.shape[1:3]
    kept = np.flatnonzero(is_lit) if drops else np.arange(width)
    row, column, other_row, other_column = fixed_pixels
    layout = Layout(
        height=height,
        width=width,
        kept=tuple(kept.tolist()),
        fixed_pixels=((row, column), (other_row, other_column)),
        shades="logit",
    )
    layout.check()
    return layout
