"""The array kernel against mpmath, in ulp, for every parameterization in every regime; and the laws it keeps."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from klcli.errors import KlcliError
from klcli.gaussian import double_double as arithmetic
from klcli.gaussian import few_elements, kernel, kernel_terms
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference

Array = NDArray[np.float64]
Problem = tuple[Array, Array, Array, Array | None]
"""mean_q, head_q, mean_p, head_p"""

NAMES = tuple(name for name, row in PARAMETERIZATIONS.items() if row.kernel)
"""The readings with a kernel of their own."""
POSITIVE = {name for name, row in PARAMETERIZATIONS.items() if row.domain == "positive"}
POINTS = 100
LIMIT = 8
"""ulp, the promise"""

RANGED = {name for name, row in PARAMETERIZATIONS.items() if row.has_range}
"""Readings of which sigma cannot be any positive number."""

UNIT_HEAD = {name: 37.0 if name in RANGED else float(reference.HEAD[name](mpmath.mpf(1))) for name in NAMES}
"""Heads with sigma = 1; the sigmoid of 37 is 1 to half a rounding error."""


def exact_kl(name: str, mean_q: float, head_q: float, mean_p: float, head_p: float | None) -> Any:
    """KL(q || p) with at least 30 digits left after all cancellation, or an exact 0."""
    digits = 60
    while True:
        with mpmath.workdps(digits):
            sigma_q = reference.SIGMA[name](mpmath.mpf(head_q))
            sigma_p = mpmath.mpf(1) if head_p is None else reference.SIGMA[name](mpmath.mpf(head_p))
            value = reference.kl(mpmath.mpf(mean_q), sigma_q, mpmath.mpf(mean_p), sigma_p)
            if (
                digits > 1200
                or (head_q == head_p and mean_q == mean_p)
                or abs(value) > mpmath.mpf(10) ** (30 - digits)
            ):
                return value
        digits *= 2


def nearest(value: Any) -> float:
    """The double nearest to a number >= 0, infinity beyond the doubles."""
    return (
        math.inf
        if value >= mpmath.mpf(2) ** 1024
        else 0.0
        if value < mpmath.mpf(2) ** -1075
        else float(value)
    )


def ulps(found: float, value: Any) -> float:
    """The error of a double in units in the last place of the nearest one."""
    rounded = nearest(value)
    if math.isinf(rounded) or math.isinf(found):
        return 0.0 if found == rounded else math.inf
    return float(abs(mpmath.mpf(float(found)) - value) / math.ulp(rounded))


def signs(rng: np.random.Generator) -> Array:
    return rng.choice([-1.0, 1.0], POINTS)


def small(rng: np.random.Generator) -> Array:
    """Distances from 1e-16 to 1e-1, of both signs."""
    return 10 ** rng.uniform(-16, -1, POINTS) * signs(rng)


def heads(name: str, log_sigma: Array) -> Array:
    """Doubles near the heads of the given scales, or of as many in the range of sigma."""
    within = PARAMETERIZATIONS[name].within
    values = [reference.HEAD[name](within(mpmath.exp(mpmath.mpf(float(x))))) for x in log_sigma]
    return np.array([float(value) for value in values])


def extreme_heads(name: str, rng: np.random.Generator) -> Array:
    """Anything from 1e-300 to 1e300 that can be a head, with a share where exponentials leave the doubles."""
    if name in POSITIVE:
        return 10 ** rng.uniform(-300, 300, POINTS)
    wide = 10 ** rng.uniform(-300, 300, POINTS) * signs(rng)
    return np.where(rng.random(POINTS) < 0.2, wide, rng.uniform(-1500, 1500, POINTS))


def moved(name: str, head: Array, distance: Array) -> Array:
    """Heads at a distance: relative where a head is positive, absolute where it is any number."""
    return head * (1 + distance) if name in POSITIVE else head + distance


def near_equality(name: str, rng: np.random.Generator) -> Problem:
    head_p = heads(name, rng.uniform(-3, 3, POINTS))
    return np.zeros(POINTS), moved(name, head_p, small(rng)), np.zeros(POINTS), head_p


def near_the_unit_prior(name: str, rng: np.random.Generator) -> Problem:
    return np.zeros(POINTS), moved(name, np.full(POINTS, UNIT_HEAD[name]), small(rng)), np.zeros(POINTS), None


def neighbours_of_the_unit_prior(name: str, rng: np.random.Generator) -> Problem:
    steps = rng.integers(-9, 10, POINTS) * np.spacing(UNIT_HEAD[name] or 1.0)
    return np.zeros(POINTS), UNIT_HEAD[name] + steps, np.zeros(POINTS), None


def near_equality_of_everything(name: str, rng: np.random.Generator) -> Problem:
    mean_p, head_p = rng.normal(size=POINTS), heads(name, rng.uniform(-3, 3, POINTS))
    return mean_p * (1 + small(rng)), moved(name, head_p, small(rng)), mean_p, head_p


def near_equality_of_extremes(name: str, rng: np.random.Generator) -> Problem:
    head_p = extreme_heads(name, rng)
    return np.zeros(POINTS), moved(name, head_p, small(rng)), np.zeros(POINTS), head_p


def neighbours_of_large_heads(name: str, rng: np.random.Generator) -> Problem:
    """Relative distances at any magnitude: all that tells two huge softplus heads apart."""
    # Beyond a thousand a sigmoid is 1, to more digits than the reference can be asked for.
    most = 3 if name == "sigmoid" else 300
    head_p = 10 ** np.where(
        rng.random(POINTS) < 0.5, rng.uniform(0, most, POINTS), rng.uniform(most, most * 1.026, POINTS)
    )
    return np.zeros(POINTS), head_p * (1 + small(rng)), np.zeros(POINTS), head_p


def moderate_unit_prior(name: str, rng: np.random.Generator) -> Problem:
    return rng.normal(size=POINTS), heads(name, rng.uniform(-3, 3, POINTS)), np.zeros(POINTS), None


def moderate(name: str, rng: np.random.Generator) -> Problem:
    mean_q, mean_p = rng.normal(size=(2, POINTS))
    return mean_q, heads(name, rng.uniform(-3, 3, POINTS)), mean_p, heads(name, rng.uniform(-3, 3, POINTS))


def ends_of_the_series(name: str, rng: np.random.Generator) -> Problem:
    """Ratios of 1/2 and 2, where the branches meet and the spread is worst conditioned."""
    log_sigma, power = rng.uniform(-3, 3, POINTS), 0.5 if "var" in name or "precision" in name else 1.0
    step = power * (np.log(2) + rng.uniform(-0.3, 0.3, POINTS)) * signs(rng)
    return np.zeros(POINTS), heads(name, log_sigma + step), np.zeros(POINTS), heads(name, log_sigma)


def moderate_distances(name: str, rng: np.random.Generator) -> Problem:
    """Heads 1/8 apart, where the softplus readings change from one way to another, anywhere in their table."""
    head_p = rng.uniform(-40, 40, POINTS)
    if name in POSITIVE:
        head_p = np.exp(head_p)
    distance = rng.uniform(0.1, 0.3, POINTS) * signs(rng)
    return np.zeros(POINTS), moved(name, head_p, distance), np.zeros(POINTS), head_p


def extreme_unit_prior(name: str, rng: np.random.Generator) -> Problem:
    return np.zeros(POINTS), extreme_heads(name, rng), np.zeros(POINTS), None


def extreme(name: str, rng: np.random.Generator) -> Problem:
    mean_q, mean_p = 10 ** rng.uniform(-300, 300, (2, POINTS)) * signs(rng)
    return mean_q, extreme_heads(name, rng), mean_p, extreme_heads(name, rng)


def comparable_extremes(name: str, rng: np.random.Generator) -> Problem:
    """Extreme scales whose ratio is moderate, so that the divergence stays finite."""
    mean_q, head_p = rng.normal(size=POINTS), extreme_heads(name, rng)
    head_q = (
        head_p * rng.uniform(0.1, 10, POINTS) if name in POSITIVE else head_p + rng.uniform(-9, 9, POINTS)
    )
    return mean_q, head_q, mean_q, head_p


def large_common_mean(name: str, rng: np.random.Generator) -> Problem:
    mean_p, head = 10 ** rng.uniform(3, 15, POINTS), heads(name, rng.uniform(-3, 3, POINTS))
    return mean_p + rng.normal(size=POINTS), moved(name, head, small(rng)), mean_p, head


REGIMES: tuple[Callable[[str, np.random.Generator], Problem], ...] = (
    near_equality,
    near_the_unit_prior,
    neighbours_of_the_unit_prior,
    near_equality_of_everything,
    near_equality_of_extremes,
    neighbours_of_large_heads,
    moderate_unit_prior,
    moderate,
    ends_of_the_series,
    moderate_distances,
    extreme_unit_prior,
    extreme,
    comparable_extremes,
    large_common_mean,
)


def assert_promise(name: str, found: Array, problem: Problem) -> None:
    mean_q, head_q, mean_p, head_p = problem
    for i, value in enumerate(found):
        point = (
            float(mean_q[i]),
            float(head_q[i]),
            float(mean_p[i]),
            None if head_p is None else float(head_p[i]),
        )
        true = exact_kl(name, *point)
        assert ulps(value, true) <= LIMIT, (name, point, value, nearest(true))
        assert value >= 0
        assert (value == 0) == (nearest(true) == 0), (name, point)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_within_the_promise(name: str, regime: Callable[[str, np.random.Generator], Problem]) -> None:
    problem = regime(name, np.random.default_rng(NAMES.index(name)))
    assert_promise(name, kernel.divergence(*problem, parameterization=name), problem)


ENDS = {
    True: (
        5e-324,
        1e-310,
        2.3e-308,
        1e-160,
        0.49,
        0.5,
        1 - 2**-53,
        1,
        2.01,
        1.3e154,
        1.4e154,
        8e307,
        1.79e308,
    ),
    False: (0, 5e-324, 1e-160, 1e-16, 0.25, 1, 39.9, 40.1, 355, 429, 701, 709.5, 710.4, 746, 1e16, 1.79e308),
}
MEANS = (0, 5e-324, 1e-162, 1, 1e155, 1.79e308, -1.79e308)


def ends(name: str) -> tuple[float, ...]:
    """Heads at the ends of the doubles, of the exponentials and of the kernel's own branches."""
    positive = name in POSITIVE
    return ENDS[positive] if positive else (*ENDS[False], *(-x for x in ENDS[False][1:]))


