"""Statements of Python that somebody else has parsed, and that a formula was read from."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from functools import cached_property

from klcli.formula.read.ast_parts import are_alike, rebuilt, text_of_name, walked, words_in
from klcli.formula.read.math_source import TextEdit
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.tree import Span


class SourceNodes:
    """Statements of Python; the places of trees are numbers of nodes in them.

    Two are equal if they compute the same with the same names, wherever they stand. They are written only
    where somebody wants to see them.

    Attributes:
        given: the statements.
    """

    def __init__(self, statements: Sequence[ast.stmt]) -> None:
        self.given = tuple(statements)
        self._placed: list[ast.expr | ast.stmt] = []
        self._numbers: dict[ast.AST, int] = {}

    @cached_property
    def text(self) -> str:
        """The statements as they would be written, a line for each."""
        return "\n".join(map(ast.unparse, self.given))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the statements, in any order."""
        return [node for statement in self.given for node in walked(statement)]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in them."""
        return frozenset(node.id for node in self.nodes if isinstance(node, ast.Name))

    @cached_property
    def words(self) -> set[str]:
        """The names, attributes and keywords in them."""
        return {word for statement in self.given for word in words_in(statement)}

    @cached_property
    def _hash(self) -> int:
        """Of the kinds of the nodes, with the names: few others have the same."""
        return hash(tuple(node.id if isinstance(node, ast.Name) else type(node) for node in self.nodes))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SourceNodes):
            return NotImplemented
        return self is other or (self._hash == other._hash and are_alike(list(self.given), list(other.given)))

    def statements(self) -> list[ast.stmt]:
        """The statements, to be read."""
        return list(self.given)

    @property
    def kept(self) -> SourceNodes:
        """What a program keeps of it."""
        return self

    def place(self, node: ast.expr | ast.stmt) -> Span:
        """The number of a node, twice: it has no text that would end somewhere."""
        number = self._numbers.setdefault(node, len(self._placed))
        if number == len(self._placed):
            self._placed.append(node)
        return number, number

    def spelled(self, node: ast.expr | ast.stmt) -> str:
        """How a node is written."""
        return text_of_name(node) if isinstance(node, ast.expr) else ast.unparse(node)

    def behind(self, node: ast.expr, sign: str) -> Span:
        """The place of what a sign stands behind, as signs have none."""
        return self.place(node)

    def is_all(self, node: ast.expr) -> bool:
        """Whether there is nothing but this expression."""
        match self.given:
            case (ast.Expr(value=value),):
                return value is node
        return False

    def error(self, problem: str, place: Span, hint: str = "") -> FormulaError:
        """An error at a place.

        Args:
            problem: what is wrong, in words.
            place: a span of the program.
            hint: what to write instead; empty where that is not known.
        """
        return FormulaError(problem, self.written(place), 0, hint)

    def written(self, span: Span) -> str:
        """How what stands at a place is written."""
        return self.spelled(self._placed[span[0]])

    def around(self, span: Span) -> tuple[str, str]:
        """Nothing stands around a node that it would have to be held together against."""
        return "", ""

    def edited(self, edits: Collection[TextEdit]) -> SourceNodes | None:
        """The statements with other expressions at these places; the others are the same objects.

        None for a place that is not in the statements: what a definition put in.
        """
        wanted = {self._placed[place[0]]: text for place, text in set(edits)}
        found: set[ast.AST] = set()

        def change(node: ast.AST) -> ast.AST:
            if node not in wanted:
                return rebuilt(node, change)
            found.add(node)
            new = ast.parse(wanted[node], mode="eval").body
            return ast.copy_location(new, node)

        changed = [change(statement) for statement in self.given]
        statements = [one for one in changed if isinstance(one, ast.stmt)]
        return SourceNodes(statements) if found == wanted.keys() and len(wanted) == len(set(edits)) else None
