"""What the table of the image GAN measures, on labels and images whose scores are known."""

import numpy as np
import pytest

from tests.benchmarks import imagegan
from tests.tiny_images import made


def test_a_code_explains_itself_and_nothing_that_is_independent_of_it():
    codes = np.tile([0, 1, 2], 40)
    assert imagegan.explained(codes, 2 - codes) == pytest.approx(1)
    assert imagegan.explained(codes, np.repeat([0, 1], 60)) == pytest.approx(0, abs=1e-12)
    assert imagegan.explained(codes, (codes > 0).astype(int)) == pytest.approx(
        (np.log(3) - 2 / 3 * np.log(2)) / np.log(3)
    )


def test_training_images_are_not_new_and_fresh_ones_are_as_new_as_themselves():
    training = made(300)[0] / 255
    assert imagegan.nearest(training[:20], training) == pytest.approx(0, abs=1e-5)
    asked = imagegan.ask(seed=imagegan.SEED + 1, n=imagegan.N_OF_ONE)
    fresh = imagegan.sample.simulate(asked.durability, asked.mass, seed=imagegan.SEED + 1)
    assert imagegan.novelty(fresh, training) == pytest.approx(1)


def test_images_as_asked_score_1_and_images_of_others_0():
    training = made(2000, seed=9)[0] / 255
    real = imagegan.real_row(training)
    chance = imagegan.chance_row(training)
    assert real[1:3] == ["1.000", "1.000"] and real[4] == "0.0000"
    assert abs(float(chance[1])) < 0.1 and abs(float(chance[2])) < 0.1
    assert len(real) == len(chance) == len(imagegan.COLUMNS)


def test_every_variant_has_its_settings():
    assert len(imagegan.VARIANTS) == 13
    for variant in imagegan.VARIANTS:
        _, mode, loss = variant.split("-")
        assert (mode, loss) in imagegan.EPOCHS and loss in imagegan.RECIPES
