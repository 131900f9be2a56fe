"""The device that a program computes on, named before TensorFlow is loaded."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """What a program computes on: a GPU or the CPU."""

    has_gpu: bool = False

    @property
    def name(self) -> str:
        return "GPU" if self.has_gpu else "CPU"

    def call(self, network: Any, inputs: Any, *, training: bool) -> Any:
        """What a `keras.Sequential` returns for a tensor; recurrent layers go fast on a CPU.

        On a GPU they are called themselves, as cuDNN has them.
        """
        from models.fast_recurrent import forward, is_recurrent

        if self.has_gpu or not is_recurrent(network):
            return network(inputs, training=training)
        return forward(network, inputs, training=training)
