"""What every side trains: sizes, phases, updates. Nothing is imported, so that any peer can."""

from typing import NamedTuple

BATCH, N_STEPS, N_LAYERS = 128, 24, 3
N_ROWS = 20000
GENERATED = 10000  # windows


class Case(NamedTuple):
    """Recurrent layer, its width, and the features of a window, which the noise has too."""

    cell: str
    hidden: int
    n_features: int


CASES = {"C1": Case("GRU", 24, 5), "C2": Case("LSTM", 64, 9)}
PHASES = ("joint", "autoencoder", "supervised")
# How often an update is made in a step of a phase.
UPDATES = {
    "autoencoder": {"autoencoder": 1},
    "supervised": {"supervised": 1},
    "joint": {"generator": 2, "embedder": 2, "discriminator": 1},
}
# Of each update: how often a network is computed, how often its inputs' gradient is, its weights'.
PASSES = {
    "autoencoder": {"embedder": (1, 0, 1), "recovery": (1, 1, 1)},
    "supervised": {"embedder": (1, 0, 0), "supervisor": (1, 0, 1)},
    "generator": {
        "embedder": (1, 0, 0),
        "generator": (1, 0, 1),
        "supervisor": (2, 1, 2),
        "recovery": (1, 1, 0),
        "discriminator": (2, 2, 0),
    },
    "embedder": {"embedder": (1, 0, 1), "recovery": (1, 1, 1), "supervisor": (1, 1, 0)},
    "discriminator": {
        "embedder": (1, 0, 0),
        "generator": (1, 0, 0),
        "supervisor": (1, 0, 0),
        "discriminator": (3, 0, 3),
    },
}


def networks(case: Case) -> dict[str, tuple[int, int, int]]:
    """Inputs, outputs and recurrent layers of each network."""
    features, hidden = case.n_features, case.hidden
    return {
        "embedder": (features, hidden, N_LAYERS),
        "recovery": (hidden, features, N_LAYERS),
        "generator": (features, hidden, N_LAYERS),
        "supervisor": (hidden, hidden, N_LAYERS - 1),
        "discriminator": (hidden, 1, N_LAYERS),
    }


def flops(case: Case, phase: str) -> float:
    """Floating-point operations of the matrix products in a step of `phase`."""
    total = 0
    for update, n_updates in UPDATES[phase].items():
        for name, (n_forward, n_inputs, n_weights) in PASSES[update].items():
            first, rest = _products(case, *networks(case)[name])
            # A layer's input gradient is needed below it too, but for the first layer's.
            of_inputs = n_inputs * first + max(n_inputs, n_weights) * rest
            total += n_updates * ((n_forward + n_weights) * (first + rest) + of_inputs)
    return 2.0 * BATCH * N_STEPS * total


def _products(case: Case, n_inputs: int, n_outputs: int, n_layers: int) -> tuple[int, int]:
    """Multiplications a row: of the first layer's inputs, and of all else."""
    gates = {"GRU": 3, "LSTM": 4}[case.cell] * case.hidden
    return n_inputs * gates, (2 * n_layers - 1) * case.hidden * gates + case.hidden * n_outputs
