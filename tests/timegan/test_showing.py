"""The picture of a training: the same noise each time, windows of the networks as they stand."""

import numpy as np

from modules.timegan.showing import Showing
from tests.tiny import CPU, STEPS, UNIFORM, stirred, tiny_series, tiny_timegan


def test_the_picture_follows_the_networks_and_nothing_else():
    timegan = tiny_timegan()
    showing = Showing(
        timegan.synthetic_model(), tiny_series(), np.arange(30), ["Speed", "풍속"],
        seq_len=STEPS, noise=UNIFORM, seed=0, device=CPU,
    )  # fmt: skip
    first, again = showing.picture(), showing.picture()
    assert first.dtype == np.uint8 and first.ndim == 3 and first.shape[2] == 3
    np.testing.assert_array_equal(first, again)
    stirred(timegan)
    assert (showing.picture() != first).any()
