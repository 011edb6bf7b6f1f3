"""Nodes of a recording as the trees of programs, which the judge reads.

Leaves become symbols. A symbol has the name of the variable that held it, if that is one of a mean or a
scale; other names could be taken for counts, masks or noise, and are left away. An array that was given
another shape, or spread over axes, has it from its leaves on: functions of single entries do not mind.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from contextlib import suppress
from fractions import Fraction
from types import MappingProxyType

from klcli.formula.entrywise_form import entry
from klcli.formula.program_reader import Program
from klcli.formula.read.math_source import PlainText
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import (
    Call,
    Clip,
    Negative,
    Number,
    Operator,
    Reduction,
    ReductionKind,
    Stop,
    Symbol,
    Tree,
    number,
    operation,
)
from klcli.formula.value.small_arrays import Array, Shape
from klcli.formula.write.printing import to_text
from klcli.names.log_ratios import stated
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.trace.recording import Recording, Step
from klcli.trace.singleton_axes import aligned, operand_view, reduced_view, without_single_axes

MOST_NODES = 400
"""Nodes of a tree; a term of a loss has fewer."""

DEEPEST = 60
"""Operations of a tree on one way to a leaf."""

_OPERATORS: Mapping[str, Operator] = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^"}
_PLAIN = ("exp", "log", "sqrt", "abs", "expm1", "log1p", "softplus", "trunc")
_RATIOS = ("log-probability", "probability", "log-ratio", "ratio")
_ONE, _TWO = Number(Fraction(1)), Number(Fraction(2))


class UnfollowedError(ValueError):
    """A part of a run that is no program; the message says what it is."""


class Builder:
    """Builds trees whose symbols mean the same in all of them.

    Attributes:
        symbols: the nodes by the names of their symbols.
        shapes: the shapes of the symbols.
        noises: the kinds of noise by the names of their symbols.
        spellings: what the symbols are called in the run, where that is another name.
    """

    def __init__(
        self,
        recording: Recording,
        cuts: Collection[int] = (),
        names: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        """Begin without symbols.

        Args:
            recording: the run.
            cuts: nodes that are symbols, whatever they are computed from.
            names: of the symbols of some leaves.
        """
        self.symbols: dict[str, int] = {}
        self.shapes: dict[str, Shape] = {}
        self.noises: dict[str, str] = {}
        self.spellings: dict[str, str] = {}
        self._steps, self._cuts = recording.steps, frozenset(cuts)
        self._names: dict[object, str] = {}
        self._names.update(names.items())
        self._built: dict[tuple[int, Shape | None], Tree] = {}
        self._views: dict[object, Shape] = {}
        self._called: dict[int | None, tuple[str, ...]] = {}
        self._depth = 0

    def tree(self, index: int) -> Tree:
        """The tree of a node.

        Raises:
            UnfollowedError: it is no program, or too long for one.
        """
        found = self._tree(index, None)
        for count, _ in enumerate(walk(found)):
            if count > MOST_NODES:
                raise UnfollowedError("more operations than a term of a loss has")
        return found

    def arrays(self, names: Collection[str]) -> dict[str, Array] | None:
        """The values of symbols; None if one of them was not noted."""
        found = {}
        for name in names:
            values = self._steps[self.symbols[name]].values
            if values is None or len(values) != math.prod(self.shapes[name]):
                return None
            found[name] = Array(self.shapes[name], list(values))
        return found

    def _tree(self, index: int, view: Shape | None) -> Tree:
        key = (index, view)
        if key not in self._built:
            if self._depth >= DEEPEST:
                raise UnfollowedError("a longer chain of operations than a term of a loss has")
            self._depth += 1
            try:
                self._built[key] = self._made(index, view)
            finally:
                self._depth -= 1
        return self._built[key]

    def _made(self, index: int, view: Shape | None) -> Tree:
        step = self._steps[index]
        if index in self._cuts or step.is_leaf:
            leaf = self._leaf(index, step, view)
            return Stop(leaf) if step.op == "stop" else leaf
        below = step.args[0] if step.args and isinstance(step.args[0], int) else None
        if step.op in ("same", "shape", "stop") and step.names:
            self._called.setdefault(below, step.names)
        match step.op:
            case "full":
                return _number(step.args[0])
            case "same":
                return self._operand(step.args[0], view)
            case "shape" | "spread" if below is not None:
                return self._tree(below, self._viewed(step, self._steps[below], view))
            case "stop":
                return Stop(self._operand(step.args[0], view))
            case "sum" | "mean" if below is not None:
                return self._reduced(step, below, view)
            case "loss" | "stack":
                raise UnfollowedError(f"a {step.op} inside of a function")
            case "keep" | "where":
                raise UnfollowedError("some of its entries are chosen, and no mask on its whole chooses them")
        return _entrywise(step, [self._operand(arg, self._view_of(arg, step, view)) for arg in step.args])

    def _viewed(self, step: Step, below: Step, view: Shape | None) -> Shape | None:
        """The shape that an array is given; leading axes of one entry are none, as broadcasting has them."""
        if below.size == 1:
            return None
        wanted = view or step.shape
        return aligned(wanted, len(below.shape)) if step.op == "shape" else wanted

    def _view_of(self, arg: int | float, step: Step, view: Shape | None) -> Shape | None:
        """The shape that an operand is given with its result."""
        if view is None or not isinstance(arg, int) or self._steps[arg].size == 1:
            return None
        found = operand_view(self._steps[arg].shape, step.shape, view)
        if found is None:
            raise UnfollowedError("arrays of several shapes, which are given another one together")
        return found

    def _operand(self, arg: int | float, view: Shape | None) -> Tree:
        return self._tree(arg, view) if isinstance(arg, int) else _number(arg)

    def _reduced(self, step: Step, below: int, view: Shape | None) -> Tree:
        keepdim, axes, inner = bool(step.more.get("keepdim")), step.more.get("axes"), None
        shape = self._steps[below].shape
        if axes is not None:
            axes = [axis % len(shape) for axis in axes] if shape else []
        if view is not None and math.prod(view) > 1 and view != step.shape:
            # A sum whose lost axis is put back, or whose kept one is taken away, is the other kind of sum.
            if view == _toggled(shape, axes, keepdim):
                keepdim = not keepdim
            else:
                found = None if axes is None else reduced_view(shape, axes, view)
                if found is None:
                    raise UnfollowedError("a sum that is given another shape")
                keepdim, (inner, axes) = False, found
        elif axes and not keepdim:
            inner, axes = without_single_axes(shape, axes)
        inner = None if inner == shape else inner
        body = self._tree(below, inner)
        kind: ReductionKind = "sum" if step.op == "sum" else "mean"
        if not free_symbols(body):
            size = self._steps[below].size // max(1, step.size) if kind == "sum" else 1
            return operation("*", _number(size), body)
        rank = max(len(self.shapes[name]) for name in free_symbols(body))
        if axes is not None and rank < len(inner or shape):  # leading axes of one entry are none
            axes = [axis - len(inner or shape) for axis in axes]
        return Reduction(kind, "", body, None if axes is None else tuple(axes), keepdim)

    def _leaf(self, index: int, step: Step, view: Shape | None) -> Tree:
        values = step.values
        constant = values and not step.grad and len(set(values)) == 1
        if constant and values and step.op == "leaf" and index not in self._cuts:
            return _number(values[0])
        base = step.args[0] if step.op == "part" else index
        key = (base, step.more.get("key")) if step.op == "part" else index
        shape = step.shape if view is None else view
        if self._views.setdefault(key, shape) != shape:
            raise UnfollowedError("an array that is used in two shapes")
        if key not in self._names:
            self._names[key] = self._named(step, step.names or self._called.get(index, ()))
        name = self._names[key]
        self.symbols[name], self.shapes[name] = index, shape
        return Symbol(name)

    def _named(self, step: Step, called: Collection[str]) -> str:
        taken = set(self._names.values())
        if step.op == "noise":
            kind = str(step.more.get("kind"))
            name = kind if kind in UNIT_NOISE and kind not in taken else _fresh("eps", taken)
            self.noises[name] = kind
            return name
        for name in (one.strip("_") for one in called):
            # A letter alone is no ratio: r is a residual or a reward just as well.
            is_ratio = len(name) > 1 and stated(name) in _RATIOS
            if name not in taken and (is_mean(name) or suggested(name) or is_ratio):
                with suppress(ValueError):  # a word of the language of formulas
                    return Symbol(name).name
        fresh = _fresh("x", taken)
        known = {*taken, *self.spellings.values()}
        if spelling := next((one for one in called if one not in known), None):
            self.spellings[fresh] = spelling
        return fresh


def program_of(tree: Tree, spellings: Mapping[str, str] = MappingProxyType({})) -> Program:
    """A tree as a program; its text has the axes of its sums, which tell it from others.

    Args:
        tree: on arrays.
        spellings: how symbols are called in the run.
    """
    axes = [(node.axes, node.keepdim) for node in walk(tree) if isinstance(node, Reduction)]
    text = f"{to_text(tree, 'python')}  # {axes}" if axes else to_text(tree, "python")
    return Program(PlainText(text), "python", entry(tree), tree, spellings=dict(spellings))


def _fresh(base: str, taken: Collection[str]) -> str:
    """A name that is no count, no mask and on no side of two Gaussians: ``x3``, ``x4``."""
    # 1 and 2 name the two Gaussians of a pair; the end is beyond all programs.
    return next(name for place in range(3, 10**6) if (name := f"{base}{place}") not in taken)


def _toggled(shape: Shape, axes: list[int] | None, keepdim: bool) -> Shape | None:
    """The shape of a sum with the axes kept that it takes away, or the other way round."""
    if axes is None:
        return None
    places = {axis % len(shape) for axis in axes}
    if keepdim:
        return tuple(length for place, length in enumerate(shape) if place not in places)
    return tuple(1 if place in places else length for place, length in enumerate(shape))


def _number(value: float) -> Tree:
    if not math.isfinite(value):
        raise UnfollowedError("a number that is not finite")
    return number(Fraction(repr(float(value))))


def _entrywise(step: Step, operands: list[Tree]) -> Tree:
    """A function of single entries."""
    first = operands[0]
    if step.op in _OPERATORS:
        return operation(_OPERATORS[step.op], first, operands[1])
    if step.op in _PLAIN:
        return Call(step.op, first)
    match step.op:
        case "neg":
            return Negative(first)
        case "square":
            return operation("^", first, _TWO)
        case "reciprocal":
            return operation("/", _ONE, first)
        case "rsqrt":
            return operation("/", _ONE, Call("sqrt", first))
        case "log2" | "log10":
            base = number(int(step.op[3:]))  # behind ``log``
            return operation("/", Call("log", first), Call("log", base))
        case "exp2":
            return operation("^", _TWO, first)
        case "sigmoid":
            return operation("/", _ONE, operation("+", _ONE, Call("exp", Negative(first))))
        case "logsigmoid":
            return Negative(Call("softplus", Negative(first)))
        case "clamp":
            low, high = (
                None if step.more.get(key) is None else _number(float(step.more[key]))
                for key in ("low", "high")
            )
            return Clip(first, low, high)
    raise UnfollowedError(f"the operation {step.op}")
