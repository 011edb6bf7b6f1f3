"""Names of modules and functions of libraries, as they are imported and as people call them."""

from __future__ import annotations

from klcli.name_kind import anywhere, whole

DISTRIBUTIONS_MODULE = anywhere(
    "a library of distributions, by the path that is imported",
    r"distributions|distrax|numpyro|tensorflow_probability|tfp|pyro",
    "torch.distributions numpyro.distributions distrax tfp",
    "torch numpy scipy.stats",
    flags=0,
)
DISTRIBUTIONS_CALLED = whole(
    "a library of distributions, by the name that it gets in a line of its own: ``tfd = tfp.distributions``",
    r"tfd|td|dists?|D",
    "tfd dist D",
    "d distance dt",
    flags=0,  # a small d is a number of latents
)

KINDS = (DISTRIBUTIONS_MODULE, DISTRIBUTIONS_CALLED)
