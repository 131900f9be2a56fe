"""The fast CPU layers against stock layers, float64 and finite differences."""

import gc

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.fast_recurrent import _dropped, forward, is_recurrent, recurrent
from tests import twin
from tests.tiny import FEATURES, KINDS, STEPS, UNITS, WINDOWS, tiny_timegan

RANDOM = np.random.default_rng(3)
INPUTS = RANDOM.normal(size=(WINDOWS, STEPS, FEATURES)).astype(np.float32)
UPSTREAM = RANDOM.normal(size=(WINDOWS, STEPS, UNITS)).astype(np.float32)
LAYERS = {"LSTM": keras.layers.LSTM, "GRU": keras.layers.GRU}


def built_layer(kind, **options):
    layer = LAYERS[kind](UNITS, **({"return_sequences": True} | options))
    layer.build((WINDOWS, STEPS, FEATURES))
    random = np.random.default_rng(4)
    for weight in layer.weights:
        weight.assign(random.normal(0, 0.7, weight.shape))
    return layer


@pytest.fixture(scope="module", params=KINDS)
def layer(request):
    return built_layer(request.param)


@pytest.fixture(scope="module")
def fast_gradients(layer):
    """Output and the gradients by inputs and weights of sum(upstream * output), the fast way."""

    @tf.function(autograph=False)
    def run(inputs, upstream, in_cond):
        sources = [inputs, *layer.trainable_weights]

        def taped():
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                outputs = recurrent(layer, inputs)
                loss = tf.reduce_sum(upstream * outputs)
            return outputs, lambda: tape.gradient(loss, sources)

        outputs, gradients = taped()
        zeros = [tf.zeros(source.shape) for source in sources]
        # As the discriminator's gate has it: forward outside, backward inside.
        return [outputs, *gradients()], tf.cond(in_cond, taped()[1], lambda: zeros)

    return run(tf.constant(INPUTS), tf.constant(UPSTREAM), tf.constant(True))


def test_output_equals_the_stock_layer(layer, fast_gradients):
    np.testing.assert_allclose(fast_gradients[0][0], layer(INPUTS), atol=2e-6)


def test_gradients_equal_those_of_the_stock_layer(layer, fast_gradients):
    inputs = tf.constant(INPUTS)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(UPSTREAM * layer(inputs))
    stock = tape.gradient(loss, [inputs, *layer.trainable_weights])
    assert len(stock) == 4
    for ours, theirs in zip(fast_gradients[0][1:], stock, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-5)


def test_weight_gradients_equal_finite_differences_in_float64(layer, fast_gradients):
    network = keras.Sequential([keras.Input((STEPS, FEATURES)), layer])
    expected = twin.gradients(
        lambda nets: (UPSTREAM * twin.call(nets["net"], INPUTS)).sum((-3, -2, -1)),
        {"net": twin.read(network)},
        ["net"],
    )
    for ours, theirs in zip(fast_gradients[0][2:], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=5e-5)


def test_input_gradient_equals_finite_differences_in_float64(layer, fast_gradients):
    network = twin.read(keras.Sequential([keras.Input((STEPS, FEATURES)), layer]))
    shifts = np.eye(INPUTS.size).reshape(-1, *INPUTS.shape) * twin.SHIFT
    ahead, behind = (
        (UPSTREAM * twin.call(network, INPUTS + signed)).sum((-3, -2, -1))
        for signed in (shifts, -shifts)
    )
    expected = ((ahead - behind) / (2 * twin.SHIFT)).reshape(INPUTS.shape)
    np.testing.assert_allclose(fast_gradients[0][1], expected, rtol=1e-4, atol=2e-5)


def test_gradients_are_the_same_inside_a_cond(fast_gradients):
    outside, inside = fast_gradients
    for left, right in zip(outside[1:], inside, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-6)


@pytest.mark.whole
@pytest.mark.parametrize("persistent", [False, True])
def test_gradients_are_the_same_outside_a_compiled_function(layer, fast_gradients, persistent):
    with tf.GradientTape(persistent=persistent) as tape:
        loss = tf.reduce_sum(UPSTREAM * recurrent(layer, INPUTS))
    eager = tape.gradient(loss, layer.trainable_weights)
    for left, right in zip(fast_gradients[0][2:], eager, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_computed_after_another_of_its_shape_is_gone(kind):
    for factor in (1, -1):
        layer = built_layer(kind)
        layer.cell.kernel.assign(factor * layer.cell.kernel)
        with tf.GradientTape():
            outputs = recurrent(layer, INPUTS)
        np.testing.assert_allclose(outputs, layer(INPUTS), atol=2e-6)
        del layer
        gc.collect()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("LSTM", {"activation": "relu"}),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
        ("LSTM", {"return_sequences": False}),
        ("LSTM", {"go_backwards": True}),
        ("LSTM", {"recurrent_dropout": 0.1}),
        ("GRU", {"recurrent_dropout": 0.1}),
        ("GRU", {"use_bias": False}),
        ("GRU", {"reset_after": False}),
    ],
)
def test_a_layer_it_would_compute_wrongly_is_refused(kind, options):
    layer = LAYERS[kind](UNITS, **({"return_sequences": True} | options))
    with pytest.raises(ValueError, match=f"The fast path takes an LSTM.*Received: layer=<{kind}"):
        recurrent(layer, INPUTS)


