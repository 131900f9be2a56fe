"""A long draw of random numbers, made piece by piece."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import tensorflow as tf

GROUP = 4  # numbers that Philox makes of one count


class LongDraw:
    """The next draw of a `tf.random.Generator`, of which each call hands out the next piece.

    It takes the generator's place. Together the pieces, all of one distribution, are what the
    generator would have drawn at once: Philox counts, and any count can be begun at.
    """

    def __init__(self, random: tf.random.Generator) -> None:
        self._random, self._start, self._n_drawn = random, random.state.numpy(), 0

    def uniform(self, shape: Sequence[int]) -> tf.Tensor:
        return self._next(self._random.uniform, shape)

    def normal(self, shape: Sequence[int]) -> tf.Tensor:
        return self._next(self._random.normal, shape)

    def _next(self, draw: Callable[[tuple[int]], tf.Tensor], shape: Sequence[int]) -> tf.Tensor:
        n_groups, n_before = divmod(self._n_drawn, GROUP)
        count, *rest = self._start
        self._random.reset([count + n_groups, *rest])
        n_values = math.prod(shape)
        self._n_drawn += n_values
        return tf.reshape(draw((n_before + n_values,))[n_before:], shape)


def drawn_in_pieces(
    draw: Callable[..., tf.Tensor], random: tf.random.Generator, lengths: Iterable[int], width: int
) -> Iterator[tf.Tensor]:
    """Yield one window of what `draw` makes of a generator and a shape: (1, length, width) each."""
    whole = LongDraw(random)
    yield from (draw(whole, (1, length, width)) for length in lengths)
