"""Divergences between full covariances: relative errors, negative values, failures and time, beside peers.

Over a grid of condition numbers, sizes and near-equality, with mpmath at 100 digits as the reference; and over
kernels of Gaussian processes with little jitter, with python-flint's balls. Times are CPU times of one thread,
of the divergence alone, beside those of one product of two matrices; set OPENBLAS_NUM_THREADS=1 for them.
numpyro and TFP take part where they are installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import Any

import numpy

from klcli.gaussian.multivariate.congruence import FloatMatrix
from klcli.gaussian.multivariate.preconditioning import IndefiniteError
from klcli.gaussian.multivariate.whitening import whiten
from tests.benchmarks.peers import usable
from tests.benchmarks.table import print_table
from tests.gaussian.multivariate.kernels import KERNELS, by_arb, kernel
from tests.gaussian.multivariate.matrices import ill_conditioned, rational, reference

SIZES = (2, 8, 24)
CONDITIONS = (1e1, 1e4, 1e8, 1e12, 1e14)
CHANGES = (None, 1e-2, 1e-8)
"""S_q is another random matrix, or S_p times 1 plus this."""
JITTERS = ((3e-12, 3e-11), (1e-13, 1e-8), (1e-10, 1e-3), (1e-12, 1.001e-12))
"""Of S_q and S_p: what makes kernels of 30 to 80 points invertible, up to a condition of 1e15."""
POINTS = (30, 50, 80)
LARGE, ROUNDS = (512, 2048), 3
EASY, HARD = 10.0, 1e8
"""Conditions of the matrices that are timed."""

Matrix = Any
Contender = Callable[[Matrix, Matrix, Matrix], float]


def klcli(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """The package, in the arithmetic of large matrices."""
    found = whiten(
        FloatMatrix((covariance_q,)), FloatMatrix((covariance_p,)), (gap[:, None], 0 * gap[:, None])
    )
    return found.spread + found.square / 2


def textbook(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """1/2 (tr - d + quadratic form - log-determinants) with numpy's solve and slogdet."""
    trace = numpy.trace(numpy.linalg.solve(covariance_p, covariance_q))
    square = gap @ numpy.linalg.solve(covariance_p, gap)
    logs = numpy.linalg.slogdet(covariance_p)[1] - numpy.linalg.slogdet(covariance_q)[1]
    return float((trace - len(gap) + square + logs) / 2)


