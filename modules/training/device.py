"""The device that a program computes on, named before TensorFlow is loaded."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """What a program computes on: a GPU or the CPU.

    `strategy`: the `tf.distribute.Strategy` that shares a batch out, None for one replica.
    """

    has_gpu: bool = False
    strategy: Any = None

    @property
    def name(self) -> str:
        return "GPU" if self.has_gpu else "CPU"

    def scope(self) -> AbstractContextManager[Any]:
        """Where networks are made and trained, so that all replicas have them."""
        return self.strategy.scope() if self.strategy else nullcontext()

    def call(self, network: Any, inputs: Any, *, training: bool) -> Any:
        """What a `keras.Sequential` returns for a tensor; recurrent layers go fast on a CPU.

        On a GPU they are called themselves, as cuDNN has them. A `models.definemodel.chain` with
        conditions takes a list, [noise, conditions].
        """
        from models.definemodel import links
        from models.fast_recurrent import forward, forward_beside, is_recurrent

        if isinstance(inputs, list) and not self.has_gpu:
            return forward_beside(links(network), *inputs, training=training)
        if self.has_gpu or not is_recurrent(network):
            return network(inputs, training=training)
        return forward(network, inputs, training=training)

    def carry_on(self, network: Any, piece: Any, states: Any) -> Any:
        """As `call`, not in training, of a piece after others: see `models.carrying.carry_on`."""
        from models.carrying import carry_on

        return carry_on(network, piece, states, is_fast=not self.has_gpu)
