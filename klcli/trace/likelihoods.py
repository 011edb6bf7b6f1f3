"""Which parts of a loss are likelihoods, written out or called by their names, and how often they count.

What is written out is found by evaluating: k (x - y)^2 + c is a squared error, k |x - y| + c an absolute
one, k (x log y + (1 - x) log(1 - y)) + c a binary cross-entropy, and k ((x - y)^2/(2 s^2) + log s) + c the
density of a Gaussian with a spread of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import permutations
from math import exp, isfinite, log, nan, sqrt

from klcli.formula.entrywise_form import entry
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.weight import LIKELIHOODS
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording
from klcli.values import dataclass

NAMES = {
    "mse": "squared error",
    "l1": "absolute error",
    "bce": "binary cross-entropy",
    "cross-entropy": "cross-entropy",
    "gaussian": "Gaussian -log p",
    "smooth-l1": "smooth absolute error",
    "huber": "Huber loss",
    "poisson": "Poisson -log p",
    "kl-div": "KL of tables of probabilities",
}
"""What the likelihoods are called, by their names in a recording; those of `LIKELIHOODS` have a beta."""

_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another likelihood is off."""
_ROUNDING = 1e-13
"""Relative: of a quotient of differences of doubles, each a few hundred units in the last place off."""
_LARGEST_DENOMINATOR = 1000
"""Of a weight that is written as a fraction; at this size one number in ten million is near one by chance."""
_POINTS = 6
"""Two give k and c, and four more say whether they hold."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A likelihood of single entries.

    Attributes:
        name: its name in `NAMES`.
        factor: what multiplies it.
        names: the symbols of the two arrays that it compares.
        spread: the symbol of its standard deviation, where it has one of its own.
        sigma: the standard deviation, as a function of that.
    """

    name: str
    factor: float
    names: tuple[str, str]
    spread: str = ""
    sigma: Callable[[float], float] = float

    @property
    def has_beta(self) -> bool:
        """Whether it is a likelihood whose weight gives a beta."""
        return self.name in LIKELIHOODS


def likelihood_of(tree: Tree) -> Likelihood | None:
    """The likelihood that a part of a loss is, entry by entry; None if it is none of these."""
    names = free_symbols(tree)
    # Two arrays that are compared, and perhaps the variance of one of them.
    if len(names) not in (2, 3):
        return None
    bare = entry(tree, keeps_sums=False)
    for name, count, function in _FORMS:
        for order in permutations(names) if count == len(names) else ():
            factor = _factor(bare, order, function)
            if factor is not None and factor > 0:
                return Likelihood(name, factor, (order[0], order[1]))
    for order in permutations(names) if len(names) == 3 else ():
        if found := _gaussian(bare, *order):
            return found
    return None


def has_target(recording: Recording, builder: Builder, found: Likelihood) -> bool:
    """Whether one of the two arrays that are compared is no output of the model, as data are.

    These may be drawn, as noise that is to be predicted is, or as data that are made; what a spread
    multiplies is part of a sample.
    """
    drawn = {builder.symbols[name] for name in builder.noises}
    is_scaled = any(step.op == "mul" and drawn.intersection(step.below) for step in recording.steps)
    is_drawn = is_scaled and len(builder.symbols) > len(found.names)
    return not is_drawn and any(not recording.steps[builder.symbols[name]].grad for name in found.names)


def _factor(tree: Tree, order: Sequence[str], function: Callable[..., float]) -> float | None:
    """The k with which a formula is k f + c; None if it is not."""
    pairs = []
    for step in range(_POINTS):
        # Between 0.15 and 0.85, as probabilities are, and no two symbols of a point alike.
        point = [0.15 + (0.37 * step + 0.29 * place * (1 + step)) % 0.7 for place in range(len(order))]
        try:
            found = evaluate(tree, dict(zip(order, point, strict=True)), Doubles())
        except ArithmeticError:
            return None
        pairs.append((function(*point), float(found)))
    (x, y), *rest = pairs
    own, other = max(rest, key=lambda pair: abs(pair[0] - x))
    if own == x:
        return None
    factor = (other - y) / (own - x)
    if not isfinite(factor) or abs(factor) < _CLOSE:
        return None
    fits = all(abs(b - y - factor * (a - x)) <= _CLOSE * (abs(b) + abs(y) + abs(factor * a)) for a, b in rest)
    return _plain(factor) if fits else None


def _plain(factor: float, rounding: float = _ROUNDING) -> float:
    """A factor without the rounding of the quotient that it is, relative to it."""
    near = float(Fraction(factor).limit_denominator(_LARGEST_DENOMINATOR))
    return near if abs(near - factor) <= rounding * abs(factor) else factor


def _cross_entropy(x: float, y: float) -> float:
    return -(x * log(y) + (1 - x) * log(1 - y))


def _with_logits(x: float, y: float) -> float:
    return log(1 + exp(y)) - x * y


def _gaussian(tree: Tree, x: str, y: str, spread: str) -> Likelihood | None:
    """The density of a Gaussian whose standard deviation is any function of a symbol, softplus(s) + 1e-3 say.

    Of k ((x - y)^2/(2 sigma^2) + log sigma) + c the bend in x - y is k/sigma^2, and what is left at x = y has
    to be -k/2 times the logarithm of that, and a constant.
    """

    def value(mean: float, step: float, s: float) -> float:
        return float(evaluate(tree, {x: mean + step, y: mean, spread: s}, Doubles()))

    def bend(s: float) -> float:
        # Steps of a half, up and down, at two means, and one of 1, which rises 4 times as far: a parabola.
        steps = ((0.4, 0.5), (0.4, 0.0), (0.4, -0.5), (0.3, 0.5), (0.3, 1.0))
        at, level, *sides = (value(*step, s) for step in steps)
        rises = [one - level for one in (at, *sides)]
        close = _CLOSE * (abs(level) + abs(at))
        fits = all(
            abs(one - grows * rises[0]) <= close for one, grows in zip(rises, (1, 1, 1, 4), strict=True)
        )
        # The square of the step of a half.
        return 8 * rises[0] if fits else nan

    try:
        # As many as of the other likelihoods, and no two near each other.
        tried = [0.15 + 0.13 * step for step in range(_POINTS)]
        bends = [log(bend(s)) for s in tried]
        levels = [value(0.4, 0.0, s) for s in tried]
    except (ArithmeticError, ValueError):
        return None
    if bends[0] == bends[-1]:
        return None
    half = (levels[0] - levels[-1]) / (bends[0] - bends[-1])
    if not half < 0 or not all(
        abs(level - levels[0] - half * (one - bends[0])) <= _CLOSE * (abs(level) + abs(levels[0]) + 1)
        for one, level in zip(bends, levels, strict=True)
    ):
        return None
    factor = _plain(-2 * half, _CLOSE)

    def sigma(s: float) -> float:
        # From the levels, which lose no digits where the bend is small.
        return sqrt(factor / exp(bends[0])) * exp((value(0.4, 0.0, s) - levels[0]) / factor)

    return Likelihood("gaussian", factor, (x, y), spread, sigma)


_FORMS: tuple[tuple[str, int, Callable[..., float]], ...] = (
    ("mse", 2, lambda x, y: (x - y) ** 2),
    ("l1", 2, lambda x, y: abs(x - y)),
    ("bce", 2, _cross_entropy),
    ("bce", 2, _with_logits),
)