@pytest.mark.parametrize("name", NAMES)
def test_ends_of_the_scales(name: str) -> None:
    head_q, head_p = np.array(list(product(ends(name), repeat=2)), dtype=float).T
    zero = np.zeros_like(head_q)
    assert_promise(name, kernel.spread(head_q, head_p, name), (zero, head_q, zero, head_p))
    assert_promise(name, kernel.spread(ends(name), None, name), (zero, np.array(ends(name)), zero, None))


@pytest.mark.parametrize("name", NAMES)
def test_ends_of_the_shift(name: str) -> None:
    mean_q, mean_p, head = np.array(list(product(MEANS, MEANS, ends(name))), dtype=float).T
    found = kernel.shift(mean_q, mean_p, head, name)
    with mpmath.workdps(60):
        sigma = {s: reference.SIGMA[name](mpmath.mpf(float(s))) for s in ends(name)}
        for m, n, s, value in zip(mean_q, mean_p, head, found, strict=True):
            true = ((mpmath.mpf(float(m)) - mpmath.mpf(float(n))) / sigma[s]) ** 2 / 2
            assert ulps(value, true) <= LIMIT, (name, m, n, s, value)


@pytest.mark.parametrize("name", ["logstd", "logvar", "logprecision"])
def test_the_last_finite_spreads(name: str) -> None:
    """exp(2t) is no double any more and exp(2t)/2 is; the rounding error of t counts 700 times."""
    rng, zero = np.random.default_rng(0), np.zeros(POINTS)
    multiple = {"logstd": 1.0, "logvar": 0.5, "logprecision": -0.5}[name]
    head_p = rng.uniform(0.1, 1, POINTS)
    head_q = head_p + rng.uniform(354.9, 355.2, POINTS) / multiple
    assert_promise(name, kernel.spread(head_q, head_p, name), (zero, head_q, zero, head_p))


