"""Reads Python expressions (torch, Keras, tf, jax, numpy spelling) into a tree; never evaluates them.

The text goes through `ast.parse` and every node is translated by hand: a call of anything unknown or a
string is an error, not an action. Attributes and subscripts of values (``self.logvar``, ``h[:, :2]``) are
symbols; their names are made of what is written.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property

from klcli.errors import clipped
from klcli.formula.read.ast_parts import constants_in, text_of_name
from klcli.formula.read.callee import is_module
from klcli.formula.read.calls.inner_products import inner_product
from klcli.formula.read.calls.masks import logical
from klcli.formula.read.calls.reader import Calls
from klcli.formula.read.calls.selections import refuse_places
from klcli.formula.read.definitions import with_definitions
from klcli.formula.read.epsilons import KERAS_EPSILON, float_name, float_value
from klcli.formula.read.matrix_attributes import matrix_value
from klcli.formula.read.named_objects import NamedObjects
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.plain_names import plain_name
from klcli.formula.read.python_source import SourceText
from klcli.formula.read.shared_entries import sharing
from klcli.formula.read.subscripts import length_of_entries, subscripted
from klcli.formula.read.syntax_errors import MAX_DIGITS, MAX_EXPONENT, check_tree, stray_symbol, too_deep
from klcli.formula.read.vocabulary import MODULES
from klcli.formula.symbol_names import MAX_NAME, is_symbol
from klcli.formula.traversal import spanning
from klcli.formula.tree import Constant, Negative, Number, Operator, Reshape, Stop, Symbol, Tree, operation

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "^",
}


def parse(text: str) -> Tree:
    """The tree of one Python expression.

    Function and method spelling mean the same (``torch.exp(x)``, ``x.exp()``, ``x.exp_()``); the module in
    front of a function's name says nothing about its meaning and is not read.

    Raises:
        KlcliError: empty or too long.
        FormulaError: not an expression, or one with a part that is no formula, with the text and a caret.
    """
    source = SourceText(text)
    reader = PythonReader(source)
    return reader.checked(lambda: reader.tree(source.expression()))


class PythonReader(Calls):
    """Translates the syntax trees of one text, or of statements that were parsed before.

    Attributes:
        source: what is read; the places of all trees are places in it.
        matrices: whether functions of matrices are read; a call of one is an error in other texts.
        values: the trees that names stand for, where statements before gave them one.
        objects: the objects that names stand for.
    """

    def __init__(self, source: SourceText | SourceNodes, *, matrices: bool = False) -> None:
        self.source = source
        self.matrices = matrices
        self.values: dict[str, Tree] = {}
        self.objects = NamedObjects()
        self.losses: dict[str, Tree] = {}
        self.unread: dict[str, ast.expr] = {}
        self._seen: set[str] = set()
        self._renamed: dict[str, str] = {}
        """What is written for symbols that stand for a later meaning of a name."""
        self._atoms: dict[str, str] = {}
        """The symbols that stand for attributes and subscripts, by what is written."""

    def statements(self) -> list[ast.stmt]:
        """The statements that are read, with what they define put in.

        Raises:
            FormulaError: they are none of Python, or call what they define in a way that is not followed.
        """
        try:
            return with_definitions(self.source.statements(), self.error)
        except RecursionError:
            raise too_deep(self.source.text) from None

    @cached_property
    def _taken(self) -> set[str]:
        """The names that are no longer free for symbols."""
        return set(self.source.names)

    @property
    def spellings(self) -> dict[str, str]:
        """What is written for each symbol that is not a plain name."""
        return {name: written for written, name in self._atoms.items()} | self._renamed

    def checked(self, read: Callable[[], Tree]) -> Tree:
        """What `read` gives, if it can be walked safely and no index strays out of its sum."""
        try:
            tree = read()
            refuse_places(self, tree)
        except (RecursionError, MemoryError):
            raise too_deep(self.source.text) from None
        check_tree(tree, self.source)
        if stray := stray_symbol(tree):
            symbol, index = stray
            problem = f"{symbol.name} is used outside of the sum over {index}"
            hint = "put it inside of the sum, or give it another index"
            raise self.source.error(problem, symbol.span or (0, 0), hint)
        return tree

    def tree(self, node: ast.expr) -> Tree:
        """The tree of an expression, with its place."""
        if self.objects.has_changes and isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            self._refuse_changed(node)
        return spanning(self._tree(node), *self.source.place(node))

    def _tree(self, node: ast.expr) -> Tree:
        if self.matrices and (found := matrix_value(self, node)):
            return found
        match node:
            case ast.Constant():
                return self._number(node)
            case ast.Name(id=name):
                self._seen.add(name)
                return self.values[name] if name in self.values else self._symbol(node)
            case ast.Attribute(value=owner, attr="pi" | "e" as name) if is_module(owner):
                return Constant(name)
            case ast.Attribute(value=owner, attr="_epsilon" | "_EPSILON") if is_module(owner):
                return KERAS_EPSILON
            case ast.Attribute() if name := float_name(node):
                value = float_value(node)
                return self.named(node, name) if value is None else Number(value, self.source.spelled(node))
            case ast.Attribute(value=owner, attr="data"):
                return Stop(self.tree(owner))
            case ast.Attribute(value=owner, attr="T" | "mT"):
                return Reshape(self.tree(owner), "transpose")
            case ast.Attribute(value=ast.Subscript()) if length := length_of_entries(self, node):
                return length
            case ast.Subscript() if found := subscripted(self, node):
                return found
            case ast.Attribute() | ast.Subscript() if atom := self.atom(node):
                return self.values.get(atom.name, atom)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                return self._given(name, self.tree(value))
            case ast.UnaryOp() | ast.BinOp() | ast.Compare() if mask := logical(self, node):
                return mask
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                return Negative(self.tree(operand)) if isinstance(sign, ast.USub) else self.tree(operand)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return inner_product(self, left, right)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return operation(_OPERATORS[type(operator)], self.tree(left), self.tree(right))
            case ast.Call():
                return self.call(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            hint = "a power is written with ** in Python"
            raise self.source.error("'^' is no power in Python", self.source.behind(node.left, "^"), hint)
        hint = "a formula has numbers, names, + - * / ** and calls"
        if isinstance(node, ast.IfExp):
            hint = "give one branch of the condition"
        raise self.error(f"'{clipped(self.source.spelled(node))}' has no place in a formula", node, hint)

    def _given(self, name: str, tree: Tree) -> Tree:
        """The value that a name is given within an expression."""
        self.values[name] = tree
        self.objects.bind(name)
        return tree

    def _number(self, node: ast.Constant) -> Tree:
        written = self.source.spelled(node).replace("_", "")
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.error(f"{clipped(written)} is no number", node)
        # Decimal digits and an exponent: 0x10 and 1j are none.
        if not re.fullmatch(r"[0-9.]+([eE][+-]?[0-9]+)?", written):
            raise self.error(f"{clipped(written)} is no decimal number", node)
        if len(written) > MAX_DIGITS or abs(int(written.lower().partition("e")[2] or "0")) > MAX_EXPONENT:
            hint = f"at most {MAX_DIGITS} digits and 1e{MAX_EXPONENT} are read"
            raise self.error("this number is too long", node, hint)
        return Number(Fraction(written), "" if written.isdigit() else written)

    def _symbol(self, node: ast.Name) -> Tree:
        written = self.source.spelled(node)
        name = plain_name(written)
        bare = name.removesuffix("_")
        own = bare if keyword.iskeyword(bare) else name
        if is_symbol(own):
            return Symbol(own)
        # Underscores in front, behind and several in a row are no part of a symbol.
        if written not in ("e", "pi") and (private := re.sub("_+", "_", name).strip("_")) != name:
            return self._named(written, private, node)
        hint = f"a name has at most {MAX_NAME} letters, digits and '_'"
        if name in ("e", "pi"):
            hint = f"for the constant write math.{name}"
        raise self.error(f"'{clipped(written)}' cannot be used as a symbol", node, hint)

    def atom(self, node: ast.Attribute | ast.Subscript) -> Symbol | None:
        """The symbol for ``self.logvar`` or ``h[:, 0]``; None for what does not begin with a name."""
        words: list[str] = []
        below: ast.expr = node
        while isinstance(below, ast.Attribute | ast.Subscript) and len(words) <= _MOST_PARTS:
            words.append(below.attr if isinstance(below, ast.Attribute) else constants_in(below.slice))
            below = below.value
        dunder = any(word.startswith("__") for word in words)
        own = isinstance(below, ast.Name) and below.id not in MODULES
        if isinstance(below, ast.Name):
            self._seen.add(below.id)
        if not isinstance(below, ast.Name) or not own or dunder or len(words) > _MOST_PARTS:
            return None
        if below.id != "self":
            words.append(below.id)
        return self._named(text_of_name(node), "_".join(word for word in reversed(words) if word), node)

    def is_used(self, written: str) -> bool:
        """Whether a name, an attribute or a subscript has a value of the text, or stood in it before."""
        return bool(self.value_of(written)) or written in self._seen | self._atoms.keys()

    def value_of(self, written: str) -> Tree | None:
        """The value of what is written, where statements before gave it one."""
        return self.values.get(self._atoms.get(written, written))

    def sources_of(self, node: ast.expr) -> list[str]:
        """The names, as they are written, whose entries an expression may share."""
        return list(map(text_of_name, sharing(node)))

    def keep(self, owner: ast.expr, others: Sequence[ast.expr]) -> None:
        """Put values into a list that has a name."""
        for name in self.sources_of(owner):
            self.objects.keep(name, [source for other in others for source in self.sources_of(other)])

    def change(self, name: str, tree: Tree) -> None:
        """Give an object another value, under all of its names; others that may share entries have none."""
        self.objects.note_change(name)
        self.call_it(name, tree)

    def call_it(self, name: str, tree: Tree) -> None:
        """Say what the value of a name is, under all names of its object, without changing it."""
        written = self.objects.names_of(self.objects.number_of(name))
        self.values |= {self._atoms.get(one, one): tree for one in written}

    def _refuse_changed(self, node: ast.expr) -> None:
        """Refuse what may have been changed in place through another name."""
        for name, other in self.objects.changed_through(self.sources_of(node)):
            problem = f"{name} may be changed by what is done to {other}, which is not followed"
            raise self.error(problem, node, f"let {other} be a copy, or leave that out").of_whole_text()

    def fresh_symbol(self, name: str) -> Symbol | None:
        """Another symbol for a name that was used with another meaning before; None for the first one."""
        # What has been read of it: its attributes and its entries.
        used = {written for written in self._atoms if re.match(rf"{re.escape(name)}[.\[]", written)}
        for written in used:
            del self._atoms[written]
        if name not in self._seen and not used:
            self._seen.add(name)
            return None
        base, count = plain_name(name).strip("_"), 2
        while f"{base}_{count}" in self._taken:
            count += 1
        self._taken.add(f"{base}_{count}")
        if not is_symbol(f"{base}_{count}"):
            return None
        self._renamed[f"{base}_{count}"] = name
        return Symbol(f"{base}_{count}")

    def named(self, node: ast.expr, wish: str) -> Symbol:
        """A symbol for a value that is not followed."""
        return self._named(text_of_name(node), wish, node)

    def _free_name(self, base: str) -> str:
        """A name that nothing else has, which is taken from then on."""
        name, count = base, 1
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        return name

    def _named(self, written: str, wish: str, node: ast.expr) -> Symbol:
        """A symbol for what is written, always the same, of a name that nothing else has."""
        if written not in self._atoms:
            # Whatever a symbol may not have becomes one underscore.
            name = self._free_name(re.sub(r"[^A-Za-z0-9]+", "_", plain_name(wish)).strip("_") or "x")
            if not is_symbol(name):
                raise self.error(f"'{clipped(written)}' cannot be used as a symbol", node)
            self._atoms[written] = name
        return Symbol(self._atoms[written])


_MOST_PARTS = 4
"""Attributes and subscripts in a row that make one symbol."""
