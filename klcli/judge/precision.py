"""What becomes of a right formula in floating point: digits lost near the prior, and where exp overflows."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from klcli.formula.arithmetic import Decimals, Doubles, evaluate
from klcli.formula.notation import parse
from klcli.formula.tree import Call, Symbol, Tree, free_symbols, substitute, walk
from klcli.judge.identification import head_at
from klcli.judge.verdict import Verdict

__all__ = ["Loss", "Overflow", "float32_loss", "overflow", "stable_form"]

_NEAR = tuple(Decimal(1) + Decimal(step) for step in ("0.001", "-0.001", "0.0007", "-0.0007", "0.0013"))
"""Standard deviations near that of a unit prior, where the KL is about 1e-6."""

_NOTICED = 0.01
"""Relative error from which on a loss of digits is worth a remark."""

_LIMITS = {
    "half": math.log(65504.0),
    "single": math.log(3.4028234663852886e38),
    "double": math.log(1.7976931348623157e308),
}
"""Where exp overflows, by the name of the precision."""

_STABLE = {
    "std": "u = (s - 1) (s + 1); 0.5 (u - log1p(u) + mu^2)",
    "var": "u = s - 1; 0.5 (u - log1p(u) + mu^2)",
    "logstd": "0.5 (expm1(2 s) - 2 s + mu^2)",
    "logvar": "0.5 (expm1(s) - s + mu^2)",
    "logprecision": "0.5 (expm1(-s) + s + mu^2)",
}
"""The closed form against N(0, 1), written so that it keeps its digits near the prior."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A formula in single precision near the prior: its value, the true one, the relative error."""

    sigma: float
    found: float
    expected: float
    error: float


@dataclass(frozen=True, slots=True)
class Overflow:
    """The heads beyond which a formula is infinite, by precision; below them if `below` is true."""

    limits: dict[str, float]
    below: bool


def float32_loss(tree: Tree, verdict: Verdict) -> Loss | None:
    """The worst relative error of a formula in single precision near N(0, 1); None if it is small.

    For a formula that is exact against the unit prior.
    """
    worst: Loss | None = None
    digits = 40
    for sigma in _NEAR:
        role = verdict.roles
        head = _single(float(head_at(verdict.parameterization.name, sigma, digits)))
        # The truth at the head that single precision holds, so that only the formula is to blame.
        exact = {role.head: Decimal(head), role.mean: Decimal(0)}
        rounded = {role.head: head, role.mean: 0.0}
        expected = float(evaluate(tree, {n: v for n, v in exact.items() if n}, Decimals(digits)))
        try:
            found = evaluate(tree, {n: v for n, v in rounded.items() if n}, _Singles())
        except ArithmeticError:
            return None
        error = abs(found - expected) / expected if expected > 0 else 0.0
        if worst is None or error > worst.error:
            worst = Loss(float(sigma), found, expected, error)
    return worst if worst and worst.error >= _NOTICED else None


def stable_form(verdict: Verdict) -> tuple[Tree | None, Tree] | None:
    """The closed form under a reading that keeps its digits near the prior, in the formula's symbols.

    The first tree, if there is one, is the value of the symbol u in the second.
    """
    text = _STABLE.get(verdict.parameterization.name)
    role = verdict.roles
    if text is None or role.head is None or role.mean is None:
        return None
    *helper, form = text.removeprefix("u = ").split(";")
    own = {"s": Symbol(role.head), "mu": Symbol(role.mean)}
    return substitute(parse(helper[0]), own) if helper else None, substitute(parse(form), own)


def overflow(tree: Tree, head: str) -> Overflow | None:
    """Where the exponentials of a formula overflow first as its head grows or falls."""
    found = [slope for slope in _slopes(tree, head) if slope]
    if not found:
        return None
    steepest = max(found, key=lambda entry: abs(entry))
    return Overflow({name: limit / steepest for name, limit in _LIMITS.items()}, steepest < 0)


def _slopes(tree: Tree, head: str) -> Iterator[float]:
    """The factors of the head in exponents that are multiples of it."""
    for node in walk(tree):
        if (
            isinstance(node, Call)
            and node.function in ("exp", "expm1")
            and free_symbols(node.argument) == (head,)
        ):
            try:
                at = [evaluate(node.argument, {head: float(step)}, Doubles()) for step in (0, 1, 2)]
            except ArithmeticError:
                continue
            if at[0] == 0 and at[2] == 2 * at[1]:
                yield at[1]


def _single(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


class _Singles(Doubles):
    """Single precision: every operation is done in double and rounded."""

    def _seen(self, value: float) -> float:
        return _single(super()._seen(value))
