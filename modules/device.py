"""The device a program runs on."""

import contextlib
import os

import tensorflow as tf


def configure(memory_limit, *, repeatable=False):
    """Share out the CPU's threads, cap the first GPU's memory; return whether there is a GPU.

    `memory_limit` is in MiB; None lets the memory grow as needed. `repeatable`: give every training
    of a seed the same bits. Must come before the first tensor is made.
    """
    tf.config.experimental.enable_op_determinism()
    share_threads(repeatable)
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return bool(gpus)


def share_threads(repeatable):
    """Let two operations run side by side, each on half of the cores; or one, on all of them.

    A training step is many small products in two or more independent chains: two at a time is half
    as fast again, or twice as fast, on two cores. But then their timing decides in which order
    TensorFlow adds up a weight's gradients, and so the last bits of the weights.
    """
    n_side_by_side = 1 if repeatable else 2
    n_cores = os.cpu_count() or 1
    # Too late once TensorFlow has started; whoever starts it can set TF_NUM_INTEROP_THREADS=1.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(max(1, n_cores // n_side_by_side))
        tf.config.threading.set_inter_op_parallelism_threads(n_side_by_side)
