"""The stock layers on a GPU, as cuDNN has them, against the fast path of the CPU."""

import numpy as np
import pytest
import tensorflow as tf

from tests.tiny import CPU, FEATURES, KINDS, STEPS, STOCK, WINDOWS, stirred, tiny_timegan

pytestmark = pytest.mark.skipif(
    not tf.config.list_physical_devices("GPU"), reason="TensorFlow finds no GPU here."
)


@pytest.fixture(autouse=True)
def whole_precision():
    """Without TF32, whose products have ten bits."""
    is_on = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    yield
    tf.config.experimental.enable_tensor_float_32_execution(is_on)


def made(timegan, place):
    """Latents and the gradients of their squares' sum, computed at `place`."""
    noise = np.random.default_rng(3).random((WINDOWS, STEPS, FEATURES), np.float32)
    generator = timegan.generator

    @tf.function(autograph=False)
    def run(noise):
        with tf.GradientTape() as tape:
            latents = timegan.device.call(generator, noise, training=True)
            loss = tf.reduce_sum(latents**2)
        return latents, tape.gradient(loss, generator.trainable_variables)

    with tf.device(place):
        latents, gradients = run(tf.constant(noise))
    graph = run.get_concrete_function(tf.constant(noise)).graph
    return latents, gradients, {operation.type for operation in graph.get_operations()}


@pytest.mark.parametrize("kind", KINDS)
def test_cudnn_returns_what_the_fast_path_of_the_cpu_returns(kind):
    on_gpu, on_cpu = (
        stirred(tiny_timegan(device=device, sel_rnn=kind, num_layers=2)) for device in (STOCK, CPU)
    )
    latents, gradients, operations = made(on_gpu, "GPU:0")
    expected, expected_gradients, _ = made(on_cpu, "CPU:0")
    assert "CudnnRNNV3" in operations
    np.testing.assert_allclose(latents, expected, atol=1e-5)
    for ours, theirs in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
