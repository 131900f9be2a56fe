"""The device a program runs on."""

import tensorflow as tf


def configure_gpu(memory_limit):
    """Cap the first GPU's memory at `memory_limit` MiB, or let it grow as needed for None.

    Returns whether there is a GPU. Must come before the first tensor is made.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and memory_limit:
        limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
        tf.config.set_logical_device_configuration(gpus[0], [limit])
        tf.config.set_visible_devices(gpus[0], "GPU")
    else:
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return bool(gpus)