def test_another_kind_of_layer_is_refused():
    with pytest.raises(ValueError, match="Call the layer itself"):
        recurrent(keras.layers.SimpleRNN(UNITS, return_sequences=True), INPUTS)


@pytest.mark.whole
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_forward_equals_the_network_and_its_normalisation(kind, training):
    generator = tiny_timegan(sel_rnn=kind, num_layers=2).generator
    moving = [v for v in generator.variables if "moving" in v.path]
    for i, variable in enumerate(moving):
        variable.assign(variable + 0.1 * (i + 1))
    start = [variable.numpy() for variable in moving]

    expected = generator(INPUTS, training=training)
    moved = [variable.numpy() for variable in moving]
    for variable, value in zip(moving, start, strict=True):
        variable.assign(value)
    ours = forward(generator, INPUTS, training=training)

    np.testing.assert_allclose(ours, expected, atol=2e-6)
    assert len(moving) == 4
    for variable, value, first in zip(moving, moved, start, strict=True):
        np.testing.assert_allclose(variable, value, atol=1e-6)
        assert np.array_equal(value, first) != training


@pytest.mark.whole
@pytest.mark.parametrize("training", [True, False])
def test_forward_equals_a_network_that_goes_both_ways_and_makes_its_own_sequence(training):
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            layers.Dense(STEPS * FEATURES),
            layers.Reshape((STEPS, FEATURES)),
            layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True)),
            layers.UpSampling1D(2),
            layers.Bidirectional(layers.GRU(UNITS, return_sequences=True)),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    inputs = tf.constant(INPUTS[:, 0])
    assert is_recurrent(network)
    np.testing.assert_allclose(
        forward(network, inputs, training=training), network(inputs), atol=2e-6
    )


def test_forward_drops_one_draw_of_inputs_at_all_steps_in_training_alone():
    layer = keras.layers.LSTM(UNITS, return_sequences=True, dropout=0.5, seed=1)
    network = keras.Sequential([keras.Input((STEPS, FEATURES)), layer])
    np.testing.assert_allclose(forward(network, INPUTS, training=False), network(INPUTS), atol=2e-6)
    dropped = _dropped(layer, tf.ones((STEPS, WINDOWS, FEATURES)), training=True).numpy()
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert (dropped == dropped[0]).all()


def test_a_sum_of_both_ways_is_refused():
    layer = keras.layers.Bidirectional(
        keras.layers.LSTM(UNITS, return_sequences=True), merge_mode="sum"
    )
    network = keras.Sequential([keras.Input((STEPS, FEATURES)), layer])
    with pytest.raises(ValueError, match="Received: merge_mode='sum'"):
        forward(network, INPUTS, training=False)


@pytest.mark.whole
@pytest.mark.parametrize("batchnorm", [True, False])
@pytest.mark.parametrize("n_windows", [33, 40])
def test_halves_of_a_batch_are_the_batch_to_normalisation_and_gradients(n_windows, batchnorm):
    windows = RANDOM.normal(size=(n_windows, STEPS, FEATURES)).astype(np.float32)
    embedder = tiny_timegan(batchnorm=batchnorm).embedder
    stock = keras.models.clone_model(embedder)
    stock.set_weights(embedder.get_weights())
    with tf.GradientTape() as tape:
        ours = forward(embedder, tf.constant(windows), training=True)
        loss = tf.reduce_sum(tf.square(ours))
    gradients = tape.gradient(loss, embedder.trainable_weights)
    with tf.GradientTape() as tape:
        theirs = stock(windows, training=True)
        loss = tf.reduce_sum(tf.square(theirs))
    np.testing.assert_allclose(ours, theirs, atol=2e-6)
    for ours, theirs in zip(gradients, tape.gradient(loss, stock.trainable_weights), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)
    for ours, theirs in zip(embedder.weights, stock.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
