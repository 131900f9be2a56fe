"""The device a program runs on."""

import contextlib
import functools
import os
from dataclasses import dataclass

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import backprop

from models.fast_recurrent import forward, is_recurrent
from modules.errors import SettingsError

SIDE_BY_SIDE = 2


@dataclass(frozen=True)
class Device:
    """What a program computes on."""

    has_gpu: bool = False

    @property
    def name(self):
        return "GPU" if self.has_gpu else "CPU"

    def call(self, network, inputs, *, training):
        """What `network(inputs)` returns; recurrent layers go the fast way on a CPU.

        On a GPU they are called themselves, as cuDNN has them.
        """
        if self.has_gpu or not is_recurrent(network):
            return network(inputs, training=training)
        return forward(network, inputs, training=training)


def configure(memory_limit, wanted=None):
    """Share out the CPU's threads and cap the first GPU's memory; return the `Device` there is.

    `memory_limit` is in MiB; None lets the memory grow as needed. `wanted`: `cpu`, `cuda`, or None
    for a GPU where there is one. On a CPU every training of a seed gets the same bits. Must come
    before the first tensor is made. Raises SettingsError when there is no GPU and one is wanted.
    """
    tf.config.experimental.enable_op_determinism()
    share_threads()
    keep_order()
    gpus = tf.config.list_physical_devices("GPU")
    if wanted == "cuda" and not gpus:
        raise SettingsError(
            "`device`: TensorFlow finds no GPU. Received: 'cuda'. Leave it out, or take "
            "`--device cpu`."
        )
    if wanted == "cpu" and gpus:
        tf.config.set_visible_devices([], "GPU")
        gpus = []
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return Device(has_gpu=bool(gpus))


def share_threads():
    """Let two operations run side by side, each on half of the cores.

    A training step is many small products in two or more independent chains: two at a time is half
    as fast again, or twice as fast, on two cores.
    """
    n_cores = os.cpu_count() or 1
    # Too late once TensorFlow has started.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(max(1, n_cores // SIDE_BY_SIDE))
        tf.config.threading.set_inter_op_parallelism_threads(SIDE_BY_SIDE)


def keep_order():
    """Let every gradient be added up, and every weight be read, in the order of the program.

    With two operations side by side three things of TensorFlow's follow the clock instead, and a
    training is not the same twice. Its dependency optimiser drops the order between reading the
    recovery's weights for the generator and moving them with the embedder; its arithmetic
    optimiser makes an AddN of sums; and the tape adds the gradients of what is used three times or
    more with one, which adds in the order in which memory becomes free. A new loss must not call
    `tf.add_n` on three tensors or more.
    """
    options = {"dependency_optimization": False, "arithmetic_optimization": False}
    tf.config.optimizer.set_experimental_options(options)
    plain = backprop._default_vspace

    def one_by_one(gradients):
        if all(isinstance(gradient, tf.Tensor) for gradient in gradients):
            return functools.reduce(tf.add, gradients)
        return plain.aggregate_fn(gradients)

    pywrap_tfe.TFE_Py_RegisterVSpace(plain._replace(aggregate_fn=one_by_one))
