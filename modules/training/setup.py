"""How TensorFlow shares the machine: threads, order of operations, the GPU's memory."""

import contextlib
import functools
import logging
import os
from collections.abc import Sequence

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import backprop

from modules.errors import SettingsError
from modules.training.device import Device

SIDE_BY_SIDE = 2

log = logging.getLogger(__name__)


def configure(
    memory_limit: int | None, wanted: str | None = None, strategy: str = "none"
) -> Device:
    """Share out the CPU's threads and cap the first GPU's memory; return the `Device` there is.

    `memory_limit` is in MiB; None lets the memory grow as needed. `wanted`: `cpu`, `cuda`, or None
    for a GPU where there is one. `strategy`: see the setting. On a CPU every training of a seed
    gets the same bits. Must come before the first tensor is made. Raises SettingsError when a GPU
    is wanted and there is none.
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
    if memory_limit and not gpus:
        log.info("`gpu_memory_limit` caps nothing: the CPU computes.")
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    replicas = _strategy(strategy)
    tf.config.list_logical_devices()  # starts the devices now, while nobody hears of them
    return Device(has_gpu=bool(gpus), strategy=replicas)


def _strategy(name: str) -> tf.distribute.Strategy | None:
    if name == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        if len(devices) == 1:
            log.warning("`strategy` mirrored: there is one device, %s.", devices[0].name)
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return None


def share_threads() -> None:
    """Let two operations run side by side, each on half of the cores.

    A training step is many small products in two or more independent chains: two at a time is half
    as fast again, or twice as fast, on two cores.
    """
    n_cores = os.cpu_count() or 1
    # Too late once TensorFlow has started.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(max(1, n_cores // SIDE_BY_SIDE))
        tf.config.threading.set_inter_op_parallelism_threads(SIDE_BY_SIDE)


def keep_order() -> None:
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

    def one_by_one(gradients: Sequence[tf.Tensor]) -> tf.Tensor:
        if all(isinstance(gradient, tf.Tensor) for gradient in gradients):
            return functools.reduce(tf.add, gradients)
        return plain.aggregate_fn(gradients)

    pywrap_tfe.TFE_Py_RegisterVSpace(plain._replace(aggregate_fn=one_by_one))