def scipy_cholesky(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """The same through scipy.linalg's Cholesky factors."""
    from scipy.linalg import cholesky, solve_triangular

    lower_q, lower_p = (cholesky(matrix, lower=True) for matrix in (covariance_q, covariance_p))
    mixing = solve_triangular(lower_p, lower_q, lower=True)
    shift = solve_triangular(lower_p, gap, lower=True)
    logs = numpy.log(numpy.diagonal(lower_p)).sum() - numpy.log(numpy.diagonal(lower_q)).sum()
    return float(((mixing**2).sum() - len(gap) + shift @ shift) / 2 + logs)


def torch_distributions(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """torch.distributions in float64."""
    import torch
    from torch.distributions import MultivariateNormal, kl_divergence

    q, p = (
        MultivariateNormal(torch.from_numpy(mean), covariance_matrix=torch.from_numpy(matrix))
        for mean, matrix in ((gap, covariance_q), (0 * gap, covariance_p))
    )
    return float(kl_divergence(q, p))


def numpyro_distributions(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """Numpyro in float64."""
    import jax
    from numpyro.distributions import MultivariateNormal, kl_divergence

    jax.config.update("jax_enable_x64", True)
    q, p = (
        MultivariateNormal(mean, covariance_matrix=matrix)
        for mean, matrix in ((gap, covariance_q), (0 * gap, covariance_p))
    )
    return float(kl_divergence(q, p))


def tfp_distributions(covariance_q: Matrix, covariance_p: Matrix, gap: Matrix) -> float:
    """TensorFlow Probability in float64."""
    from tensorflow_probability import distributions

    q, p = (
        distributions.MultivariateNormalFullCovariance(mean, matrix)
        for mean, matrix in ((gap, covariance_q), (0 * gap, covariance_p))
    )
    return float(distributions.kl_divergence(q, p))


PEERS: dict[str, Contender] = {
    "klcli": klcli,
    "textbook formula in numpy": textbook,
    "Cholesky with scipy": scipy_cholesky,
    "torch.distributions": torch_distributions,
    "numpyro": numpyro_distributions,
    "TFP": tfp_distributions,
}


def installed() -> dict[str, Contender]:
    """The contenders that work here: each gives the divergence of two unit Gaussians."""
    unit, gap = numpy.eye(2), numpy.zeros(2)
    return {
        name: contender
        for name, contender in PEERS.items()
        if usable(name, partial(contender, unit, unit, gap)) is not None
    }


def problems() -> list[tuple[str, Matrix, Matrix, Matrix, float]]:
    """Each with its group in the table and its true value."""
    generator, found = numpy.random.default_rng(0), []
    for size in SIZES:
        for condition in CONDITIONS:
            for change in CHANGES:
                base = ill_conditioned(generator, size, condition)
                other = ill_conditioned(generator, size, condition)
                target = other if change is None else base * (1 + change)
                gap = generator.standard_normal(size) * (1 if change is None else 0)
                true = reference(rational(target), rational(base), gap.tolist(), 100).value
                found.append(
                    ("unlike" if change is None else f"{change:g} apart", target, base, gap, float(true))
                )
    return found


def kernels() -> list[tuple[str, Matrix, Matrix, Matrix, float]]:
    """Kernels of Gaussian processes, each group with and without another mean."""
    from importlib.util import find_spec

    if not find_spec("flint"):
        print("python-flint is not installed: no kernels")
        return []
    generator, found = numpy.random.default_rng(0), []
    for name in KERNELS:
        for size in POINTS:
            for jitters in JITTERS:
                seeds = [numpy.random.default_rng(size) for _ in jitters]
                target, base = (kernel(name, size, 0.2, *pair) for pair in zip(jitters, seeds, strict=True))
                gap = generator.standard_normal(size) * (size == POINTS[0])
                found.append(("kernels", target, base, gap, float(by_arb(target, base, gap).value)))
    return found


def accuracy(contender: Contender, cases: list[tuple[str, Matrix, Matrix, Matrix, float]]) -> list[str]:
    """The worst relative error of each group; negative values and failures."""
    worst: dict[str, float] = {}
    negative = failed = 0
    for group, target, base, gap, true in cases:
        worst.setdefault(group, 0.0)
        try:
            value = contender(target, base, gap)
        except (ArithmeticError, ValueError, RuntimeError, numpy.linalg.LinAlgError, IndefiniteError):
            failed += 1
            continue
        if not isfinite(value):
            failed += 1
            continue
        negative += value < 0
        worst[group] = max(worst[group], abs(value - true) / true)
    return [*(f"{error:.1e}" for error in worst.values()), str(negative), str(failed)]


def times(contenders: dict[str, Contender], size: int) -> dict[str, list[str]]:
    """CPU times of one divergence in so many dimensions, in products of two matrices, and klcli's as 1."""
    generator = numpy.random.default_rng(1)
    pairs = [[ill_conditioned(generator, size, condition) for _ in range(2)] for condition in (EASY, HARD)]
    gap = generator.standard_normal(size)
    seconds: dict[str, list[list[float]]] = {name: [[], []] for name in contenders}
    product = []
    for _ in range(ROUNDS):
        product.append(clock(lambda: pairs[0][0] @ pairs[0][1]))
        for place, (target, base) in enumerate(pairs):
            for name, contender in contenders.items():
                seconds[name][place].append(clock(partial(contender, target, base, gap)))
    own, unit = [min(values) for values in seconds["klcli"]], min(product)
    return {
        name: [
            " / ".join(f"{min(values) / mine:.2g}" for values, mine in zip(both, own, strict=True)),
            " / ".join(f"{min(values) / unit:.2g}" for values in both),
        ]
        for name, both in seconds.items()
    }


def clock(work: Callable[[], object]) -> float:
    """CPU seconds, which other processes on the machine change little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the tables."""
    contenders, cases = installed(), [*problems(), *kernels()]
    groups = list(dict.fromkeys(group for group, *_ in cases))
    print_table(
        f"Full covariances, {len(cases)} problems of sizes up to {max(*SIZES, *POINTS)} and conditions up to "
        "1e15: worst relative errors",
        ("", *groups, "negative", "failures"),
        [(name, *accuracy(contender, cases)) for name, contender in contenders.items()],
    )
    for size in LARGE:
        found = times(contenders, size)
        print_table(
            f"Time of one divergence in {size} dimensions at condition {EASY:g} / {HARD:g}",
            ("", "klcli = 1", "products of matrices"),
            [(name, *columns) for name, columns in found.items()],
        )


if __name__ == "__main__":
    main()
