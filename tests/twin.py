"""TimeGAN's networks, losses and Adam in NumPy float64, for checking ours against.

Nothing here differentiates by rule: gradients are central finite differences. A weight may carry
one more leading axis than its layer's, of variants to evaluate at once; every value then does.
"""

import numpy as np

EPSILON = 1e-8
MOMENT_EPSILON = 1e-6
ADAM_EPSILON = 1e-8
BATCHNORM_EPSILON = 1e-3
SHIFT = 1e-5  # of a finite difference


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def mean(values):
    """Over windows, steps and features; variants stay apart."""
    return values.mean((-3, -2, -1))


def reconstruction_loss(real, recovered):
    return np.sqrt(mean((real - recovered) ** 2) + EPSILON)


def supervised_loss(latent, supervised):
    return mean((latent[..., 1:, :] - supervised[..., :-1, :]) ** 2)


def adversarial_loss(logit):
    return mean(-np.log(sigmoid(logit)))


def discriminator_loss(real_logit, *fake_logits):
    return adversarial_loss(real_logit) + sum(-mean(np.log(1 - sigmoid(x))) for x in fake_logits)


def moment_loss(real, synthetic):
    def deviation(windows):
        return np.sqrt(windows.var(-3, keepdims=True) + MOMENT_EPSILON)

    mean_gap = real.mean(-3, keepdims=True) - synthetic.mean(-3, keepdims=True)
    deviation_gap = deviation(real) - deviation(synthetic)
    return mean(np.abs(mean_gap)) + mean(np.abs(deviation_gap))


def correlation_loss(real, synthetic):
    gaps = []
    for lag in (0, 1):
        matrices = []
        for windows in (real, synthetic):
            flat = windows.reshape(-1, windows.shape[-1])
            z = (windows - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + 1e-6)
            earlier, later = z[:, : z.shape[1] - lag], z[:, lag:]
            matrices.append(
                [
                    [(earlier[..., i] * later[..., j]).mean() for j in range(z.shape[-1])]
                    for i in range(z.shape[-1])
                ]
            )
        gaps.append(np.abs(np.subtract(*matrices)))
    return np.mean(gaps)


def huber_loss(target, forecast):
    error = np.abs(target - forecast)
    return mean(np.where(error <= 1, 0.5 * error**2, error - 0.5))


def absolute_loss(target, forecast):
    return mean(np.abs(target - forecast))


def spread(real, synthetic):
    return synthetic.std(0).mean() / real.std(0).mean()


def read(network):
    """Return a `keras.Sequential` as a list of (layer type, activation, float64 weights)."""
    return [
        (
            type(layer).__name__,
            getattr(getattr(layer, "activation", None), "__name__", None),
            [weight.numpy().astype(np.float64) for weight in layer.weights],
        )
        for layer in network.layers
    ]


def call(network, x, *, training=True):
    """Windows (B, T, inputs) -> (B, T, outputs)."""
    for kind, activation, weights in network:
        x = CALLS[kind](x, *weights, activation=activation, training=training)
    return x


def _lstm(x, kernel, recurrent_kernel, bias, **_):
    n_units = recurrent_kernel.shape[-2]
    latent = cell = np.zeros((*x.shape[:-2], n_units))
    outputs = []
    for t in range(x.shape[-2]):
        gates = x[..., t, :] @ kernel + latent @ recurrent_kernel + bias[..., None, :]
        i, f, g, o = np.split(gates, 4, -1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        latent = sigmoid(o) * np.tanh(cell)
        outputs.append(latent)
    return np.stack(outputs, -2)


def _gru(x, kernel, recurrent_kernel, bias, **_):
    n_units = recurrent_kernel.shape[-2]
    latent = np.zeros((*x.shape[:-2], n_units))
    outputs = []
    for t in range(x.shape[-2]):
        outer = x[..., t, :] @ kernel + bias[..., 0, None, :]
        inner = latent @ recurrent_kernel + bias[..., 1, None, :]
        (outer_z, outer_r, outer_h), (inner_z, inner_r, inner_h) = (
            np.split(part, 3, -1) for part in (outer, inner)
        )
        z, r = sigmoid(outer_z + inner_z), sigmoid(outer_r + inner_r)
        latent = z * latent + (1 - z) * np.tanh(outer_h + r * inner_h)
        outputs.append(latent)
    return np.stack(outputs, -2)


def _batchnorm(x, gamma, beta, moving_mean, moving_variance, *, training, **_):
    centre, variance = moving_mean, moving_variance
    if training:
        centre = x.mean((-3, -2), keepdims=True)
        variance = x.var((-3, -2), keepdims=True)
    gamma, beta = gamma[..., None, None, :], beta[..., None, None, :]
    return gamma * (x - centre) / np.sqrt(variance + BATCHNORM_EPSILON) + beta


def _dense(x, kernel, bias, *, activation, **_):
    x = x @ kernel[..., None, :, :] + bias[..., None, None, :]
    return {"sigmoid": sigmoid, "linear": lambda values: values}[activation](x)


CALLS = {"LSTM": _lstm, "GRU": _gru, "BatchNormalization": _batchnorm, "Dense": _dense}


def gradients(loss, networks, names):
    """Central differences of `loss(networks)` by every trainable weight of the networks named.

    `networks`: dict of what `read` returns. In Keras' order of `trainable_variables`.
    """
    found = []
    for name in names:
        for layer, (kind, activation, weights) in enumerate(networks[name]):
            n_trainable = 2 if kind == "BatchNormalization" else len(weights)
            for i in range(n_trainable):
                shifts = np.eye(weights[i].size).reshape(-1, *weights[i].shape) * SHIFT
                sides = []
                for signed in (shifts, -shifts):
                    shifted = [*weights[:i], weights[i] + signed, *weights[i + 1 :]]
                    changed = list(networks[name])
                    changed[layer] = (kind, activation, shifted)
                    sides.append(loss(networks | {name: changed}))
                found.append(((sides[0] - sides[1]) / (2 * SHIFT)).reshape(weights[i].shape))
    return found


def adam(weights, gradient, momentum, velocity, *, step, lr, beta, beta_2):
    """Return (weights, momentum, velocity) after update number `step` (Kingma & Ba, 2015)."""
    momentum = beta * momentum + (1 - beta) * gradient
    velocity = beta_2 * velocity + (1 - beta_2) * gradient**2
    rate = lr * np.sqrt(1 - beta_2**step) / (1 - beta**step)
    return weights - rate * momentum / (np.sqrt(velocity) + ADAM_EPSILON), momentum, velocity
