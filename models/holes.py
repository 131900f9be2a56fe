"""Windows looked at through the holes of others, so that a hole tells nobody which are real.

What a model makes goes through the same measurement as the records before it is judged (AmbientGAN,
Bora, Price and Dimakis, ICLR 2018).
"""

import tensorflow as tf


def bridged(windows: tf.Tensor, recorded: tf.Tensor) -> tf.Tensor:
    """`windows` (B, T, F) with a bridge in place of every cell that is not `recorded`, (B, T, F).

    `recorded` is 1 or 0. A bridge is the straight line between the window's own recorded cells
    before and after; at an end it is as high as the one there is, and 0 where a column has none.
    What lay in a hole does not matter, and gets no gradient.
    """
    is_there = recorded > 0
    steps = tf.zeros_like(windows) + tf.range(windows.shape[1], dtype=windows.dtype)[:, None]
    before, begin, has_before = _carried(windows, steps, is_there)
    backwards = _carried(*(tf.reverse(x, [1]) for x in (windows, steps, is_there)))
    after, end, has_after = (tf.reverse(x, [1]) for x in backwards)
    share = tf.math.divide_no_nan(steps - begin, end - begin)
    line = before + share * (after - before)
    return tf.where(has_before & has_after, line, tf.where(has_before, before, after))


def _carried(
    windows: tf.Tensor, steps: tf.Tensor, is_there: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """The last cells that are there, up to each, their `steps`, and whether there is one."""
    values = tf.where(is_there, windows, tf.zeros_like(windows))
    lag = 1
    # Each pass looks twice as far back: log2(T) in place of T.
    while lag < windows.shape[1]:
        earlier = [_later(x, lag) for x in (values, steps, is_there)]
        values = tf.where(is_there, values, earlier[0])
        steps = tf.where(is_there, steps, earlier[1])
        is_there, lag = is_there | earlier[2], 2 * lag
    return values, steps, is_there


def _later(windows: tf.Tensor, lag: int) -> tf.Tensor:
    """`windows` (B, T, F) moved `lag` steps on, with zeros before."""
    kept = tf.slice(windows, (0, 0, 0), (-1, windows.shape[1] - lag, -1))
    return tf.pad(kept, ((0, 0), (lag, 0), (0, 0)))
