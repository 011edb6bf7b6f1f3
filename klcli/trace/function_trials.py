"""Calls of a function with means and heads of its own, held against the KL entry by entry.

The truth is written from the two Gaussians; its gradient is taken by complex steps. Nothing here knows how
the function computes. It is called in two shapes of different lengths, so that a sum over the wrong axis, or
a count of another length, is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import exp, isfinite, prod
from random import Random
from typing import Any, Literal, TypeAlias

from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import substitute
from klcli.formula.tree import Tree, number
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.gaussian.parameterization import Parameterization
from klcli.values import dataclass

OutputReduction: TypeAlias = Literal["none", "sum", "sum-mean", "mean", "mean-sum"]
REDUCTIONS: tuple[OutputReduction, ...] = ("none", "sum", "sum-mean", "mean", "mean-sum")
"""Entry by entry; summed; summed over the latents and averaged over the batch; averaged over both; averaged
over the latents and summed over the batch. Of a result for every example the second word has no meaning."""

SHAPES = ((3, 5), (7, 6))
"""Of lengths that differ, and that are no numbers of a KL."""
_LOG_SIGMAS = (-1.6, 1.6)
"""Natural logarithms of 0.2 and 5: usual posteriors, on both sides of a prior of 1."""
_MEANS = 2.0
"""Means lie between this and its negative, in standard deviations of the prior."""
_STEP = 1e-30
"""Of the complex step: its square is below all roundings, and it is far above the smallest double."""
_CLOSE: Mapping[str, float] = {"float64": 1e-9, "float32": 2e-5}
"""Relative errors that a sum of a few entries may have in a precision."""
_ROUGH = 2e-2
"""The same for half precisions, whose numbers have 8 to 11 bits."""
_FAR_LOG_VARIANCES = (-100.0, -30.0, 30.0, 100.0)
"""Where a branch may begin that usual entries never meet; e^100 is finite in double precision."""
_FAR_MEANS = (-100.0, -30.0, 30.0, 100.0)
"""The same of means, whose squares every precision has."""
_KL = parse("1/2 (sigma^2/t + (mu - m)^2/t - 1 - 2 log sigma + log t)")

Caller: TypeAlias = Callable[[Mapping[str, tuple[tuple[int, ...], list[float]]], str], Mapping[str, Any]]
"""Calls the function with entries by names in a precision: document, shape, values, gradients."""

MeansAndHeads: TypeAlias = tuple[list[float], list[float]]
"""Of a mean and of a head."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One call.

    Attributes:
        shape: of mean and head.
        dtype: the precision.
        mean: the entries of the mean.
        head: the entries of the head.
        out: what came of it.
        truth: the KL of every entry.
        slopes: its derivatives in mean and head.
    """

    shape: tuple[int, ...]
    dtype: str
    mean: tuple[float, ...]
    head: tuple[float, ...]
    out: Mapping[str, Any]
    truth: tuple[float, ...]
    slopes: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a function is not the KL.

    Attributes:
        what: ``value``, or the name of the argument whose gradient it is.
        mean: at this mean, where one entry can be blamed.
        head: at this head.
        dtype: the precision.
        found: what it gives.
        expected: what it should give.
        size: how far off that is, relative to 1 + |expected|.
    """

    what: str
    mean: float
    head: float
    dtype: str
    found: float
    expected: float
    size: float


def entries(shape: tuple[int, ...], reading: Parameterization, generator: Random) -> MeansAndHeads:
    """Means and heads of a shape, with the point (0.5, head 1) among them.

    Args:
        shape: of both.
        reading: what the heads mean.
        generator: of the random numbers.
    """
    size = prod(shape)
    mean = [0.5, *(generator.uniform(-_MEANS, _MEANS) for _ in range(size - 1))]
    if reading.admits(1):
        return mean, [1.0, *_heads(reading, generator, size - 1)]
    return mean, [*_heads(reading, generator, size)]


def far_points(reading: Parameterization) -> Iterator[tuple[float, float]]:
    """Single means and heads beyond those of usual posteriors, as far as a reading has them."""
    yield from ((mean, next(_heads(reading, Random(0), 1))) for mean in _FAR_MEANS)
    for log_variance in _FAR_LOG_VARIANCES:
        with suppress(ArithmeticError):
            head = float(evaluate(reading.head, {"sigma": exp(log_variance / 2)}, Doubles()))
            if reading.admits(head):
                yield 0.5, head


