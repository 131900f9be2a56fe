import numpy as np
import pytest

from modules.fidelity import judges


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def twin(weights, series, hidden):
    """A GRU with the reset gate before the product; `series` (n, T, D) -> logits (n, T)."""
    inputs = series.shape[-1]
    width = inputs + hidden
    cuts = np.cumsum([width * 2 * hidden, 2 * hidden, width * hidden, hidden, hidden])
    gates, gate_bias, candidate, bias, output, output_bias = np.split(weights, cuts)
    gates, candidate = gates.reshape(width, 2 * hidden), candidate.reshape(width, hidden)
    state, logits = np.zeros((len(series), hidden)), []
    for x in series.transpose(1, 0, 2):
        reset, keep = np.split(sigmoid(np.hstack([x, state]) @ gates + gate_bias), 2, axis=1)
        fresh = np.tanh(np.hstack([x, reset * state]) @ candidate + bias)
        state = keep * state + (1 - keep) * fresh
        logits.append(state @ output + output_bias)
    return np.stack(logits, axis=1)


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(0).random((300, 6, 4), np.float32)


def any_judge(inputs, hidden, seeds=(3, 8)):
    weights = judges.initial_weights(inputs, hidden, seeds)
    weights += np.random.default_rng(1).normal(0, 0.3, weights.shape).astype(np.float32)
    return judges.Judge(weights, inputs, hidden)


def test_discriminator_is_the_numpy_twin(windows):
    judge = any_judge(4, 2)
    expected = [twin(w, windows, 2)[:, -1] for w in judge.weights]
    assert judges.discriminator_logits(judge, windows) == pytest.approx(
        np.stack(expected), abs=1e-5
    )


def test_predictor_is_the_numpy_twin_and_does_not_see_the_last_column(windows):
    judge = any_judge(3, 2)
    expected = [sigmoid(twin(w, windows[:, :-1, :3], 2)).T for w in judge.weights]
    assert judges.predictions(judge, windows) == pytest.approx(np.stack(expected), abs=1e-5)


def test_initial_weights_are_glorot_with_open_gates():
    weights = judges.initial_weights(40, 20, [0])[0]
    gates, bias = weights[: 60 * 40], weights[60 * 40 : 61 * 40]
    limit = np.sqrt(6 / (60 + 40))
    assert np.abs(gates).max() == pytest.approx(limit, rel=0.01)
    assert gates.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    assert np.all(bias == 1) and np.all(weights[-1:] == 0)


def test_batches_hold_no_window_twice():
    rows = np.arange(100, 150)
    drawn = judges.draw_batches(rows, 30, 200, 0)
    assert drawn.shape == (200, 30) and set(drawn.ravel()) == set(rows)
    assert all(len(set(batch)) == 30 for batch in drawn)


def test_a_seed_gets_the_same_judge_alone_and_beside_others(windows):
    rows = [np.arange(150)] * 2
    both, alone = (
        judges.train_discriminators(
            windows[:150],
            windows[150:],
            rows[: len(seeds)],
            rows[: len(seeds)],
            hidden=2,
            seeds=seeds,
            steps=60,
        ).weights.numpy()
        for seeds in ((7, 9), (7,))
    )
    assert both[0] == pytest.approx(alone[0], abs=1e-5)
    assert np.abs(both[0] - both[1]).max() > 0.1


def test_first_step_of_adam_is_the_learning_rate_against_the_gradient(windows):
    judge = judges.train_predictors(windows, hidden=2, seeds=(0, 1), steps=1)
    start = judges.initial_weights(3, 2, (0, 1))
    moved = judge.weights.numpy() - start
    assert np.abs(moved) == pytest.approx(1e-3, rel=0.1)

    def error(weights):
        batch = judges.draw_batches(np.arange(300), 128, 1, [0, 3])[0]
        predicted = sigmoid(twin(weights, windows[batch][:, :-1, :3].astype(float), 2))
        return np.abs(predicted - windows[batch][:, 1:, 3]).mean()

    slopes = [
        error(start[0] + step) - error(start[0] - step) for step in 1e-4 * np.eye(len(start[0]))
    ]
    assert np.array_equal(np.sign(slopes), -np.sign(moved[0]))
