"""The device a program runs on."""

import contextlib

import tensorflow as tf


def configure(memory_limit):
    """Make every operation repeatable, run one at a time, and cap the first GPU's memory.

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
    """Let one operation run at a time, on all cores.

    Two side by side would be faster, but in the joint phase their timing moves the last bits of
    the weights: no two runs of one seed would be the same, nor a resumed one as it would have been.
    """
    # Too late once TensorFlow has started; whoever starts it can set TF_NUM_INTEROP_THREADS=1.
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(1)