def test_a_large_common_mean_cancels_before_the_ratio() -> None:
    for mean in (1e16, 1e150, 1e300):
        neighbour = np.nextafter(mean, np.inf)
        scale = neighbour - mean
        assert kernel.divergence(neighbour, scale, mean, scale) == 0.5


def test_the_softplus_of_no_double_is_one() -> None:
    around = UNIT_HEAD["softplus"] + np.spacing(UNIT_HEAD["softplus"]) * np.arange(-3, 4)
    for name in ("softplus", "softplusvar"):
        assert (kernel.divergence(0, around, parameterization=name) > 0).all()


# The polynomials and the constants.


def atanh_remainder(x: Any) -> Any:
    """2 (atanh(w)/w - 1)/x with x = w^2, by its power series."""
    return mpmath.fsum(2 * x**k / (2 * k + 3) for k in range(70))


def exp_remainder(x: Any) -> Any:
    """(exp(x) - 1 - x - x^2/2)/x^3, by its power series."""
    return mpmath.fsum(x**k / mpmath.factorial(k + 3) for k in range(50))


SERIES = [
    (arithmetic.ATANH_SERIES, atanh_remainder, (0, mpmath.mpf(1) / 9), 1.4e-16),
    (arithmetic.EXP_SERIES, exp_remainder, (-1, 1), 2.4e-17),
]


