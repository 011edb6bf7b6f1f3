"""Reads calls in Python code: functions, methods, reductions, clips, random numbers."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from fractions import Fraction

from klcli.formula.limits import UnknownLimit
from klcli.formula.noise import PARAMETERS, noise_kind, noise_parameters
from klcli.formula.read.callee import is_module, is_variable_of_tensorflow, viewed, whose_shape
from klcli.formula.read.composed import COMPOSED, composed, is_loss
from klcli.formula.read.syntax import FormulaError, clipped, nearest
from klcli.formula.read.vocabulary import (
    AXES,
    CASTS,
    CLIPS,
    KERAS_EPSILON,
    MODULES,
    NOISE,
    OF_ONE,
    OF_TWO,
    REDUCTIONS,
    RESHAPES,
    SAME,
    STOPS,
    TRUNCATIONS,
    ClipKind,
    Noise,
)
from klcli.formula.tree import (
    MAX_NAME,
    Call,
    Clip,
    Length,
    MatrixProduct,
    Negative,
    Number,
    Reduction,
    ReductionKind,
    Reshape,
    Stop,
    Symbol,
    Tree,
    free_symbols,
    operation,
    spanning,
)
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.patterns import regex

__all__ = ["Calls", "is_readable"]

_KNOWN = (*OF_ONE, *OF_TWO, *REDUCTIONS, *CLIPS, *NOISE)
_NAMES = frozenset(_KNOWN)
_AXIS = ("axis", "dim", "reduction_indices")
_LIMITS = {
    **dict.fromkeys(("min", "a_min", "min_value", "clip_value_min"), "low"),
    **dict.fromkeys(("max", "a_max", "max_value", "clip_value_max"), "high"),
}
_CONSTANTS = {
    **dict.fromkeys(("ones", "ones_like", "new_ones"), 1),
    **dict.fromkeys(("zeros", "zeros_like", "new_zeros"), 0),
}
_FILLED = ("tensor", "constant", "Tensor", "FloatTensor", "new_tensor")
"""Functions and a method that make a tensor of a number."""
_COUNTS = ("numel", "nelement")
"""Methods and functions that count the entries of an array."""
_OTHERS = frozenset(
    (
        *_FILLED,
        *("copy_", "epsilon", "addcmul", "dot", "matmul", "inner", "vdot", *_CONSTANTS, *_COUNTS),
        *("size", "len", "sample", "rsample", "Normal"),
        *("shape", "int_shape", "get_shape", "as_list"),
    )
)
_KEPT = ("keepdim", "keepdims", "keep_dims")
_RETURNED = frozenset((*RESHAPES, *STOPS, *TRUNCATIONS, *CASTS))
"""What gives its argument back in another shape, without its gradient or cut to integers."""
_LABELS = ("name", "dtype")
"""Arguments that change no value: TensorFlow's names of operations, the type of a result."""
_INTEGER_TYPE = regex(r"u?int(8|16|32|64)?|long|short")
_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))


