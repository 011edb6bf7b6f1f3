"""Exact expectations by enumeration: categorical distributions of a few outcomes, and lines run on them.

The lines are run as they stand, on dual numbers of numpy arrays, which know nothing of klcli: the value of every
outcome, and its derivative along one logit of the policy, through which no stopped part carries any.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

OUTCOMES = 5


class Dual:
    """A value and its derivative, entry by entry."""

    def __init__(self, value: Any, slope: Any = 0.0) -> None:
        self.value = np.asarray(value, dtype=float)
        self.slope = np.asarray(slope, dtype=float) + 0.0 * self.value

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + -dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __truediv__(self, other: Any) -> Dual:
        other = dual(other)
        inverse = Dual(1 / other.value, -other.slope / other.value**2)
        return self * inverse

    def __pow__(self, power: int) -> Dual:
        return Dual(self.value**power, power * self.value ** (power - 1) * self.slope)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Dual:
        return Dual(np.exp(self.value), np.exp(self.value) * self.slope)

    def expm1(self) -> Dual:
        return self.exp() - 1

    def log(self) -> Dual:
        return Dual(np.log(self.value), self.slope / self.value)

    def abs(self) -> Dual:
        return Dual(abs(self.value), np.sign(self.value) * self.slope)

    def square(self) -> Dual:
        return self**2

    def detach(self) -> Dual:
        return Dual(self.value)


def dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value)


TORCH = SimpleNamespace(
    exp=lambda x: x.exp(), log=lambda x: x.log(), expm1=lambda x: x.expm1(), abs=lambda x: x.abs()
)


def run(text: str, symbols: Mapping[str, Any]) -> Dual:
    """A text of Python on values of its symbols."""
    *before, last = ast.parse(text).body
    assert isinstance(last, ast.Expr)
    scope = {"torch": TORCH, "exp": TORCH.exp, "log": TORCH.log, "abs": TORCH.abs, **symbols}
    exec(compile(ast.Module(before, []), "line", "exec"), scope)
    return dual(eval(compile(ast.Expression(last.value), "line", "eval"), scope))


@dataclass(frozen=True)
class World:
    """Three distributions over the same outcomes by their logits: the policy q, the reference p, an old policy."""

    q: Any
    p: Any
    old: Any

    @classmethod
    def drawn(cls, seed: int) -> World:
        generator = np.random.default_rng(seed)
        return cls(*generator.normal(0, 0.8, (3, OUTCOMES)))

    def log_q(self) -> Any:
        return log_softmax(self.q)

    def moved(self, place: int, step: float) -> World:
        return World(self.q + step * np.eye(OUTCOMES)[place], self.p, self.old)

    def direction(self, place: int) -> Any:
        """The derivative of log q along one logit: 1 at its outcome, minus its probability everywhere."""
        return np.eye(OUTCOMES)[place] - np.exp(self.log_q())[place]


def log_softmax(logits: Any) -> Any:
    return logits - np.log(np.sum(np.exp(logits)))


def probabilities(world: World) -> dict[str, Any]:
    return {name: np.exp(log_softmax(getattr(world, name))) for name in ("q", "p", "old")}


QUANTITIES: Mapping[str, Callable[[Any, Any], float]] = {
    "": lambda q, p: 1.0,
    "KL(q || p)": lambda q, p: float(np.sum(q * np.log(q / p))),
    "KL(p || q)": lambda q, p: float(np.sum(p * np.log(p / q))),
    "chi2(q || p)": lambda q, p: float(np.sum(q * q / p) - 1),
    "chi2(p || q)": lambda q, p: float(np.sum(p * p / q) - 1),
    "sum|q - p|": lambda q, p: float(np.sum(abs(q - p))),
    "E_q[u^2]": lambda q, p: float(np.sum(q * np.log(q / p) ** 2)),
    "E_p[u^2]": lambda q, p: float(np.sum(p * np.log(q / p) ** 2)),
    "E_p[u^3]": lambda q, p: float(np.sum(p * np.log(q / p) ** 3)),
    "E_q[|u|]": lambda q, p: float(np.sum(q * abs(np.log(q / p)))),
    "E_p[|u|]": lambda q, p: float(np.sum(p * abs(np.log(q / p)))),
    "E_q[u exp(u)]": lambda q, p: float(np.sum(q * q / p * np.log(q / p))),
    "E_p[u exp(-u)]": lambda q, p: float(np.sum(p * p / q * np.log(q / p))),
}
"""What klcli names, by its definition."""


def value_of(claim: Mapping[str, Any], world: World) -> float:
    """The number that a claimed sum of quantities is."""
    found = probabilities(world)
    return sum(
        float(factor) * QUANTITIES[name.format(q="q", p="p")](found["q"], found["p"])
        for name, factor in claim.items()
    )


def gradient_of(claim: Mapping[str, Any], world: World) -> Any:
    """Its gradient in the logits of the policy, by central differences."""
    step = 1e-5
    return np.array(
        [
            (value_of(claim, world.moved(place, step)) - value_of(claim, world.moved(place, -step)))
            / (2 * step)
            for place in range(OUTCOMES)
        ]
    )
