"""Quantile mappings learnt of training rows at once."""

from modules.timegan.quantiles import QuantileMapping, wanted_quantiles


def mapping_of(names, generated, training, weights=None, circular=None):
    """The mapping of windows `generated` (..., V) to the distribution of rows `training`."""
    flags = tuple(circular or [False] * len(names))
    return QuantileMapping.fit(names, generated, wanted_quantiles(training, weights, flags), flags)