@dataclass(frozen=True, slots=True)
class TriedFunction:
    """A function, and the KL that it is held against.

    Attributes:
        call: how it is called.
        names: of its mean and its head.
        reading: what its head means.
        prior: mean and standard deviation.
    """

    call: Caller
    names: tuple[str, str]
    reading: Parameterization
    prior: tuple[float, float]

    def trial(self, shape: tuple[int, ...], dtype: str, given: MeansAndHeads) -> Trial:
        """Call it once, with the entries of a mean and a head.

        Args:
            shape: of mean and head.
            dtype: the precision.
            given: their entries.
        """
        mean, head = map(tuple, given)
        out = self.call(
            {name: (shape, list(one)) for name, one in zip(self.names, given, strict=True)}, dtype
        )
        tree, pairs = kl_tree(self.reading, self.prior), list(zip(mean, head, strict=True))
        of_mean = tuple(_at(tree, complex(m, _STEP), s).imag / _STEP for m, s in pairs)
        of_head = tuple(_at(tree, m, complex(s, _STEP)).imag / _STEP for m, s in pairs)
        slopes = dict(zip(self.names, (of_mean, of_head), strict=True))
        return Trial(shape, dtype, mean, head, out, tuple(_at(tree, m, s).real for m, s in pairs), slopes)


def kl_tree(reading: Parameterization, prior: tuple[float, float]) -> Tree:
    """The KL in mu and s, to a prior with a mean and a standard deviation."""
    m, t = (number(Fraction(repr(float(value)))) for value in (prior[0], prior[1] ** 2))
    return substitute(_KL, {"sigma": reading.sigma, "m": m, "t": t})


def _heads(reading: Parameterization, generator: Random, count: int) -> Iterator[float]:
    """Heads of standard deviations from 0.2 to 5, as far as the reading has them."""
    found = 0
    while found < count:
        sigma = exp(generator.uniform(*_LOG_SIGMAS))
        try:
            head = float(evaluate(reading.head, {"sigma": sigma}, Doubles()))
        except ArithmeticError:
            continue
        found += 1
        yield head


def _at(tree: Tree, mean: complex, head: complex) -> complex:
    return complex(evaluate_arrays(tree, {"mu": Array((), [mean]), "s": Array((), [head])}).values[0])


def reduction_of(trials: Sequence[Trial], scale: float) -> OutputReduction | None:
    """The reduction with which all values are the KL times the scale; None if there is none."""
    for name in REDUCTIONS:
        if all(_fits(one, name, scale) for one in trials):
            return name
    return None


def _fits(one: Trial, name: OutputReduction, scale: float) -> bool:
    expected = expected_values(one, name)
    if expected is None:
        return False
    found = list(map(float, one.out["values"]))
    limit = limit_of(one.dtype)
    return len(found) == len(expected) and all(
        isfinite(a) and abs(a - scale * b) <= limit * scale * (1 + abs(b)) * len(one.truth) ** 0.5
        for a, b in zip(found, expected, strict=True)
    )


def limit_of(dtype: str) -> float:
    """The relative error that a sum of a few entries may have in a precision."""
    return _CLOSE.get(dtype, _ROUGH)


def _reduced(
    entries: Sequence[float], shape: tuple[int, ...], out: tuple[int, ...], name: OutputReduction
) -> list[float] | None:
    """The entries summed up to the shape of a result; None where that has no such reduction."""
    batch, latents = shape
    rows = [sum(entries[row * latents : (row + 1) * latents]) for row in range(batch)]
    if prod(out) == batch * latents and len(out) == 2:
        return list(entries) if name == "none" else None
    factor = _factor(name, shape)
    if factor is None:
        return None
    if prod(out) == batch and batch in out:
        share = 1 / latents if name in ("mean", "mean-sum") else 1.0
        return [share * row for row in rows] if name in ("sum", "mean") else None
    return [factor * sum(rows)] if prod(out) == 1 else None


def _factor(name: OutputReduction, shape: tuple[int, ...]) -> float | None:
    batch, latents = shape
    return {
        "none": None,
        "sum": 1.0,
        "sum-mean": 1 / batch,
        "mean": 1 / (batch * latents),
        "mean-sum": 1 / latents,
    }[name]


def expected_values(one: Trial, name: OutputReduction) -> list[float] | None:
    """The KL as a call that reduces it so gives it back; None where the result has another shape."""
    return _reduced(one.truth, one.shape, tuple(one.out["shape"]), name)


def output_share(one: Trial, name: OutputReduction) -> float:
    """What a reduction multiplies the KL of every entry by."""
    if prod(one.out["shape"]) == 1:
        return _factor(name, one.shape) or 1.0
    return 1 / one.shape[1] if name == "mean" else 1.0


def gaps(one: Trial, name: OutputReduction, scale: float, *, gradient: bool) -> Iterator[Gap]:
    """Where the gradient of a call is not that of the KL, whose values it has.

    Args:
        one: the call.
        name: how its values are the KL.
        scale: the factor that the KL is to have.
        gradient: whether gradients count.
    """
    if not gradient or one.out["gradients"] is None:
        return  # NumPy has none
    share = scale * output_share(one, name)
    for argument, slopes in one.slopes.items():
        found = one.out["gradients"].get(argument) or [0.0] * len(slopes)
        points = zip(map(float, found), slopes, one.mean, one.head, strict=True)
        for value, slope, mean, head in points:
            own = value / share
            size = abs(own - slope) / (1 + abs(slope))
            # A gradient has passed through twice the operations; a wrong one is off by a share of itself.
            if not size <= limit_of(one.dtype) * 10:
                yield Gap(argument, mean, head, one.dtype, own, slope, size)