@pytest.mark.parametrize(("coefficients", "function", "interval", "error"), SERIES, ids=["atanh", "exp"])
def test_series(
    coefficients: tuple[float, ...], function: Callable[[Any], Any], interval: tuple[Any, Any], error: float
) -> None:
    count, (low, high) = len(coefficients), interval
    with mpmath.workdps(60):
        middle, half = (mpmath.mpf(low) + high) / 2, (mpmath.mpf(high) - low) / 2
        nodes = [middle + half * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
        powers = mpmath.matrix(count, count)
        for row, column in product(range(count), repeat=2):
            powers[row, column] = nodes[row] ** (count - 1 - column)
        fitted = mpmath.lu_solve(powers, mpmath.matrix([function(x) for x in nodes]))
        assert tuple(map(float, fitted)) == coefficients
        points = [low + (mpmath.mpf(high) - low) * k / 400 for k in range(401)]
        rounded = [mpmath.mpf(c) for c in coefficients]
        assert max(abs(mpmath.polyval(rounded, x) - function(x)) for x in points) < error


def test_constants() -> None:
    with mpmath.workdps(60):
        high, low = map(mpmath.mpf, kernel_terms.SOFTPLUS_ONE)
        assert abs(mpmath.log(mpmath.e - 1) - high - low) < mpmath.mpf(2) ** -107
        assert abs(mpmath.exp(kernel_terms.SAFE_LOG) / kernel_terms.SAFE_FACTOR - 1) < 2e-19


PAIRS: list[tuple[Callable[[Array], Any], Callable[[Any], Any], float, float]] = [
    (arithmetic.exp, mpmath.exp, -40, 0),
    (lambda x: arithmetic.log1p((x, 0 * x)), mpmath.log1p, -0.5, 1),
    (lambda x: arithmetic.expm1((x, 0 * x)), mpmath.expm1, -0.25, 0.25),
    (arithmetic.softplus, lambda s: mpmath.log1p(mpmath.exp(s)), -40, 40),
    (arithmetic.sigmoid, lambda s: 1 / (1 + mpmath.exp(-s)), -40, 40),
]


@pytest.mark.parametrize(
    ("function", "true", "low", "high"), PAIRS, ids=["exp", "log1p", "expm1", "softplus", "sigmoid"]
)
def test_pairs(function: Callable[[Array], Any], true: Callable[[Any], Any], low: float, high: float) -> None:
    """Two floats that do not overlap, together good to 0.3 of the first one's rounding error."""
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.uniform(low, high, 500), rng.uniform(max(low, -2), min(high, 2), 500)])
    large, rest = function(points)
    assert (large + rest == large).all()
    with mpmath.workdps(60):
        for x, a, b in zip(points, large, rest, strict=True):
            value = true(mpmath.mpf(float(x)))
            assert abs((mpmath.mpf(float(a)) + mpmath.mpf(float(b))) / value - 1) < 0.3 * 2**-53


