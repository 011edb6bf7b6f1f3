"""Evaluates one tree in many arithmetics: n digits, sympy.

`evaluate` walks the tree; an arithmetic says what numbers are and what the operations do. Doubles, rigorous
intervals and normal forms are those of the modules `doubles`, `interval` and `normal_form` beside this one.
A tree that has no value at a point (the logarithm of a negative number, a division by zero) raises
`ArithmeticError`, and gives nan or inf in columns and grids of doubles.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import Any, Protocol, TypeAlias, TypeVar

from klcli.formula.traversal import carries, children, free_symbols, walk
from klcli.formula.tree import (
    Call,
    Clip,
    Constant,
    KeptEntries,
    Length,
    MatrixCall,
    MatrixProduct,
    Negative,
    Number,
    Operation,
    Operator,
    Reduction,
    Reshape,
    Stop,
    Symbol,
    Tree,
)
from klcli.formula.value.budget import spend
from klcli.formula.value.decimal_arithmetic import Decimals, context

__all__ = ["Arithmetic", "Decimals", "Symbols", "context", "evaluate"]

T = TypeVar("T")
SymbolValues: TypeAlias = Mapping[str, T | tuple[T, ...]]


class Arithmetic(Protocol[T]):
    """What `evaluate` needs of a kind of number."""

    def number(self, value: Fraction) -> T:
        """The rational `value`."""

    def constant(self, name: str) -> T:
        """``pi`` or ``e``."""

    def negative(self, value: T) -> T:
        """The negative of a value."""

    def operate(self, operator: Operator, left: T, right: T) -> T:
        """Two values joined by ``+ - * / ^``.

        Args:
            operator: a sign.
            left: what stands before it.
            right: what stands behind it.
        """

    def call(self, function: str, value: T) -> T:
        """A function of `klcli.formula.symbol_names.FUNCTIONS`."""

    def clip(self, value: T, low: T | None, high: T | None) -> T:
        """A value kept between two others.

        Args:
            value: what is kept.
            low: what it is at least; None for no limit.
            high: what it is at most; None for no limit.
        """


def evaluate(
    tree: Tree, values: SymbolValues[T], arithmetic: Arithmetic[T], known: Mapping[int, T] | None = None
) -> T:
    """The value of a tree.

    Args:
        tree: the formula.
        values: a value for each free symbol; a tuple is a vector, which the reductions run over. A
            reduction whose body holds no vector is one over a single entry.
        arithmetic: the kind of number of the values and of the result.
        known: values of nodes that need not be evaluated, by the identity of the node.

    Raises:
        ValueError: a symbol has no value, or a vector stands outside of every reduction.
        ArithmeticError: the tree has no value here.
    """
    if known and id(tree) in known:
        return known[id(tree)]
    spend(1)
    match tree:  # the commonest first: most of the time of a judge goes by here
        case Operation():
            first = evaluate(tree.left, values, arithmetic, known)
            return arithmetic.operate(tree.operator, first, evaluate(tree.right, values, arithmetic, known))
        case Symbol():
            return _scalar(tree.name, values)
        case Number():
            return arithmetic.number(tree.value)
        case Call():
            return arithmetic.call(tree.function, evaluate(tree.argument, values, arithmetic, known))
        case Negative():
            return arithmetic.negative(evaluate(tree.operand, values, arithmetic, known))
        case Constant(name):
            return arithmetic.constant(name)
        case Reduction(body=body):
            if not any(isinstance(value, tuple) for value in values.values()):
                return evaluate(body, values, arithmetic, known)
            return _reduce(tree, values, arithmetic)
        case _:
            return _guarded(tree, values, arithmetic, known)


def _guarded(
    tree: Clip | Stop | Reshape | KeptEntries | Length | MatrixCall | MatrixProduct,
    values: SymbolValues[T],
    arithmetic: Arithmetic[T],
    known: Mapping[int, T] | None,
) -> T:
    """The value of what stands around numbers, and does little or nothing to them."""
    match tree:
        case Clip(operand, low, high):
            limits = [
                None if limit is None else evaluate(limit, values, arithmetic, known) for limit in (low, high)
            ]
            return arithmetic.clip(evaluate(operand, values, arithmetic, known), *limits)
        case Stop(operand) | Reshape(operand) | KeptEntries(operand):
            return evaluate(operand, values, arithmetic, known)
        case Length():
            return arithmetic.number(Fraction(1))
        case MatrixCall() | MatrixProduct():
            raise ValueError("a function of matrices has no value among numbers")


def _scalar(name: str, values: SymbolValues[T]) -> T:
    if name not in values:
        raise ValueError(f"no value is given for {name}")
    value = values[name]
    if isinstance(value, tuple):
        raise ValueError(f"the vector {name} stands outside of a sum")
    return value


def _reduce(tree: Reduction, values: SymbolValues[T], arithmetic: Arithmetic[T]) -> T:
    vectors = {name: value for name in _runs_over(tree, values) if isinstance(value := values[name], tuple)}
    lengths = {len(vector) for vector in vectors.values()} or {1}
    if len(lengths) > 1:
        raise ValueError(
            f"the vectors in the {tree.kind} have {' and '.join(map(str, sorted(lengths)))} entries"
        )
    count = lengths.pop()
    if not count:
        raise ValueError(f"the vectors in the {tree.kind} are empty")
    rows = ({name: vector[entry] for name, vector in vectors.items()} for entry in range(count))
    terms = [evaluate(tree.body, {**values, **row}, arithmetic) for row in rows]
    total = reduce(partial(arithmetic.operate, "*" if tree.kind == "prod" else "+"), terms)
    return (
        total
        if tree.kind in ("sum", "prod")
        else arithmetic.operate("/", total, arithmetic.number(Fraction(count)))
    )


def _runs_over(tree: Reduction, values: SymbolValues[T]) -> list[str]:
    """The vectors of which a reduction takes one entry at a time.

    Those that carry the index of a sum, or else those that no inner reduction runs over.

    Raises:
        ValueError: an inner reduction would run over one of them, too.
    """
    vectors = [name for name in free_symbols(tree.body) if isinstance(values.get(name), tuple)]
    carrying = [name for name in vectors if tree.kind == "sum" and carries(name, tree.index)]
    own = carrying or [name for name in vectors if name in _outside(tree.body)]
    inner = (node for node in walk(tree.body) if isinstance(node, Reduction))
    rivals = [node for node in inner if not (carrying and (node.index or node.kind == "E"))]
    if twice := {name for node in rivals for name in free_symbols(node)}.intersection(own):
        raise ValueError(f"two reductions run over the vector {min(twice)}")
    return own


def _outside(tree: Tree) -> set[str]:
    """The symbols that stand outside of every reduction."""
    if isinstance(tree, Reduction):
        return set()
    own = {tree.name} if isinstance(tree, Symbol) else set()
    return own.union(*map(_outside, children(tree)))


_MOST_BITS = 100_000
"""Of a power of rationals, which sympy writes out digit by digit."""
_FEW = 5
"""Digits of a number that is only compared with a limit."""
_LARGEST_EXPONENT = 1_000_000
"""Of e; far beyond every arithmetic, and below where sympy's own floats end."""
_HIGHEST_DEGREE = 30
"""Of a sum that sympy expands: the terms of a power grow with its degree."""


