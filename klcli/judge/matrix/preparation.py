"""Which numbers of a formula of matrices are weights, other terms of a loss, or the number of dimensions.

It is found by trying: a weight doubles the formula when it is doubled, whatever the place in which it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from klcli.errors import KlcliError
from klcli.formula.doubles import Doubles
from klcli.formula.tree import Symbol, Tree, free_symbols, walk
from klcli.judge.matrix.evaluation import Evaluator, Value
from klcli.judge.matrix.kinds import Kind, Manner
from klcli.judge.matrix.points import fixed_points, shown
from klcli.judge.names import is_dimension

__all__ = ["Aside", "set_aside"]

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Aside:
    """The numbers of a formula by what they are.

    Attributes:
        dimensions: the number of dimensions.
        weights: factors of the whole.
        divisors: what the whole is divided by.
        others: other terms of the loss.
    """

    dimensions: tuple[str, ...]
    weights: tuple[str, ...] = ()
    divisors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Fraction]:
        """What is put in for the numbers that do not decide."""
        ones = dict.fromkeys((*self.weights, *self.divisors), Fraction(1))
        return ones | dict.fromkeys(self.others, Fraction(0))


def set_aside(tree: Tree, kinds: Mapping[str, Kind], manner: Manner) -> Aside:
    """Tell the numbers of a formula apart.

    Raises:
        KlcliError: one of them is nothing of that.
    """
    scalars = [name for name in free_symbols(tree) if kinds[name] == "scalar"]
    found: dict[str, list[str]] = {"weights": [], "divisors": [], "dimensions": [], "others": []}
    for name in scalars:
        found[_role(tree, kinds, manner, name, scalars)].append(name)
    dimensions = [name for name in found["dimensions"] if is_dimension(name)]
    if dimensions or len(found["dimensions"]) > 1:
        once = [node.name for node in walk(tree) if isinstance(node, Symbol)]
        others = [name for name in found["dimensions"] if name not in dimensions and once.count(name) == 1]
        found["others"] += others
        dimensions = [name for name in found["dimensions"] if name not in others]
    else:
        dimensions = found["dimensions"]
    return Aside(tuple(dimensions), tuple(found["weights"]), tuple(found["divisors"]), tuple(found["others"]))


def _role(tree: Tree, kinds: Mapping[str, Kind], manner: Manner, name: str, scalars: list[str]) -> str:
    try:
        one, two, three = (
            _at(tree, kinds, manner, dict.fromkeys(scalars, 3.0) | {name: x}) for x in (1, 2, 3)
        )
    except ArithmeticError:
        return "dimensions"
    slack = _SLACK * max(abs(one), abs(two), abs(three), 1e-3)
    if abs(two - 2 * one) <= slack and abs(three - 3 * one) <= slack:
        return "weights"
    if abs(one - 2 * two) <= slack and abs(one - 3 * three) <= slack:
        return "divisors"
    if is_dimension(name) or abs(three - 2 * two + one) <= slack:
        return "dimensions"
    raise KlcliError(
        f"{name} is a number that is neither a factor nor the number of dimensions",
        f"give it a value, as in '{name} = 0.5; ...'",
    )


def _at(tree: Tree, kinds: Mapping[str, Kind], manner: Manner, numbers: Mapping[str, float]) -> float:
    """The formula at one point, with every matrix another positive definite one."""
    run = Doubles()
    drawn = [shown(own, run) for point in fixed_points()[1::4] for own in (point.q, point.p)]
    values: dict[str, Value[float]] = {}
    for place, (name, kind) in enumerate(kinds.items()):
        own = drawn[place % len(drawn)]
        data = {"matrix": own.covariance, "vector": own.mean}.get(kind)
        values[name] = Value(kind, numbers[name] if data is None else data)
    return Evaluator(run, manner, 3, values, _SLACK).number(tree)