# Laws.


def head_of(name: str) -> st.SearchStrategy[float]:
    return st.floats(1e-300, 1e300) if name in POSITIVE else st.floats(-700, 700)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, float, float]:
    """A parameterization and two heads, often close to each other."""
    name = draw(st.sampled_from(NAMES))
    head = draw(head_of(name))
    other = draw(
        head_of(name) | st.floats(-0.1, 0.1).map(lambda d: float(moved(name, np.array(head), np.array(d))))
    )
    return name, head, other


@settings(deadline=None, max_examples=120)
@given(pairs(), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_sum_of_two_terms_that_are_never_negative(pair: tuple[str, float, float], m: float, n: float) -> None:
    name, q, p = pair
    spread, shift = kernel.spread(q, p, name), kernel.shift(m, n, p, name)
    assert spread >= 0
    assert shift >= 0
    assert kernel.divergence(m, q, n, p, name) == spread + shift


@settings(deadline=None, max_examples=120)
@given(pairs(), st.floats(-1e6, 1e6))
def test_zero_only_for_equal_distributions(pair: tuple[str, float, float], mean: float) -> None:
    name, q, p = pair
    slope = math.exp(-max(q, p, 0.0)) if name == "sigmoid" else 1.0
    assume(q == p or name in POSITIVE or abs(q - p) * slope > 1e-150)  # the square of less is no double
    assert (kernel.divergence(mean, q, mean, p, name) == 0) == (q == p)
    assert kernel.divergence(mean, p, mean, p, name) == 0


@settings(deadline=None, max_examples=100)
@given(*[st.floats(-4, 4)] * 4)
def test_readings_agree_within_their_conditioning(m: float, n: float, log_q: float, log_p: float) -> None:
    heads_of = {name: heads(name, np.array([log_q, log_p])) for name in NAMES if name not in RANGED}
    found = {name: float(kernel.divergence(m, q, n, p, name)) for name, (q, p) in heads_of.items()}
    ratio, distance = math.exp(log_q - log_p), (m - n) / math.exp(log_p)
    eps = 2.0**-53
    head = 1 + max(abs(value) for pair in heads_of.values() for value in pair)
    moved_by = 4 * eps * head  # in log sigma, by the rounding of a head
    bound = (
        moved_by * (abs(ratio**2 - 1) + distance**2) + moved_by**2 * (1 + ratio**2) + 16 * eps * found["std"]
    )
    assert all(abs(value - found["std"]) <= 2 * bound for value in found.values())


@pytest.mark.parametrize(
    "region", [((-760, -640), (-41, 41)), ((360, 390), (360, 390)), ((-41, 41), (-360, -340))]
)
def test_where_a_sigmoid_or_its_spread_is_no_normal_float(region: tuple[tuple[int, int], ...]) -> None:
    rng, zero = np.random.default_rng(0), np.zeros(2 * POINTS)
    head_q, head_p = (rng.uniform(*ends, 2 * POINTS) for ends in region)
    assert_promise("sigmoid", kernel.spread(head_q, head_p, "sigmoid"), (zero, head_q, zero, head_p))
    assert_promise("sigmoid", kernel.spread(head_q, None, "sigmoid"), (zero, head_q, zero, None))


@settings(deadline=None, max_examples=80)
@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(-9, 9))
def test_a_sigmoid_far_below_is_an_exponential_and_far_above_is_one(
    low: float, high: float, mean: float
) -> None:
    """The readings that it meets: logstd below, and a prior of sigma 1 above."""
    q, p = low - 70, high - 70  # sigma is exp(s) but for exp(-40)
    assert kernel.divergence(mean, q, 0, p, "sigmoid") == pytest.approx(
        kernel.divergence(mean, q, 0, p, "logstd"), rel=1e-15
    )
    far = kernel.divergence(mean, low, 0, 800.0, "sigmoid")
    assert far == pytest.approx(kernel.divergence(mean, low, parameterization="sigmoid"), rel=2e-15)


