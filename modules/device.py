"""The device a program runs on."""

import contextlib
import os

import tensorflow as tf


def configure(memory_limit):
    """Make every operation repeatable, share out the CPU's threads, and cap the first GPU's memory.

    `memory_limit` is in MiB; None lets the memory grow as needed. Returns whether there is a GPU.
    Must come before the first tensor is made.
    """
    # Without it, threads add up gradients in whatever order they finish.
    tf.config.experimental.enable_op_determinism()
    share_threads()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return bool(gpus)


def share_threads():
    """Let two operations run side by side, each on half of the cores.

    A training step is many small products in two or more independent chains: one at a time on all
    cores, as TensorFlow does it, is a fifth to a half slower on two cores.
    """
    n_cores = os.cpu_count() or 1
    # Too late once TensorFlow has started, which costs speed and nothing else.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(max(1, n_cores // 2))
        tf.config.threading.set_inter_op_parallelism_threads(2)
