"""What becomes of a right formula in floating point: digits lost near the prior, and where exp overflows."""

from __future__ import annotations

import struct
from decimal import Decimal

from klcli.formula.read.math_parser import parse
from klcli.formula.traversal import free_symbols, substitute, walk
from klcli.formula.tree import Call, Symbol, Tree
from klcli.formula.value.arithmetic import Decimals, evaluate
from klcli.formula.value.doubles import Doubles
from klcli.judge.probes import head_at
from klcli.judge.roles import Roles
from klcli.judge.verdict import Verdict
from klcli.values import dataclass

_NEAR = tuple(Decimal(1) + Decimal(step) for step in ("0.001", "-0.001", "0.0007", "-0.0007", "0.0013"))
"""Standard deviations near that of a unit prior, where the KL is about 1e-6."""

_NOTICED = 0.01
"""Relative error from which on a loss of digits is worth a remark."""

_LARGEST = {"half": 65504.0, "single": 3.4028234663852886e38, "double": 1.7976931348623157e308}
"""The largest numbers, by the name of the precision."""
_FARTHEST, _HALVINGS = 1000.0, 24
"""Of a logarithm, whose exponential no precision holds; halved 24 times it is known to 1e-4."""


@dataclass(frozen=True, slots=True)
class PrecisionLoss:
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


def float32_loss(tree: Tree, verdict: Verdict) -> PrecisionLoss | None:
    """The worst relative error of a formula in single precision near N(0, 1); None if it is small.

    For a formula that is exact against the unit prior. None also where it has no value at mu = 0.
    """
    worst: PrecisionLoss | None = None
    # More than twice those of a double: the truth beside it is exact.
    digits = 40
    for sigma in filter(verdict.parameterization.reaches, _NEAR):
        role = verdict.roles
        head = _single(float(head_at(verdict.parameterization.name, sigma, digits)))
        # The truth at the head that single precision holds, so that only the formula is to blame.
        try:
            expected = float(evaluate(tree, role.given(Decimal(0), Decimal(head)), Decimals(digits)))
            found = evaluate(tree, role.given(0.0, head), _Singles())
        except ArithmeticError:
            return None
        error = abs(found - expected) / expected if expected > 0 else 0.0
        if worst is None or error > worst.error:
            worst = PrecisionLoss(float(sigma), found, expected, error)
    return worst if worst and worst.error >= _NOTICED else None


def stable_form(verdict: Verdict) -> tuple[Tree | None, Tree] | None:
    """The closed form under a reading that keeps its digits near the prior, in the formula's symbols.

    The first tree, if there is one, is the value of the symbol u in the second.
    """
    text = verdict.parameterization.stable
    role = verdict.roles
    if not text or role.head is None or role.mean is None:
        return None
    *helper, form = text.removeprefix("u = ").split(";")
    own = {"s": Symbol(role.head), "mu": Symbol(role.mean)}
    return substitute(parse(helper[0]), own) if helper else None, substitute(parse(form), own)


def overflow(tree: Tree, role: Roles) -> Overflow | None:
    """Where a formula overflows first as its head grows or falls, if exponentials make it do so."""
    if role.head is None or not any(isinstance(node, Call) and "exp" in node.function for node in walk(tree)):
        return None
    for below, sign in ((False, 1.0), (True, -1.0)):
        limits = {name: _first_beyond(tree, role, sign, largest) for name, largest in _LARGEST.items()}
        if all(limits.values()):
            return Overflow({name: limit for name, limit in limits.items() if limit}, below)
    return None


def _first_beyond(tree: Tree, role: Roles, sign: float, largest: float) -> float | None:
    """The head, of that sign, at which some number in the formula becomes larger; None up to 1000."""

    def is_beyond(head: float) -> bool:
        run = Doubles()
        # All others are of a usual size: it is the head that overflows.
        values = dict.fromkeys(free_symbols(tree), 0.5) | {role.head: sign * head}
        try:
            evaluate(tree, {name: value for name, value in values.items() if name}, run)
        except OverflowError:
            return True
        except ArithmeticError:
            return False
        return run.largest > largest

    low, high = 0.0, _FARTHEST
    if not is_beyond(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return sign * high


def _single(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


class _Singles(Doubles):
    """Single precision: every operation is done in double and rounded."""

    def _seen(self, value: float) -> float:
        return _single(super()._seen(value))