class Calls(ABC):
    """The calls of a reader, which adds what reads everything else.

    Attributes:
        values: the trees that names stand for, where statements before gave them one.
        ignored: limits of clips that are no numbers.
    """

    values: dict[str, Tree]
    ignored: list[UnknownLimit]

    @abstractmethod
    def change(self, name: str, tree: Tree) -> None:
        """Give an object another value, under all of its names."""

    @abstractmethod
    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""

    @abstractmethod
    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The beginning and the end of a node."""

    @abstractmethod
    def named(self, node: ast.expr, wish: str) -> Symbol:
        """A symbol for a value that is not followed, always the same for the same text."""

    @abstractmethod
    def error(self, problem: str, node: ast.expr | ast.stmt, hint: str = "") -> FormulaError:
        """An error at a node."""

    def call(self, node: ast.Call) -> Tree:
        """The tree of a call; a method in place gives its object the value, too."""
        written, owner, arguments = self._callee(node)
        name = written if written == "copy_" else written.removesuffix("_")  # torch's methods in place
        if owner is not None and not is_module(owner):
            arguments = [owner, *arguments]
        arguments = [*arguments[:1], *(entry for entry in arguments[1:] if not _is_label(entry))]
        noise = noise_kind(node)
        tree = self._noise(noise, node) if noise else self._applied(name, arguments, node)
        if changed := self.changed_by(node):
            self.change(changed, spanning(tree, *self.place(node)))
        return tree

    def changed_by(self, node: ast.Call) -> str:
        """The name of the object that a call changes, as x in ``x.mul_(2)`` and ``torch.exp_(x)``."""
        if not isinstance(node.func, ast.Attribute) or not node.func.attr.endswith("_"):
            return ""
        owner: ast.expr = node.func.value
        if is_module(owner):
            owner = node.args[0] if node.args else owner
        owner = viewed(owner)
        if isinstance(owner, ast.Call):
            return self.changed_by(owner)
        return owner.id if isinstance(owner, ast.Name) and owner.id not in MODULES else ""

    def _applied(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        if name in CLIPS:
            return self._clip(CLIPS[name], arguments, node)
        if name == "copy_" and len(arguments) == 2:
            return self.tree(arguments[1])
        if name == "epsilon" and not arguments:
            return KERAS_EPSILON
        if name in ("dot", "matmul", "inner", "vdot") and len(arguments) == 2:
            return self.inner(*arguments)
        if arguments and (name in _COUNTS or (name == "size" and _counts_all(arguments, node))):
            return Length(self.tree(arguments[0]), None)
        if name == "prod" and len(arguments) == 1 and (array := whose_shape(arguments[0])):
            return Length(self.tree(array), None)
        if name in REDUCTIONS:
            return self._reduction(REDUCTIONS[name], arguments, node, _is_integer_type([], node))
        if name in STOPS and arguments:
            return Stop(self.tree(arguments[0]))
        if name in RESHAPES and arguments:
            return self._reshaped(name, arguments, node)
        if arguments and (name in TRUNCATIONS or (name in CASTS and _is_integer_type(arguments[1:], node))):
            return Call("trunc", self.tree(arguments[0]))
        if name in SAME and arguments and not is_variable_of_tensorflow(node):
            return self.tree(arguments[0])
        if name in _CONSTANTS:
            return Number(Fraction(_CONSTANTS[name]))
        if name in _FILLED and len(arguments) > (name == "new_tensor"):
            return self.tree(_only_entry(arguments[name == "new_tensor"]))
        if name in ("size", "len") and arguments:
            axis = arguments[1] if name == "size" and arguments[1:] else ast.Constant(0)
            return self.size(arguments[0], axis)
        if name in ("sample", "rsample") and arguments and (sample := self._sample(arguments[0])):
            return sample
        if name in COMPOSED and arguments and (tree := composed(name, node, arguments, self.tree)):
            return tree
        if is_loss(name):
            return self.named(node, name)
        if name == "addcmul" and len(arguments) == 3:
            return self._added_product(arguments, node)
        if name not in OF_ONE and name not in OF_TWO:
            raise self._unknown_function(name, node)
        count = 1 if name in OF_ONE else 2
        keywords = [entry for entry in node.keywords if entry.arg not in _LABELS]
        if count == 2 and len(arguments) == 1 and [entry.arg for entry in keywords] == ["exponent"]:
            arguments = [*arguments, keywords[0].value]
        elif keywords:
            raise self.error(f"{keywords[0].arg or '**'}= is not understood here", node)
        if len(arguments) != count:
            raise self.error(f"{name} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}", node)
        values = [self.tree(argument) for argument in arguments]
        return OF_ONE[name](*values) if count == 1 else OF_TWO[name](*values)

    def _added_product(self, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """torch's ``addcmul(a, b, c, value=1)``: a + value * b * c."""
        first, *factors = map(self.tree, arguments)
        product = operation("*", *factors)
        for entry in node.keywords:
            if entry.arg != "value":
                raise self.error(f"{entry.arg or '**'}= is not understood here", node)
            product = operation("*", self.tree(entry.value), product)
        return operation("+", first, product)

    def inner(self, left: ast.expr, right: ast.expr) -> Tree:
        """The inner product of two vectors, and what ``@`` is for arrays of more axes."""
        return MatrixProduct(self.tree(left), self.tree(right))

    def size(self, owner: ast.expr, axis: ast.expr) -> Tree:
        """The length of an axis of an array."""
        try:
            place = ast.literal_eval(axis)
        except ValueError:
            return Symbol("dim")
        return Length(self.tree(owner), place) if isinstance(place, int) else Symbol("dim")

    def _reshaped(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """An array in another shape; shapes that are given by their lengths are taken to be the same."""
        operand = self.tree(arguments[0])
        named = (entry.value for entry in node.keywords if entry.arg in (*_AXIS, "start_dim"))
        given = [*arguments[1:], *named]
        whole = [ast.unparse(entry) for entry in given]
        match RESHAPES[name]:
            case "flatten":
                # view(-1) and flatten() make one axis of all; flatten(1) and view(n, -1) keep the batch.
                is_one_axis = whole in ([], ["-1"], ["0"], ["(-1,)"], ["[-1]"])
                return Reshape(operand, "flatten", 0) if is_one_axis else operand
            case "unsqueeze" | "squeeze" as kind:
                axes = [place for entry in given if (place := _whole_number(entry)) is not None]
                axis = axes[0] if axes else None
                return Reshape(operand, kind, axis) if axes or (kind == "squeeze" and not given) else operand
            case kind:
                return Reshape(operand, kind)

    def _callee(self, node: ast.Call) -> tuple[str, ast.expr | None, list[ast.expr]]:
        """The function's bare name, what stands before the point, and the arguments."""
        match node.func:
            case ast.Name(id=name):
                return name, None, node.args
            case ast.Attribute(value=owner, attr=name):
                return name, owner, node.args
        raise self.error("this call has no name", node)

    def _unknown_function(self, name: str, node: ast.Call) -> FormulaError:
        hint = nearest(name, _KNOWN)
        if name in ("kl_divergence", "kl_loss", "kl_div"):
            hint = "the library computes that itself; give the formula of a KL"
        if name in ("log2", "log10"):
            hint = f"write log(x)/log({name[3:]})"
        return self.error(f"'{clipped(name)}' is not a known function", node, hint)

    def _reduction(
        self, kind: ReductionKind, arguments: list[ast.expr], node: ast.Call, is_cut: bool
    ) -> Tree:
        """A sum or mean over any axis, since a formula is read for one example; or E(body, distribution).

        With an integer type its entries are cut to integers before they are added.
        """
        known = () if kind == "E" else (*AXES, *_LABELS)
        unknown = [entry.arg or "**" for entry in node.keywords if entry.arg not in known]
        if unknown or not arguments:
            raise self.error(f"{kind} does not take {unknown[0]}=" if unknown else f"{kind} of nothing", node)
        body, *others = arguments
        match kind, body, others:
            case "E", _, [ast.Name(id=index)] if re.fullmatch(rf"[A-Za-z]{{1,{MAX_NAME}}}_?", index):
                return Reduction(kind, index.removesuffix("_"), self.tree(body))
            case "sum" | "mean", ast.GeneratorExp(elt=entry, generators=[over]), [] if _is_plain(over):
                index = over.target.id if isinstance(over.target, ast.Name) else ""
                named = kind == "sum" and re.fullmatch("[A-Za-z]", index)
                return Reduction(kind, index if named else "", self.tree(entry))
        # The second argument of Python's own sum is where it starts, which nobody lets be -1.
        own = isinstance(node.func, ast.Name) and [ast.unparse(entry) for entry in others] != ["-1"]
        if others and (kind == "E" or own or not all(map(_is_axis, others))):
            raise self.error(f"{kind} does not take this argument", others[0])
        named_axes = [entry.value for entry in node.keywords if entry.arg in _AXIS]
        axis, kept = ", ".join(map(ast.unparse, (*others[:1], *named_axes))), [*others[1:]]
        kept += [entry.value for entry in node.keywords if entry.arg in _KEPT]
        entries = Call("trunc", self.tree(body)) if is_cut else self.tree(body)
        return Reduction(kind, "", entries, axis, any(ast.unparse(value) == "True" for value in kept))

    def _clip(self, kind: ClipKind, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """A value kept between numbers; limits that are names are left out, and noted."""
        sides = {"both": ("low", "high"), "low": ("low",), "high": ("high",)}[kind]
        strange = [
            entry.arg or "**"
            for entry in node.keywords
            if entry.arg not in _LIMITS and entry.arg not in _LABELS
        ]
        if strange or not 0 < len(arguments) <= len(sides) + 1:
            reason = (
                f"does not take {strange[0]}=" if strange else f"takes a value and {len(sides)} of limits"
            )
            raise self.error(f"a clip {reason}", node, "for example clamp(x, min=-10, max=10)")
        if len(arguments) == 2 and kind != "both" and self._is_limit(arguments[0], arguments[1]):
            arguments = arguments[::-1]
        given = dict(zip(sides, arguments[1:], strict=False))
        given |= {_LIMITS[entry.arg]: entry.value for entry in node.keywords if entry.arg in _LIMITS}
        given = {side: entry for side, entry in given.items() if not _is_none(entry)}
        if not given:
            raise self.error("a clip has a limit", node, "for example clamp(x, min=-10, max=10)")
        operand = self.tree(arguments[0])
        limits = {side: limit for side, entry in given.items() if (limit := self._limit(entry)) is not None}
        if not limits and isinstance(operand, Symbol):
            raise self.error("the limits of a clip are numbers", next(iter(given.values())))
        unknown = [side for side in given if side not in limits]
        self.ignored += [UnknownLimit(ast.unparse(given[side]), side == "low", operand) for side in unknown]
        return Clip(operand, limits.get("low"), limits.get("high")) if limits else operand

    def _is_limit(self, node: ast.expr, other: ast.expr) -> bool:
        """Whether the first of two arguments is the limit: a number, or a name beside something computed."""
        if _is_numeral(other):
            return False
        computed = not isinstance(self.tree(other), Symbol)
        return _is_numeral(node) or (computed and isinstance(self.tree(node), Symbol | Number))

    def _limit(self, node: ast.expr) -> Fraction | None:
        """The number that a clip keeps to; None for what names give, whose values are not known."""
        tree = self.tree(node)
        match tree:
            case Number(value):
                return value
            case Negative(Number(value)):
                return -value
        if free_symbols(tree):
            return None
        try:
            return Fraction(evaluate(tree, {}, Doubles()))
        except (ArithmeticError, ValueError):
            raise self.error("the limits of a clip are numbers", node) from None

    def _noise(self, kind: Noise, node: ast.Call) -> Tree:
        """Random numbers: the symbol of their kind, scaled and moved as the arguments say."""
        tree: Tree = Symbol(kind)
        given = noise_parameters(node)
        if kind == "rand":
            return tree
        if "scale" in given and (scale := self.tree(given["scale"])) != _ONE:
            tree = operation("*", scale, tree)
        if "mean" in given and (mean := self.tree(given["mean"])) != _ZERO:
            tree = operation("+", mean, tree)
        return tree

    def _sample(self, node: ast.expr) -> Tree | None:
        """A draw from ``Normal(mean, scale)``."""
        if not isinstance(node, ast.Call):
            return None
        name, _, arguments = self._callee(node)
        given = dict(zip(("mean", "scale"), arguments, strict=False))
        given |= {PARAMETERS[entry.arg]: entry.value for entry in node.keywords if entry.arg in PARAMETERS}
        if name != "Normal" or len(given) != 2:
            return None
        scaled = operation("*", self.tree(given["scale"]), Symbol("randn"))
        return operation("+", self.tree(given["mean"]), scaled)


def is_readable(node: ast.Call) -> bool:
    """Whether the function of a call has a name that is read, whatever its arguments are."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            bare = name.removesuffix("_")
            return name in _OTHERS or bare in SAME or bare in _NAMES or bare in _RETURNED
    return False


def _counts_all(arguments: list[ast.expr], node: ast.Call) -> bool:
    """Whether ``size`` is that of a library, without an axis: ``np.size(x)``, ``tf.size(x)``."""
    return len(arguments) == 1 and is_module(getattr(node.func, "value", node.func))


def _is_label(node: ast.expr) -> bool:
    """Whether an argument is TensorFlow's name of an operation."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _only_entry(node: ast.expr) -> ast.expr:
    """The number in a list of one."""
    return node.elts[0] if isinstance(node, ast.List) and len(node.elts) == 1 else node


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_plain(over: ast.comprehension) -> bool:
    """Whether a generator just runs an index over something whose length it does not fix."""
    counted = any(isinstance(node, ast.Constant) for node in ast.walk(over.iter))
    return isinstance(over.target, ast.Name) and not over.ifs and not over.is_async and not counted


def _is_numeral(node: ast.expr) -> bool:
    """Whether an expression is made of numbers only."""
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))


def _whole_number(node: ast.expr) -> int | None:
    """The integer that is written, perhaps with a sign."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_integer_type(arguments: list[ast.expr], node: ast.Call) -> bool:
    """Whether a cast is one to integers: ``x.to(torch.int32)``, ``tf.cast(x, "int64")``."""
    types = [*arguments, *(entry.value for entry in node.keywords if entry.arg == "dtype")]
    words = [getattr(part, "attr", getattr(part, "id", getattr(part, "value", ""))) for part in types]
    return any(isinstance(word, str) and _INTEGER_TYPE.fullmatch(word) for word in words)


def _is_axis(node: ast.expr) -> bool:
    """Whether an argument can be an axis: ``1``, ``-1``, ``(1, 2)``, ``None``."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, int)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_axis(operand)
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            return all(map(_is_axis, entries))
    return False
