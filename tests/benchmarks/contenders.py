"""Ways to compute KL(q || p) over arrays: klcli, the textbook formula, the libraries, what compilers make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from klcli.gaussian import kernel
from tests.benchmarks.peers import usable

Array = NDArray[np.float64]
Problem = tuple[Array, Array, Array, Array]
"""mean_q, sigma_q, mean_p, sigma_p"""
Method = Callable[..., Any]
"""From a problem, converted by the contender, to the divergences in its own type of array."""


@dataclass(frozen=True)
class Contender:
    """A way to compute KL(q || p) from means and standard deviations."""

    name: str
    convert: Callable[[Array], Any]
    exp: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    method: Method


def textbook(mean_q: Array, sigma_q: Array, mean_p: Array, sigma_p: Array) -> Array:
    with np.errstate(all="ignore"):
        square = sigma_q**2 + (mean_q - mean_p) ** 2
        return np.log(sigma_p / sigma_q) + square / (2 * sigma_p**2) - 0.5


def torch_contender() -> Contender:
    import torch
    from torch.distributions import Normal, kl_divergence

    def method(m: Any, s: Any, n: Any, t: Any) -> Any:
        return kl_divergence(Normal(m, s), Normal(n, t))

    return Contender("torch.distributions", torch.from_numpy, torch.exp, torch.log1p, method)


def through_jax(name: str, normal: Callable[..., Any], divergence: Method) -> Contender:
    import jax

    jax.config.update("jax_enable_x64", True)

    def method(m: Any, s: Any, n: Any, t: Any) -> Any:
        return jax.block_until_ready(divergence(normal(m, s), normal(n, t)))

    return Contender(name, jax.numpy.asarray, jax.numpy.exp, jax.numpy.log1p, method)


def numpyro_contender() -> Contender:
    from numpyro.distributions import Normal, kl_divergence

    return through_jax("numpyro", Normal, kl_divergence)


def tfp_contender() -> Contender:
    from tensorflow_probability.substrates.jax import distributions

    return through_jax("TFP", distributions.Normal, distributions.kl_divergence)


def distrax_contender() -> Contender:
    import distrax

    return through_jax("distrax", distrax.Normal, lambda q, p: q.kl_divergence(p))


def jax_contender() -> Contender:
    """The textbook formula, compiled into one loop: what the arithmetic alone costs."""
    import jax

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def compiled(m: Any, s: Any, n: Any, t: Any) -> Any:
        return jax.numpy.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5

    def method(m: Any, s: Any, n: Any, t: Any) -> Any:
        return jax.block_until_ready(compiled(m, s, n, t))

    return Contender("textbook, jax.jit", jax.numpy.asarray, jax.numpy.exp, jax.numpy.log1p, method)


def compiled_torch_contender() -> Contender:
    """The same by torch.compile, which needs a compiler for C++ on the machine."""
    import torch

    @torch.compile(dynamic=True)
    def compiled(m: Any, s: Any, n: Any, t: Any) -> Any:
        return torch.log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - 0.5

    compiled(*torch.ones((4, 100), dtype=torch.float64))  # fails here, if it does
    return Contender("textbook, torch.compile", torch.from_numpy, torch.exp, torch.log1p, compiled)


LIBRARIES: dict[str, Callable[[], Contender]] = {
    "torch": torch_contender,
    "numpyro": numpyro_contender,
    "tensorflow_probability": tfp_contender,
    "distrax": distrax_contender,
    "jax.jit": jax_contender,
    "torch.compile": compiled_torch_contender,
}


def tried(make: Callable[[], Contender]) -> Contender:
    """A contender that has given a divergence once."""
    contender = make()
    contender.method(*map(contender.convert, np.ones((4, 1))))
    return contender


def contenders() -> list[Contender]:
    """klcli, the textbook formula, and the libraries that work here."""
    found = [
        Contender("klcli", np.asarray, np.exp, np.log1p, kernel.divergence),
        Contender("textbook, numpy", np.asarray, np.exp, np.log1p, textbook),
    ]
    libraries = (usable(name, partial(tried, make)) for name, make in LIBRARIES.items())
    return found + [library for library in libraries if library]


def moderate(rng: np.random.Generator, points: int) -> Problem:
    """Means and scales of everyday size."""
    return (
        rng.normal(size=points),
        rng.uniform(0.05, 3, points),
        rng.normal(size=points),
        rng.uniform(0.05, 3, points),
    )
