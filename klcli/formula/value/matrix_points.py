"""Formulas of matrices at one point: numbers, vectors and matrices by their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from klcli.formula.tree import Tree
from klcli.formula.value.arithmetic import Arithmetic
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.matrices import Matrices, kind_of_array
from klcli.formula.value.small_arrays import Array, ShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind
from klcli.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KindedValue(Generic[T]):
    """A number, a tuple of numbers or a tuple of rows, with its kind."""

    kind: SymbolKind
    data: Any


@dataclass(frozen=True, slots=True)
class Evaluator(Generic[T]):
    """Evaluates formulas of matrices at one point.

    Attributes:
        run: the kind of number.
        manner: how products are written.
        size: the number of dimensions.
        symbols: a value for each free symbol.
        slack: the rounding error that a symmetric matrix may show.
    """

    run: Arithmetic[T]
    manner: Manner
    size: int
    symbols: Mapping[str, KindedValue[T]]
    slack: float

    def number(self, tree: Tree) -> T:
        """The value of a formula that is a number.

        Raises:
            ArithmeticError: it has none at this point.
            ShapeError: its parts do not fit together.
        """
        found = self.value(tree)
        if found.kind != "scalar":
            raise ShapeError(f"the formula is a {found.kind} and not a number")
        return found.data  # type: ignore[no-any-return]

    def value(self, tree: Tree) -> KindedValue[T]:
        """The value of any part."""
        symbols = {name: _array(value) for name, value in self.symbols.items()}
        rules = Matrices(self.manner, self.size, self.slack)
        found = evaluate_arrays(tree, symbols, arithmetic=self.run, matrices=rules)
        return KindedValue(kind_of_array(found), _data(found))


def _array(value: KindedValue[Any]) -> Array:
    match value.kind:
        case "scalar":
            return Array((), (value.data,))
        case "matrix":
            shape = (len(value.data), len(value.data[0]))
            return Array(shape, [entry for row in value.data for entry in row])
    return Array((len(value.data),), value.data, row=value.kind == "row")


def _data(array: Array) -> Any:
    """The entries of an array within each other: a number, a tuple, a tuple of tuples."""
    if not array.shape:
        return array.values[0]
    step = len(array.values) // array.shape[0]
    inner = (array.values[place : place + step] for place in range(0, len(array.values), step))
    return tuple(_data(Array(array.shape[1:], part)) for part in inner)
