"""Finds a point at which a formula is not the KL, with plain numbers for its symbols."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf, isinf
from typing import TypeAlias

from klcli.errors import KlcliError
from klcli.formula.numeral import decimal_text
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.judge.verdict import Verdict
from klcli.values import dataclass

Plain: TypeAlias = Fraction | tuple[Fraction, ...] | tuple[tuple[Fraction, ...], ...]
"""A number, a vector, or a matrix by its rows."""

_POSITIVE_HEADS, _REAL_HEADS = ("2", "0.5", "0.1", "10"), ("1", "-1", "-3", "3")
_MEANS = ("0.5", "-1")
_CLEAR = 0.01
"""Relative distance from the KL that shows in a few digits."""
_DIGITS = 60
"""The two values that are shown have 50 of them."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point at which a formula is not the KL; exact decimals, and doubles."""

    point: Mapping[str, Plain]
    expected: float
    found: float | None


def plain_text(value: Plain) -> str:
    """``0.5``, ``[[2, 0.5], [0.5, 1]]``."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(plain_text, value))}]"
    return decimal_text(value)


def counterexample(tree: Tree, verdict: Verdict, *, reverse: bool = False) -> Counterexample | None:
    """The point, of a few plain ones, at which the formula is farthest from the KL.

    Args:
        tree: the formula.
        verdict: what it is.
        reverse: whether KL(p || q) is asked for.
    """
    role, reading = verdict.roles, verdict.parameterization
    best: Counterexample | None = None
    for mean in _MEANS if role.mean else ("0",):
        for head in _POSITIVE_HEADS if reading.domain == "positive" else _REAL_HEADS:
            example = _example(tree, verdict, Fraction(mean), Fraction(head), reverse=reverse)
            if example.found is None:
                return example
            if best is None or _distance(example) > _distance(best):
                best = example
            if _distance(example) > _CLEAR:
                return example
    return best if best and _distance(best) else None


def _example(
    tree: Tree, verdict: Verdict, mean: Fraction, head: Fraction, *, reverse: bool
) -> Counterexample:
    role = verdict.roles
    prior_reading = verdict.prior_parameterization
    values = [mean, head]
    if prior_reading:
        prior_head = Fraction("1.5" if prior_reading.domain == "positive" else "0.5")
        values += [Fraction(0), prior_head]
        p = Gaussian.from_head(0, prior_head if role.prior_head else 1, prior_reading.name)
    else:
        p = Gaussian.from_head(verdict.prior.mean, verdict.prior.variance, "var")
    q = Gaussian.from_head(mean, head, verdict.parameterization.name)
    given = role.given(*values)
    run = Decimals(_DIGITS)
    ones = {name: Fraction(1) for name in free_symbols(tree) if name not in given}  # weights
    try:
        found: float | None = float(
            evaluate(tree, {n: run.number(v) for n, v in (given | ones).items()}, run)
        )
    except (ArithmeticError, OverflowError):
        found = None
    try:
        expected = (divergence(p, q) if reverse else divergence(q, p)).value
    except KlcliError:  # beyond the doubles
        expected = inf
    return Counterexample(given, expected, found)


def _distance(example: Counterexample) -> float:
    if example.found is None or isinf(example.expected):
        return inf
    # A KL of 0 is off by an absolute error.
    return abs(example.found - example.expected) / max(abs(example.expected), 1e-9)
