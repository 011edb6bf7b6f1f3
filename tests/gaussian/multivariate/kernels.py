"""Covariances as Gaussian processes have them, and their divergence in the ball arithmetic of Arb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy

KERNELS: Mapping[str, Callable[[int, float, numpy.random.Generator], Any]] = {
    "RBF": lambda size, length, _: numpy.exp(-((_apart(size) / length) ** 2) / 2),
    "Matern 3/2": lambda size, length, _: _matern(3**0.5 * _apart(size) / length),
    "periodic": lambda size, length, _: numpy.exp(
        -2 * numpy.sin(3 * numpy.pi * _apart(size)) ** 2 / length**2
    ),
    "polynomial": lambda size, length, _: (1 + numpy.outer(_points(size), _points(size)) / length) ** 4,
    "Brownian": lambda size, length, _: numpy.minimum.outer(_points(size) + length, _points(size) + length),
    "Toeplitz": lambda size, length, _: (1 - min(length, 1) / 2) ** (size * _apart(size)),
    "low rank": lambda size, length, generator: _gram(generator.standard_normal((size, 3))),
    "equal correlations": lambda size, length, _: numpy.full((size, size), 1 - min(length, 1) / 2),
}
"""Of so many points and a length scale; each is nearly or quite singular for many points."""


class Exact(NamedTuple):
    """The parts of a divergence as balls."""

    value: Any
    spread: Any
    square: Any
    trace: Any
    log_determinant: Any


def kernel(name: str, size: int, length: float, jitter: float, generator: numpy.random.Generator) -> Any:
    """The matrix of a kernel, symmetric to the last bit, with a multiple of the identity added."""
    matrix = KERNELS[name](size, length, generator)
    matrix = (matrix + matrix.T) / 2
    return matrix + jitter * matrix.diagonal().max() * numpy.eye(size)


def by_arb(target: Any, base: Any, gap: Any, bits: int = 400) -> Exact:
    """From the textbook formula in balls of that many bits; the floats are taken as exact."""
    import flint

    with flint.ctx.workprec(bits):
        q, p = (flint.arb_mat(matrix.tolist()) for matrix in (target, base))
        distance = flint.arb_mat([[number] for number in gap.tolist()])
        product, size = p.solve(q), len(gap)
        trace = sum((product[i, i] for i in range(size)), flint.arb(-size))
        logs = (q.det() / p.det()).log()
        spread, square = (trace - logs) / 2, (distance.transpose() * p.solve(distance))[0, 0]
        return Exact(spread + square / 2, spread, square, trace + size, logs)


def _points(size: int) -> Any:
    return numpy.linspace(0, 1, size)


def _apart(size: int) -> Any:
    return numpy.abs(numpy.subtract.outer(_points(size), _points(size)))


def _matern(distance: Any) -> Any:
    return (1 + distance) * numpy.exp(-distance)


def _gram(root: Any) -> Any:
    return root @ root.T