@settings(deadline=None, max_examples=200)
@given(st.floats(-40, 300), st.floats(0.01, 50), st.floats(0.01, 50))
def test_the_spread_of_sigmoids_grows_with_their_distance(p: float, near: float, farther: float) -> None:
    kernel_terms = [float(kernel.spread(p + step, p, "sigmoid")) for step in (near, near + farther)]
    assert 0 < kernel_terms[0] <= kernel_terms[1]
    below = [float(kernel.spread(p - step, p, "sigmoid")) for step in (near, near + farther)]
    assert 0 < below[0] < below[1]


@settings(deadline=None)
@given(st.floats(-9, 9), st.floats(0.1, 9), st.floats(-9, 9), st.floats(0.1, 9), st.integers(-300, 300))
def test_a_change_of_unit_changes_no_bit(m: float, s: float, n: float, t: float, power: int) -> None:
    assume(all(x == 0 or abs(x) > 1e-100 for x in (m, n, m - n)))
    unit = 2.0**power
    assert kernel.divergence(m * unit, s * unit, n * unit, t * unit) == kernel.divergence(m, s, n, t)


def test_mirror_images() -> None:
    rng = np.random.default_rng(0)
    q, p = rng.uniform(0.1, 9, (2, 500))
    assert (kernel.spread(q, p, "var") == kernel.spread(p, q, "precision")).all()
    assert (kernel.spread(q, p, "logvar") == kernel.spread(p, q, "logprecision")).all()
    assert (kernel.spread(q, None, "std") == kernel.spread(q, 1, "std")).all()


# Arrays.


