"""Reads Python expressions (torch, Keras, tf, jax, numpy spelling) into a tree; never evaluates them.

The text goes through `ast.parse` and every node is translated by hand: a call of anything unknown or a
string is an error, not an action. Attributes and subscripts of values (``self.logvar``, ``h[:, :2]``) are
symbols; their names are made of what is written.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from klcli.formula.alphabet import SUBSCRIPTS, letter
from klcli.formula.syntax import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_EXPONENT,
    FormulaError,
    check_text,
    check_tree,
    clipped,
    nearest,
    stray_symbol,
    too_deep,
)
from klcli.formula.tree import (
    MAX_NAME,
    Clip,
    Constant,
    Negative,
    Number,
    Operator,
    Reduction,
    ReductionKind,
    Symbol,
    Tree,
    operation,
    spanning,
)
from klcli.formula.vocabulary import (
    AXES,
    CLIPS,
    MODULES,
    NOISE,
    OF_ONE,
    OF_TWO,
    REDUCTIONS,
    SAME,
    ClipKind,
    Noise,
)

__all__ = ["Reader", "parse"]

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
}
_SUBSCRIPT = re.compile(rf"[{''.join(SUBSCRIPTS.values())}]+\Z")
_KNOWN = (*OF_ONE, *OF_TWO, *REDUCTIONS, *CLIPS, *NOISE)


def parse(text: str) -> Tree:
    """The tree of one Python expression.

    Function and method spelling mean the same (``torch.exp(x)``, ``x.exp()``, ``x.exp_()``); the module in
    front of a function's name says nothing about its meaning and is not read.

    Raises:
        KlcliError: empty or too long.
        FormulaError: not an expression, or one with a part that is no formula, with the text and a caret.
    """
    reader = Reader(text)
    return reader.checked(lambda: reader.tree(reader.expression()))


def _check_nesting(text: str) -> None:
    nesting = 0
    for position, sign in enumerate(text):
        nesting += (sign in "([{") - (sign in ")]}")
        if nesting > MAX_DEPTH:
            raise too_deep(text, position)


class Reader:
    """Translates the syntax tree of one text.

    Attributes:
        text: what is read; the places of all trees are places in it.
        values: the trees that names stand for, where statements before gave them one.
    """

    def __init__(self, text: str) -> None:
        check_text(text)
        plain = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
        # Of the same length, so that places stay what they are.
        plain = plain.replace("\r\n", " \n").replace("\r", "\n").strip()
        _check_nesting(plain)
        self.text = plain
        self.lines = [f"{line}\n" for line in plain.split("\n")]
        self.values: dict[str, Tree] = {}
        self._atoms: dict[str, str] = {}
        """The symbols that stand for attributes and subscripts, by what is written."""
        self._taken: set[str] = set()

    @property
    def spellings(self) -> dict[str, str]:
        """What is written for each symbol that is not a plain name."""
        return {name: written for written, name in self._atoms.items()}

    def position(self, line: int, column: int) -> int:
        """The place in the text of a place in the UTF-8 bytes of a line, as `ast` counts."""
        before = sum(map(len, self.lines[: line - 1]))
        return before + len(self.lines[line - 1].encode()[:column].decode())

    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The beginning and the end of a node."""
        start = self.position(node.lineno, node.col_offset)
        return start, self.position(node.end_lineno or 1, node.end_col_offset or 0)

    def written(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        start, end = self.place(node)
        return self.text[start:end]

    def error(self, problem: str, node: ast.expr | ast.stmt, hint: str = "") -> FormulaError:
        return FormulaError(problem, self.text, self.place(node)[0], hint)

    def expression(self) -> ast.expr:
        """The syntax tree of a text that is one expression."""
        return self._syntax("eval").body  # type: ignore[no-any-return]

    def statements(self) -> list[ast.stmt]:
        """The syntax trees of a text that is a sequence of statements."""
        return self._syntax("exec").body  # type: ignore[no-any-return]

    def _syntax(self, mode: str) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = ast.parse(self.text, mode=mode)
        except SyntaxError as error:
            raise self._not_python(error) from None
        except (RecursionError, MemoryError):
            raise too_deep(self.text) from None
        self._taken = {node.id for node in ast.walk(found) if isinstance(node, ast.Name)}
        return found

    def _not_python(self, error: SyntaxError) -> FormulaError:
        """What Python says of the place; its guesses about what was meant are for programs and left out."""
        reason = re.split(r"\. |; | \(", error.msg)[0]
        before = sum(map(len, self.lines[: (error.lineno or 1) - 1]))
        column = error.offset - 1 if error.offset else len(self.text)  # 0 is the end of the text
        position = min(before + column, len(self.text))
        hint = "a product is written with * and a power with **" if reason.startswith("invalid") else ""
        if "never closed" in reason:
            hint = "add the closing bracket"
        elif re.search(r"(?<![=!<>])=(?!=)", self.text):
            hint = "give the right-hand side only"
        return FormulaError(f"not a Python expression: {reason}", self.text, position, hint)

    def checked(self, read: Callable[[], Tree]) -> Tree:
        """What `read` gives, if it can be walked safely and no index strays out of its sum."""
        try:
            tree = read()
        except (RecursionError, MemoryError):
            raise too_deep(self.text) from None
        check_tree(tree, self.text)
        if stray := stray_symbol(tree):
            symbol, index = stray
            problem = f"{symbol.name} is used outside of the sum over {index}"
            hint = "put it inside of the sum, or give it another index"
            raise FormulaError(problem, self.text, symbol.span[0] if symbol.span else 0, hint)
        return tree

    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""
        return spanning(self._tree(node), *self.place(node))

    def _tree(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                return self.values[name] if name in self.values else self._symbol(node)
            case ast.Attribute(value=owner, attr="pi" | "e" as name) if _is_module(owner):
                return Constant(name)
            case ast.Attribute(value=owner, attr="data" | "T" | "mT"):
                return self.tree(owner)
            case ast.Attribute() | ast.Subscript() if atom := self.atom(node):
                return self.values.get(atom.name, atom)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.tree(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.tree(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return operation(_OPERATORS[type(operator)], self.tree(left), self.tree(right))
            case ast.Call():
                return self._call(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            sign = self.text.index("^", self.place(node.left)[1])
            hint = "a power is written with ** in Python"
            raise FormulaError("'^' is no power in Python", self.text, sign, hint)
        hint = "a formula has numbers, names, + - * / ** and calls"
        if isinstance(node, ast.IfExp):
            hint = "give one branch of the condition"
        raise self.error(f"'{clipped(self.written(node))}' has no place in a formula", node, hint)

    def _number(self, node: ast.Constant) -> Tree:
        written = self.written(node).replace("_", "")
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.error(f"{clipped(written)} is no number", node)
        if not re.fullmatch(r"[0-9.]+([eE][+-]?[0-9]+)?", written):
            raise self.error(f"{clipped(written)} is no decimal number", node)
        if len(written) > MAX_DIGITS or abs(int(written.lower().partition("e")[2] or "0")) > MAX_EXPONENT:
            hint = f"at most {MAX_DIGITS} digits and 1e{MAX_EXPONENT} are read"
            raise self.error("this number is too long", node, hint)
        return Number(Fraction(written), "" if written.isdigit() else written)

    def _symbol(self, node: ast.Name) -> Tree:
        written = self.written(node)
        name = _plain(written)
        bare = name.removesuffix("_")
        try:
            return Symbol(bare if keyword.iskeyword(bare) else name)
        except ValueError:
            if written not in ("e", "pi") and (private := re.sub("_+", "_", name).strip("_")) != name:
                return self._named(written, private, node)
            hint = f"a name has at most {MAX_NAME} letters, digits and '_'"
            if name in ("e", "pi"):
                hint = f"for the constant write math.{name}"
            raise self.error(f"'{clipped(written)}' cannot be used as a symbol", node, hint) from None

    def atom(self, node: ast.Attribute | ast.Subscript) -> Symbol | None:
        """The symbol for ``self.logvar`` or ``h[:, 0]``; None for what does not begin with a name."""
        words: list[str] = []
        below: ast.expr = node
        while isinstance(below, ast.Attribute | ast.Subscript) and len(words) <= _MOST_PARTS:
            words.append(below.attr if isinstance(below, ast.Attribute) else _index_words(below.slice))
            below = below.value
        dunder = any(word.startswith("__") for word in words)
        own = isinstance(below, ast.Name) and below.id not in MODULES
        if not isinstance(below, ast.Name) or not own or dunder or len(words) > _MOST_PARTS:
            return None
        if below.id != "self":
            words.append(below.id)
        return self._named(ast.unparse(node), "_".join(word for word in reversed(words) if word), node)

    def _named(self, written: str, wish: str, node: ast.expr) -> Symbol:
        """A symbol for what is written, always the same, of a name that nothing else has."""
        if written not in self._atoms:
            base = re.sub(r"[^A-Za-z0-9]+", "_", _plain(wish)).strip("_") or "x"
            name, count = base, 1
            while name in self._taken:
                count += 1
                name = f"{base}_{count}"
            try:
                Symbol(name)
            except ValueError:
                raise self.error(f"'{clipped(written)}' cannot be used as a symbol", node) from None
            self._taken.add(name)
            self._atoms[written] = name
        return Symbol(self._atoms[written])

    def _call(self, node: ast.Call) -> Tree:
        written, owner, arguments = self._callee(node)
        name = written.removesuffix("_")  # torch's methods that work in place
        if name in NOISE and (noise := self._noise(NOISE[name], name, owner, node)):
            return noise
        if owner is not None and not _is_module(owner):
            arguments = [owner, *arguments]
        tree = self._applied(name, arguments, node)
        if written.endswith("_") and owner is not None and (changed := _changed_in_place(owner)):
            self.values[changed] = spanning(tree, *self.place(node))
        return tree

    def _applied(self, name: str, arguments: list[ast.expr], node: ast.Call) -> Tree:
        if name in CLIPS:
            return self._clip(CLIPS[name], arguments, node)
        if name in REDUCTIONS:
            return self._reduction(REDUCTIONS[name], arguments, node)
        if name in SAME and arguments:
            return self.tree(arguments[0])
        if name in ("ones_like", "zeros_like"):
            return Number(Fraction(name == "ones_like"))
        if name in ("tensor", "constant", "Tensor", "FloatTensor") and len(arguments) == 1:
            return self.tree(arguments[0])
        if name in ("size", "len") and arguments:
            first = name == "len" or [ast.unparse(entry) for entry in arguments[1:]] == ["0"]
            return Symbol("batch_size" if first else "dim")
        if name in ("sample", "rsample") and arguments and (sample := self._sample(arguments[0])):
            return sample
        if name not in OF_ONE and name not in OF_TWO:
            raise self._unknown_function(name, node)
        count = 1 if name in OF_ONE else 2
        if count == 2 and len(arguments) == 1 and [entry.arg for entry in node.keywords] == ["exponent"]:
            arguments = [*arguments, node.keywords[0].value]
        elif node.keywords:
            raise self.error(f"{node.keywords[0].arg or '**'}= is not understood here", node)
        if len(arguments) != count:
            raise self.error(f"{name} takes {count} argument{'s' * (count > 1)}, got {len(arguments)}", node)
        values = [self.tree(argument) for argument in arguments]
        return OF_ONE[name](*values) if count == 1 else operation(OF_TWO[name], *values)

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

    def _reduction(self, kind: ReductionKind, arguments: list[ast.expr], node: ast.Call) -> Tree:
        """A sum or mean over any axis, since a formula is read for one example; or E(body, distribution)."""
        unknown = [entry.arg or "**" for entry in node.keywords if entry.arg not in AXES or kind == "E"]
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
        if others and (kind == "E" or isinstance(node.func, ast.Name) or not all(map(_is_axis, others))):
            raise self.error(f"{kind} does not take this argument", others[0])
        named_axes = [entry.value for entry in node.keywords if entry.arg in _AXIS]
        return Reduction(kind, "", self.tree(body), ", ".join(map(ast.unparse, (*others, *named_axes))))

    def _clip(self, kind: ClipKind, arguments: list[ast.expr], node: ast.Call) -> Clip:
        """A value kept between numbers."""
        sides = {"both": ("low", "high"), "low": ("low",), "high": ("high",)}[kind]
        strange = [entry.arg or "**" for entry in node.keywords if entry.arg not in _LIMITS]
        if strange or not 0 < len(arguments) <= len(sides) + 1:
            reason = (
                f"does not take {strange[0]}=" if strange else f"takes a value and {len(sides)} of limits"
            )
            raise self.error(f"a clip {reason}", node, "for example clamp(x, min=-10, max=10)")
        if len(arguments) == 2 and kind != "both" and not _is_numeral(arguments[1]):
            arguments = arguments[::-1] if _is_numeral(arguments[0]) else arguments
        given = dict(zip(sides, arguments[1:], strict=False))
        given |= {_LIMITS[entry.arg]: entry.value for entry in node.keywords if entry.arg in _LIMITS}
        limits = {side: limit for side, entry in given.items() if (limit := self._limit(entry)) is not None}
        if not limits:
            raise self.error("a clip has a limit", node, "for example clamp(x, min=-10, max=10)")
        return Clip(self.tree(arguments[0]), limits.get("low"), limits.get("high"))

    def _limit(self, node: ast.expr) -> Fraction | None:
        """The number that a clip keeps to; None where none is given."""
        if isinstance(node, ast.Constant) and node.value is None:
            return None
        match self.tree(node):
            case Number(value):
                return value
            case Negative(Number(value)):
                return -value
        raise self.error("the limits of a clip are numbers", node)

    def _noise(self, kind: Noise, name: str, owner: ast.expr | None, node: ast.Call) -> Tree | None:
        """Random numbers: the symbol of their kind, scaled and moved as the arguments say.

        None where ``normal`` is no function of a library.
        """
        of_value = owner is not None and not _is_module(owner)
        if name in ("normal", "uniform") and owner is None:
            return None
        # numpy and torch put the two parameters first, the others a shape; methods in place have no shape.
        positional = node.args
        roots = {part.id for part in ast.walk(owner) if isinstance(part, ast.Name)} if owner else set()
        if not (of_value or (name in ("normal", "uniform") and roots & {"np", "numpy", "torch", "th"})):
            positional = [] if roots & {"jax", "jrandom", "random"} else node.args[1:]
        if name.startswith(("randn", "rand_", "standard")) or name == "rand":
            positional = []
        given = dict(zip(("mean", "scale"), positional, strict=False))
        given |= {_PARAMETERS[entry.arg]: entry.value for entry in node.keywords if entry.arg in _PARAMETERS}
        tree: Tree = Symbol(kind)
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
        given |= {_PARAMETERS[entry.arg]: entry.value for entry in node.keywords if entry.arg in _PARAMETERS}
        if name != "Normal" or len(given) != 2:
            return None
        scaled = operation("*", self.tree(given["scale"]), Symbol("randn"))
        return operation("+", self.tree(given["mean"]), scaled)


_AXIS = ("axis", "dim", "reduction_indices")
_LIMITS = {
    **dict.fromkeys(("min", "a_min", "min_value", "clip_value_min"), "low"),
    **dict.fromkeys(("max", "a_max", "max_value", "clip_value_max"), "high"),
}
_PARAMETERS = {
    **dict.fromkeys(("mean", "loc"), "mean"),
    **dict.fromkeys(("std", "stddev", "scale", "sigma"), "scale"),
}
_ZERO, _ONE = Number(Fraction(0)), Number(Fraction(1))
_MOST_PARTS = 4
"""Attributes and subscripts in a row that make one symbol."""


def _changed_in_place(owner: ast.expr) -> str:
    """The name of the object that a chain of methods in place changes, as x in ``x.mul_(2).add_(1)``."""
    while (
        isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr[-1] == "_"
    ):
        owner = owner.func.value
    return owner.id if isinstance(owner, ast.Name) and owner.id not in MODULES else ""


def _index_words(node: ast.expr) -> str:
    """What a subscript adds to a symbol's name: its words and numbers."""
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return "_".join(str(part) for part in parts if isinstance(part, str | int))


def _plain(name: str) -> str:
    """The ASCII name of a symbol in Greek letters and subscripts: ``sigma_j`` for ``σⱼ`` and ``σ_j``."""
    raised = _SUBSCRIPT.sub(lambda found: "_" + unicodedata.normalize("NFKC", found[0]), name)
    parts = re.sub(r"\A([^\x00-\x7f])(?=\d)", r"\1_", raised).split("_")
    return "_".join(letter(part) or part for part in parts)


def _is_module(owner: ast.expr) -> bool:
    """Whether ``owner.function(x)`` names a library's function rather than a method of a value."""
    while isinstance(owner, ast.Attribute):
        if owner.attr in MODULES:
            return True
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id in MODULES


def _is_plain(over: ast.comprehension) -> bool:
    """Whether a generator just runs an index over something whose length it does not fix."""
    counted = any(isinstance(node, ast.Constant) for node in ast.walk(over.iter))
    return isinstance(over.target, ast.Name) and not over.ifs and not over.is_async and not counted


def _is_numeral(node: ast.expr) -> bool:
    """Whether an expression is made of numbers only."""
    return not any(isinstance(part, ast.Name) for part in ast.walk(node))


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
