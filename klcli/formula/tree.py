"""The one representation of a closed form: frozen nodes.

A tree keeps the order in which a formula was written; nothing here reorders, distributes or cancels.
What was read from a text knows its place there, its `span`, which is no part of equality.
Two normal forms make printing and reading inverse to each other, and `operation` is where they are kept:
a quotient of two whole numbers is one rational `Number`, and a power of e is a call of ``exp``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.formula.symbol_names import FUNCTIONS, INDICES, MATRIX_FUNCTIONS, STEPS, is_symbol
from klcli.values import dataclass, field

Operator: TypeAlias = Literal["+", "-", "*", "/", "^"]
ReductionKind: TypeAlias = Literal["sum", "mean", "prod", "E"]
Span: TypeAlias = tuple[int, int]
"""The beginning and the end of a node's text in the text that it was read from."""

Axes: TypeAlias = tuple[int | str, ...] | None
Names: TypeAlias = tuple[str, ...] | None
"""The symbols below a node, kept where `traversal.free_symbols` finds them first: it is asked many times."""


@dataclass(frozen=True, slots=True)
class Number:
    """A non-negative rational.

    `spelling` is how it was written (``0.5``, ``4/2``), empty for the plain form, and no part of equality.
    """

    value: Fraction
    spelling: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.value.numerator < 0:  # a tenth of the time of comparing fractions
            raise ValueError("a Number is not negative; use number() or Negative")

    def __hash__(self) -> int:
        """As equal as the values; the hash of a fraction itself takes a power modulo a prime."""
        return hash((self.value.numerator, self.value.denominator))


@dataclass(frozen=True, slots=True)
class Constant:
    """A mathematical constant: ``pi`` or ``e``."""

    name: Literal["pi", "e"]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable by its ASCII name (``mu``, ``sigma_1``, ``logvar``), not that of a function or constant."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_symbol(self.name):
            raise ValueError(f"not a symbol's name: {self.name!r}")


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a tree."""

    operand: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """Two trees joined by one of ``+ - * / ^``; build it with `operation`."""

    operator: Operator
    left: Tree
    right: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS` applied to a tree."""

    function: str
    argument: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS and self.function not in STEPS:
            raise ValueError(f"not a function: {self.function!r}")


@dataclass(frozen=True, slots=True)
class MatrixCall:
    """A function of `MATRIX_FUNCTIONS` applied to a tree."""

    function: str
    argument: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.function not in MATRIX_FUNCTIONS:
            raise ValueError(f"not a function of matrices: {self.function!r}")


@dataclass(frozen=True, slots=True)
class MatrixProduct:
    """The product ``left @ right`` of matrices and vectors."""

    left: Tree
    right: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reduction:
    """A sum, a mean, a product or an expectation of `body` over the entries of the vectors in it.

    `index` names what is run over (the letter ``j`` in ``sum_j``, the distribution in ``E_q``) and is empty
    when the text did not name it; `count` is how many these are called, the N of ``sum_{i=1}^N``. `axes` are
    those that a line of Python names, None where it names none and so runs over all of them; one that is
    computed is a text. `keepdim` is whether they stay with the length 1. They count dimensions that a formula
    for one example does not have. None of the three is part of equality.
    """

    kind: ReductionKind
    index: str
    body: Tree
    axes: Axes = field(default=None, compare=False)
    keepdim: bool = field(default=False, compare=False)
    count: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not INDICES[self.kind].match(self.index):
            raise ValueError(f"not an index of {self.kind}: {self.index!r}")

    @property
    def has_one_axis(self) -> bool:
        """Whether it names a single axis."""
        return self.axes is not None and list(map(type, self.axes)) == [int]


@dataclass(frozen=True, slots=True)
class Clip:
    """A tree whose value is kept between two limits, numbers or names; one of them may be missing."""

    operand: Tree
    low: Tree | None
    high: Tree | None
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a Clip has a limit")

    @property
    def limits(self) -> tuple[Tree, ...]:
        """The limits that it has, the lower one first."""
        return tuple(limit for limit in (self.low, self.high) if limit is not None)


@dataclass(frozen=True, slots=True)
class Stop:
    """A tree whose value counts and whose gradient does not: ``x.detach()``, ``stop_gradient(x)``."""

    operand: Tree
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Length:
    """How long an axis of an array is: ``x.shape[0]``; with the axis None how many entries it has.

    The array is no part of what the length is computed from, and so no child: `entry` makes it 1.
    """

    of: Tree
    axis: int | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reshape:
    """The entries of an array in another shape.

    `kind` is ``unsqueeze`` (a new axis of the length 1), ``squeeze`` (such an axis taken away; the axis None
    takes all), ``flatten`` (all axes from that one on made one), ``transpose`` (the last two exchanged),
    ``view`` (the entries in the shape that is given), ``expand`` (each as often as that shape has it) or, in
    formulas of matrices, ``entry`` (the only entry of a matrix of one row and one column).
    A shape is that of the array `like`, which is no child, as that of a `Length`, or given by its `lengths`,
    of which -1 is the one that fits, and in ``expand`` the one that is there.
    """

    operand: Tree
    kind: Literal["unsqueeze", "squeeze", "flatten", "transpose", "view", "expand", "entry"]
    axis: int | None = None
    like: Tree | None = None
    lengths: tuple[Tree, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class KeptEntries:
    """The entries of an array that a mask keeps, ``x[mask]``.

    It runs over the axes from one on, of which there is one afterwards. With the axis None it
    is spread over the array, and all axes become one, as ``masked_select`` has it.
    """

    operand: Tree
    mask: Tree
    axis: int | None = 0
    span: Span | None = field(default=None, compare=False, repr=False)
    names: Names = field(default=None, init=False, compare=False, repr=False)


Tree: TypeAlias = (
    Number
    | Constant
    | Symbol
    | Negative
    | Operation
    | Call
    | Reduction
    | Clip
    | MatrixCall
    | MatrixProduct
    | Stop
    | Length
    | Reshape
    | KeptEntries
)


def number(value: Fraction | int | str, spelling: str = "") -> Number | Negative:
    """A rational of either sign as a tree."""
    exact = Fraction(value)
    magnitude = Number(abs(exact), spelling)
    return Negative(magnitude) if exact < 0 else magnitude


def operation(operator: Operator, left: Tree, right: Tree) -> Tree:
    """Join two trees, keeping the normal forms of this module.

    Args:
        operator: one of + - * / ^.
        left: the first operand.
        right: the second one.
    """
    if operator == "/" and (divisor := _whole(right)):
        if (whole := _whole(left)) is not None:
            return _quotient(whole, divisor)
        if isinstance(left, Negative) and (whole := _whole(left.operand)) is not None:
            return Negative(_quotient(whole, divisor))
    if operator == "^" and left == Constant("e"):
        return Call("exp", right)
    return Operation(operator, left, right)


def _whole(tree: Tree) -> int | None:
    """The value of a number that was written as an integer."""
    if isinstance(tree, Number) and tree.value.denominator == 1 and tree.spelling in ("", str(tree.value)):
        return tree.value.numerator
    return None


def _quotient(numerator: int, denominator: int) -> Number:
    value = Fraction(numerator, denominator)
    written = f"{numerator}/{denominator}"
    return Number(value, "" if written == str(value) else written)