@pytest.mark.parametrize("name", NAMES)
def test_blocks_leave_no_trace(name: str) -> None:
    rng = np.random.default_rng(1)
    count = kernel.BLOCK + 1003
    arguments = (
        rng.normal(size=count),
        rng.uniform(0.05, 4, count),
        rng.normal(size=count),
        rng.uniform(0.05, 4, count),
    )
    arguments[1][::7], arguments[3][::11] = 300.0, 1e-9  # some of the rare branches
    whole = kernel.divergence(*arguments, name)
    for cut in (1, 6, 1003, kernel.BLOCK - 1):
        parts = [
            kernel.divergence(*(x[piece] for x in arguments), name)
            for piece in (slice(cut), slice(cut, None))
        ]
        assert (np.concatenate(parts) == whole).all()
    for i in range(0, count, 997):
        assert kernel.divergence(*(x[i] for x in arguments), name) == whole[i]
    strided = kernel.divergence(*(np.repeat(x, 3)[::3] for x in arguments), name)
    assert (strided == whole).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "shapes", [((3, 1), (4,), (), (2, 1, 1)), ((), (), (), (5,)), ((0, 3), (3,), (), (1,))]
)
def test_broadcasting(name: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    rng = np.random.default_rng(2)
    arguments = [rng.uniform(0.5, 2, shape) for shape in shapes]
    full = np.broadcast_arrays(*arguments)
    found = kernel.divergence(*arguments, name)
    assert found.shape == full[0].shape
    assert (
        found.ravel() == [kernel.divergence(*(x.flat[i] for x in full), name) for i in range(full[0].size)]
    ).all()


def test_types_and_orders() -> None:
    head = np.arange(1, 13).reshape(3, 4)
    expected = kernel.divergence(0.0, head.astype(float))
    assert expected.dtype == np.float64
    for other in (
        head,
        head.astype(np.float32),
        head.tolist(),
        np.asfortranarray(head),
        head.astype(float)[:, ::-1][:, ::-1],
    ):
        assert (kernel.divergence(0, other) == expected).all()
    scalar = kernel.divergence(0.3, 1.2)
    assert isinstance(scalar, np.float64)
    assert scalar == pytest.approx(0.08267844320604538, rel=1e-15)


def test_arguments_are_only_read() -> None:
    arguments = [np.full(5, 0.7) for _ in range(4)]
    for array in arguments:
        array.flags.writeable = False
    for name in NAMES:
        kernel.divergence(*arguments, name)


@pytest.mark.parametrize("name", NAMES)
def test_no_warnings(name: str) -> None:
    values = np.array(ends(name), dtype=float)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        found = kernel.divergence(1e300, values[:, None], -1e300, values, name)
        assert not np.isnan(found).any()
        kernel.divergence(0, values, parameterization=name)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_few_elements_have_the_same_bits(
    name: str, regime: Callable[[str, np.random.Generator], Problem]
) -> None:
    """Small arrays and scalars go another way to the same doubles."""
    mean_q, head_q, mean_p, head_p = regime(name, np.random.default_rng(3))
    whole = kernel.divergence(mean_q, head_q, mean_p, head_p, name)
    for size in (1, few_elements.FEW, few_elements.FEW + 1):
        rows = slice(5, 5 + size)
        part = None if head_p is None else head_p[rows]
        found = kernel.divergence(mean_q[rows], head_q[rows], mean_p[rows], part, name)
        assert (found == whole[rows]).all()
    for i in range(0, POINTS, 9):
        prior = None if head_p is None else float(head_p[i])
        found = kernel.divergence(float(mean_q[i]), float(head_q[i]), float(mean_p[i]), prior, name)
        assert isinstance(found, np.float64)
        assert found == whole[i]


# Errors.


def invalid() -> Iterator[tuple[str, float]]:
    for name in NAMES:
        for value in (math.nan, math.inf, -math.inf, *((0.0, -0.0, -1.5) if name in POSITIVE else ())):
            yield name, value


@pytest.mark.parametrize(("name", "value"), list(invalid()))
def test_invalid_heads(name: str, value: float) -> None:
    array = np.full(kernel.BLOCK + 5, 0.5)
    array[-2] = value
    calls: list[Callable[[], Any]] = [
        lambda: kernel.divergence(0, array, parameterization=name),
        lambda: kernel.divergence(0, 0.5, 0, array, name),
        lambda: kernel.spread(0.5, array, name),
        lambda: kernel.shift(0, 0, array, name),
    ]
    for call in calls:
        with pytest.raises(KlcliError) as caught:
            call()
        assert name in caught.value.message
        assert f"got {value} at head_" in caught.value.message
        assert f"[{len(array) - 2}]" in caught.value.message


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_invalid_means(value: float) -> None:
    for means in ((value, 0), (0, value), ([0, value], [1, 2])):
        with pytest.raises(KlcliError, match="a mean must be finite"):
            kernel.shift(*means)
        with pytest.raises(KlcliError, match="a mean must be finite"):
            kernel.divergence(means[0], 1, means[1])


def test_negative_scale_has_a_hint() -> None:
    with pytest.raises(KlcliError) as caught:
        kernel.divergence(0, -2)
    assert caught.value.message == "std must be > 0 and finite, got -2.0"
    assert "logvar" in caught.value.hint


def test_unknown_parameterization() -> None:
    with pytest.raises(KlcliError, match="'sigma'") as caught:
        kernel.divergence(0, [], parameterization="sigma")
    assert all(name in caught.value.hint for name in NAMES)


# The house.


@pytest.mark.parametrize(
    "name",
    [
        "kernel",
        "kernel_table",
        "elementwise",
        "few_elements",
        "kernel_terms",
        "logistic",
        "softplus",
        "double_double",
    ],
)
def test_the_kernel_stands_alone(name: str) -> None:
    """Importing it loads numpy and nothing else of the package but its errors and its values."""
    code = (
        f"import sys, klcli.gaussian.{name}\n"
        "print(*sorted(module for module in sys.modules if module.startswith('klcli')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    own = (
        "",
        ".errors",
        ".values",
        ".gaussian",
        *(
            f".gaussian.{part}"
            for part in (
                "kernel",
                "kernel_table",
                "elementwise",
                "few_elements",
                "given_arrays",
                "kernel_terms",
                "logistic",
                "softplus",
                "double_double",
            )
        ),
    )
    assert set(loaded) <= {f"klcli{part}" for part in own}