class Symbols:
    """Sympy expressions, built node by node: no text ever reaches one of sympy's parsers.

    What sympy would work on without end raises `ArithmeticError`, as does what is not real: sympy writes
    every power of numbers out in full, and multiplies polynomials out to find their signs.
    """

    def __init__(self) -> None:
        import sympy

        from klcli.formula.value.doubles import OPERATIONS

        self._sympy, self._operations = sympy, OPERATIONS

    def number(self, value: Fraction) -> Any:
        return self._sympy.Rational(value.numerator, value.denominator)

    def constant(self, name: str) -> Any:
        return self._sympy.pi if name == "pi" else self._sympy.E

    def negative(self, value: Any) -> Any:
        return -value

    def operate(self, operator: Operator, left: Any, right: Any) -> Any:
        if operator == "^":
            self._check_size(left, right)
        return self._real(self._operations[operator](left, right))

    def call(self, function: str, value: Any) -> Any:
        sympy = self._sympy
        match function:
            case "exp":
                self._check_exponential(value)
                return self._real(sympy.exp(value))
            case "expm1":
                return self.call("exp", value) - 1
            case "log1p":
                return self.call("log", 1 + value)
            case "softplus":
                return self.call("log", 1 + self.call("exp", value))
            case "abs":
                return sympy.Abs(value)
            case "trunc":
                return sympy.sign(value) * sympy.floor(sympy.Abs(value))
        return self._real(getattr(sympy, function)(value))

    def clip(self, value: Any, low: Any | None, high: Any | None) -> Any:
        raised = value if low is None else self._sympy.Max(value, low)
        return raised if high is None else self._sympy.Min(raised, high)

    def _check_size(self, base: Any, exponent: Any) -> None:
        """Refuse a power whose numbers sympy could not write out."""
        bits = sum(
            number.p.bit_length() + number.q.bit_length() for number in base.atoms(self._sympy.Rational)
        )
        if exponent.is_number and abs(exponent.evalf(_FEW)) * max(bits, 1) > _MOST_BITS:
            raise OverflowError("a power too large to be written out")

    def _check_exponential(self, value: Any) -> None:
        """Refuse e^(10^9 log 2), which sympy would write out, and towers too high for sympy's own floats."""
        for term in self._sympy.Add.make_args(value):
            factor, rest = term.as_coeff_Mul()
            if rest.has(self._sympy.log):
                self._check_size(rest, factor)
        if value.is_number and abs(value.evalf(_FEW)) > _LARGEST_EXPONENT:
            raise OverflowError("an exponential too large for sympy")

    def _real(self, value: Any) -> Any:
        sympy = self._sympy
        if value.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            raise ArithmeticError("no real value")
        if value.is_Add and _degree(value) > _HIGHEST_DEGREE:
            raise OverflowError("a polynomial of too high a degree for sympy")
        return value


def _degree(value: Any) -> int:
    """The degree of a sympy expression as a polynomial in whatever is no sum, product or whole power."""
    if value.is_Pow and value.exp.is_Integer:
        return abs(int(value.exp)) * _degree(value.base)
    degrees = [_degree(part) for part in value.args] if value.is_Add or value.is_Mul else [1]
    return sum(degrees) if value.is_Mul else max(degrees)
