"""The same training step in plain PyTorch, the strongest stand-in: `python -m ... C1|C2`.

Fused Adam and fused recurrent layers, batches drawn by index, as many threads as cores.
"""

import os
import sys

import torch
from torch import nn
from torch.nn import functional

from tests.benchmarks.speed import cases
from tests.benchmarks.speed.serving import serve

EPSILON = 1e-8


class Network(nn.Module):
    """Recurrent layers, then a dense one at every step: (B, T, I) -> (B, T, O)."""

    def __init__(self, case, n_inputs, n_outputs, n_layers, activation):
        super().__init__()
        layer = {"GRU": nn.GRU, "LSTM": nn.LSTM}[case.cell]
        self.recurrent = layer(n_inputs, case.hidden, n_layers, batch_first=True)
        self.dense = nn.Linear(case.hidden, n_outputs)
        self.activation = activation
        if case.cell == "LSTM":  # Keras' has one bias, PyTorch's two
            for name, bias in self.recurrent.named_parameters():
                if name.startswith("bias_hh"):
                    nn.init.zeros_(bias).requires_grad_(False)

    def forward(self, inputs):
        return self.activation(self.dense(self.recurrent(inputs)[0]))


class TimeGAN:
    def __init__(self, case):
        self.networks = {
            name: Network(case, *sizes, nn.Identity() if name == "discriminator" else nn.Sigmoid())
            for name, sizes in cases.networks(case).items()
        }
        self.__dict__.update(self.networks)
        moved = {
            "autoencoder": ("embedder", "recovery"),
            "supervised": ("supervisor",),
            "generator": ("generator", "supervisor"),
            "embedder": ("embedder", "recovery"),
            "discriminator": ("discriminator",),
        }
        self.weights = {
            update: [
                weight
                for name in names
                for weight in self.networks[name].parameters()
                if weight.requires_grad
            ]
            for update, names in moved.items()
        }
        self.optimizers = {
            name: torch.optim.Adam(weights, 1e-3, eps=EPSILON, fused=True)
            for name, weights in self.weights.items()
        }
        self.series = torch.rand(cases.N_ROWS, case.n_features)
        self.steps = torch.arange(cases.N_STEPS)

    def real(self):
        starts = torch.randint(len(self.series) - cases.N_STEPS + 1, (cases.BATCH, 1))
        return self.series[starts + self.steps]

    def noise(self, n_windows=cases.BATCH):
        return torch.rand(n_windows, cases.N_STEPS, self.series.shape[1])

    def descend(self, update, loss):
        gradients = torch.autograd.grad(loss, self.weights[update])
        for weight, gradient in zip(self.weights[update], gradients, strict=True):
            weight.grad = gradient
        self.optimizers[update].step()

    def autoencoder_step(self):
        real = self.real()
        self.descend("autoencoder", 10 * _root(real, self.recovery(self.embedder(real))))

    def supervised_step(self):
        with torch.no_grad():
            latent = self.embedder(self.real())
        self.descend("supervised", _supervised(latent, self.supervisor(latent)))

    def joint_step(self):
        for _ in range(cases.UPDATES["joint"]["generator"]):
            real = self.real()
            self.generator_step(real)
            self.embedder_step(real)
        self.discriminator_step()

    def generator_step(self, real):
        with torch.no_grad():
            latent = self.embedder(real)
        generated = self.generator(self.noise())
        supervised = self.supervisor(generated)
        synthetic = self.recovery(supervised)
        adversarial = sum(
            functional.softplus(-self.discriminator(x)).mean() for x in (supervised, generated)
        )
        next_step = _supervised(latent, self.supervisor(latent))
        moments = (real.mean(0) - synthetic.mean(0)).abs().mean() + (
            (real.var(0, correction=0) + 1e-6).sqrt()
            - (synthetic.var(0, correction=0) + 1e-6).sqrt()
        ).abs().mean()
        loss = adversarial + 100 * (next_step + EPSILON).sqrt() + 100 * moments
        self.descend("generator", loss)

    def embedder_step(self, real):
        latent = self.embedder(real)
        loss = 10 * _root(real, self.recovery(latent))
        self.descend("embedder", loss + 0.1 * _supervised(latent, self.supervisor(latent)))

    def discriminator_step(self):
        with torch.no_grad():
            latent = self.embedder(self.real())
            generated = self.generator(self.noise())
            supervised = self.supervisor(generated)
        loss = functional.softplus(-self.discriminator(latent)).mean() + sum(
            functional.softplus(self.discriminator(x)).mean() for x in (supervised, generated)
        )
        self.descend("discriminator", loss)

    @torch.no_grad()
    def generate(self, n_windows, at_once=1024):
        sizes = [min(at_once, n_windows - begin) for begin in range(0, n_windows, at_once)]
        return [
            self.recovery(self.supervisor(self.generator(self.noise(size)))).numpy()
            for size in sizes
        ]


def _root(real, recovered):
    return (functional.mse_loss(recovered, real) + EPSILON).sqrt()


def _supervised(latent, supervised):
    return functional.mse_loss(supervised[:, :-1], latent[:, 1:])


def _repeated(step):
    return lambda n: [step() for _ in range(n)]


def main():
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    timegan = TimeGAN(cases.CASES[sys.argv[1]])
    runs = {phase: _repeated(getattr(timegan, f"{phase}_step")) for phase in cases.PHASES}
    parameters = {
        name: sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
        for name, network in timegan.networks.items()
    }
    serve(runs, timegan.generate, parameters, f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
