"""What a folder's event files hold, as TensorBoard reads them."""

import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event


def shown(folder):
    """(event, value) of every summary in the event files of `folder`."""
    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = Event.FromString(record.numpy())
            found += [(event, value) for value in event.summary.value]
    return found
