"""KL terms that a function only reports: it prints or gives them back beside a loss that has none of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from klcli.formula.read.ast_parts import below, walked
from klcli.formula.read.callee import called
from klcli.formula.read.calls.table import is_readable
from klcli.lint.flow.syntax_names import names_in, reads, stored
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.names.losses import ERROR, LOSS, TOTAL
from klcli.values import dataclass

_REPORTS = frozenset(
    (
        *("print", "format", "info", "debug", "log", "write", "scalar", "add_scalar", "add_scalars"),
        *("set_description", "set_postfix", "item", "append"),
    )
)
_SUNK = frozenset(("backward", "minimize", "gradient", "grad", "compute_gradients"))


def is_only_reported(one: Divergence) -> bool:
    """Whether the loss of a function is made of errors alone, and the KL beside it is printed or given back.

    False where anybody may add the KL later, or where the loss may have another one in it.
    """
    node = one.excerpt.step.function.node
    step = one.excerpt.formula.node
    if not isinstance(node, ast.FunctionDef) or not one.excerpt.is_local:
        return False
    match step:
        case ast.Assign(targets=[ast.Name(id=target)]):
            name = one.excerpt.spelled(target)
            seen, used = _Seen(node, name, {name}), {one.excerpt.spelled(other) for other in names_in(step)}
            return seen.follow() and seen.has_loss_without(used)
    return False


@dataclass(slots=True)
class _Seen:
    """What a function does with a number.

    Attributes:
        function: the function.
        term: the name that is given the number.
        names: the names that have the number in them.
    """

    function: ast.FunctionDef
    term: str
    names: set[str]

    def follow(self) -> bool:
        """Find all names with the number; False where it is used for more than a report."""
        before = -1
        while before < len(self.names):
            before = len(self.names)
            if not all(map(self._is_harmless, _statements(self.function))):
                return False
        return True

    def _is_harmless(self, statement: ast.stmt) -> bool:
        if not self._reads(statement):
            return True
        match statement:
            case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
                return self._take(target)
            case ast.Expr(value=ast.Call() as call):
                if called(call) == "append" and isinstance(call.func, ast.Attribute):
                    return self._take(call.func.value)
                return called(call) in _REPORTS
            case ast.Return(value=ast.Tuple() | ast.Dict() as value):
                return any(map(LOSS.says, names_in(value) - self.names))
        return False

    def _take(self, target: ast.expr) -> bool:
        while isinstance(target, ast.Subscript):
            target = target.value
        match target:
            case ast.Name(id=name):
                self.names.add(name)
            case ast.Tuple(elts=targets):
                return all(map(self._take, targets))
            case _:
                return False
        return True

    def _reads(self, statement: ast.stmt) -> bool:
        """Whether a statement by itself, without those in it, reads one of the names."""
        is_changed = isinstance(statement, ast.AugAssign) and not self.names.isdisjoint(stored(statement))
        return is_changed or not self.names.isdisjoint(reads(statement))

    def has_loss_without(self, heads: set[str]) -> bool:
        """Whether a loss of errors alone is minimised or given back.

        Args:
            heads: names of what the KL is made of; a loss that is made of these may have a KL in it.
        """
        if any(LOSS.says(name) and self._is_sunk(name) for name in self.names - {self.term}):
            return False
        return any(
            (self._is_minimised(name) or self._is_total(name)) and self._is_of_errors(name, heads)
            for name in self._losses()
        )

    def _losses(self) -> set[str]:
        given = {name for line in _statements(self.function) for name in _given(line)}
        return {name for name in given - self.names if LOSS.says(name)}

    def _is_sunk(self, name: str) -> bool:
        return self._is_minimised(name) or any(name in given for given in self._returned())

    def _is_minimised(self, name: str) -> bool:
        calls = (node for node in walked(self.function) if isinstance(node, ast.Call))
        return any(called(node) in _SUNK and name in names_in(node) for node in calls)

    def _is_total(self, name: str) -> bool:
        """Whether a loss is given back beside the errors in it, so that nobody adds it to these."""
        if not TOTAL.says(name):
            return False
        parts = {part for value in self._values(name) for part in names_in(value) if _is_error(part)}
        parts -= {name}
        return any(name in given and not parts.isdisjoint(given) for given in self._returned())

    def _returned(self) -> Iterator[set[str]]:
        """The names in what is given back, for each return."""
        for node in walked(self.function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield set(names_in(node.value))

    def _values(self, name: str) -> list[ast.expr]:
        lines = [line for line in _statements(self.function) if name in _given(line)]
        return [line.value for line in lines if isinstance(line, ast.Assign | ast.AugAssign)]

    def _is_of_errors(self, name: str, heads: set[str], above: frozenset[str] = frozenset()) -> bool:
        """Whether all that a loss adds up is computed by functions of errors.

        Args:
            name: the loss, or an error in it.
            heads: names that none of these functions may be handed.
            above: losses that are being looked at, which may be made of each other.
        """
        above |= {name}
        values = self._values(name)
        if not all(_is_of_known(value, heads) for value in values):
            return False
        inside = {other for value in values for other in names_in(value)} - above
        parts = [other for other in inside if _is_error(other) and self._is_given(other)]
        return bool(values) and all(self._is_of_errors(part, heads, above) for part in parts)

    def _is_given(self, name: str) -> bool:
        return any(name in _given(line) for line in _statements(self.function))


def _is_of_known(node: ast.AST, heads: set[str]) -> bool:
    """Whether all functions in an expression are operations, or errors that are not handed the heads."""
    if isinstance(node, ast.Call) and not is_readable(node):
        given = {argument.id for argument in node.args if isinstance(argument, ast.Name)}
        return ERROR.says(called(node)) and heads.isdisjoint(given)
    return all(_is_of_known(child, heads) for child in below(node))


def _is_error(name: str) -> bool:
    return LOSS.says(name) or ERROR.says(name)


def _given(line: ast.stmt) -> set[str]:
    return stored(line) if isinstance(line, ast.Assign | ast.AugAssign | ast.AnnAssign) else set()


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The statements of a function, those in branches too."""
    return (node for line in function.body for node in ast.walk(line) if isinstance(node, ast.stmt))
