"""The device a program runs on."""

import tensorflow as tf


def configure(memory_limit):
    """Make every operation repeatable, and cap the first GPU's memory at `memory_limit` MiB.

    None lets the memory grow as needed. Returns whether there is a GPU. Must come before the first
    tensor is made.
    """
    # Without it, threads add up gradients in whatever order they finish.
    tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return bool(gpus)
