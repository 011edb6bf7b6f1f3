"""What an expression depends on, as a program of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from klcli.formula.read.calls.reductions import REDUCTIONS
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.vocabulary import LOGISTIC
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.statement_facts import Facts, facts_of
from klcli.lint.flow.value_origins import Root, origin
from klcli.lint.project.definitions import SourceFunction
from klcli.names.losses import KL
from klcli.values import dataclass, replace

_MOST_BEFORE = 40
"""Statements that a formula may depend on; more are those of no closed form."""
_MOST_NODES = 1000
"""Parts of all of them together, some 4,000 characters."""
_LEAST_SUMS = 2
"""A logarithm, a scale and a square: what every KL term adds up; the constant may be missing."""

_OTHER = "other_term_"


@dataclass(frozen=True, slots=True, eq=False)
class CodeExcerpt:
    """A statement, or an expression in one, and what it depends on.

    Attributes:
        step: the statement; for an expression, one that computes just that.
        steps: the statements of the program, that one the last.
        before: the statements of the flow before it are the first `count` of these.
        count: how many.
        formula: the one among its statements that adds up the most terms, which people would point at.
        root: the function from which it was reached.
        source: the program.
    """

    step: FlowStatement
    steps: tuple[FlowStatement, ...]
    before: Sequence[FlowStatement]
    count: int
    formula: FlowStatement
    root: SourceFunction
    source: SourceNodes

    @property
    def last(self) -> CodeExcerpt:
        """The same, pointing at the last of its statements that adds anything up."""
        formula = next((part for part in reversed(self.steps) if part.sums > 0), self.step)
        return replace(self, formula=formula)

    @property
    def owner(self) -> SourceFunction:
        """The function in which the formula stands."""
        return self.formula.function

    @property
    def is_local(self) -> bool:
        """Whether the formula stands in the function from which it was reached."""
        return self.formula.function is self.root

    def is_rebound(self, name: str) -> bool:
        """Whether a name gets a function of its old value on the way, so that it has two meanings."""
        return any(name in step.targets and name in step.read and step.is_curved for step in self.steps)

    def spelled(self, text: str) -> str:
        """A name or a formula of the flow with the names of the source."""
        names = {new: old for step in self.steps for new, old in step.spelled.items()}
        # Every name: a letter or an underscore, and what follows.
        return re.sub(r"[^\W\d]\w*", lambda found: names.get(found[0], found[0]), text) if names else text

    def origin(self, name: str) -> Root:
        """Where a name of the flow gets its value; names of other names lead to those."""
        return origin(self.before[: self.count], name, self.root)

    def defined(self, name: str) -> tuple[str, FlowStatement | None]:
        """The first of the names that a name stands for, and the statement that gives that its value."""
        for number in range(self.count - 1, -1, -1):
            step = self.before[number]
            if name in step.targets:
                match step.node:
                    case ast.Assign(value=ast.Name(id=other)) if other != name:
                        return self._earlier(number).defined(other)
                return name, step
        return name, None

    def _earlier(self, count: int) -> CodeExcerpt:
        return replace(self, count=count)


def excerpt(
    step: FlowStatement, before: Sequence[FlowStatement], count: int, root: SourceFunction
) -> CodeExcerpt | None:
    """A statement with the statements that it depends on; None where it has not what terms are made of.

    Args:
        step: the statement.
        before: statements of the flow, in their order.
        count: of those that stand before it.
        root: the function that the flow began with.
    """
    kept = _needed(step, before, count, lambda earlier: earlier.names)
    if kept is None or not _may_be_term(kept[::-1]):
        return None
    source = source_of(kept)
    if len(source.nodes) > _MOST_NODES:
        return None
    return CodeExcerpt(step, tuple(kept), before, count, _formula(kept), root, source)


def source_of_matrices(found: CodeExcerpt) -> SourceNodes | None:
    """The program of what an excerpt computes with functions of matrices, too; None where it is too long."""

    def names(step: FlowStatement) -> frozenset[str]:
        return frozenset() if step.is_opaque_to_matrices else step.uses

    kept = _needed(found.step, found.before, found.count, names)
    if kept is None:
        return None
    source = source_with(kept, lambda step: step.given if step.is_opaque_to_matrices else (step.node,))
    return source if len(source.nodes) <= _MOST_NODES else None


def _needed(
    step: FlowStatement,
    before: Sequence[FlowStatement],
    count: int,
    names: Callable[[FlowStatement], frozenset[str]],
) -> list[FlowStatement] | None:
    """The statements that one depends on, itself the last; None where they are too many.

    Args:
        step: the statement.
        before: those of the flow.
        count: how many of them stand before it.
        names: those that the value of a statement uses, as far as it is known what it computes.
    """
    kept, wanted = [step], set(step.read or step.uses)
    for number in range(count - 1, -1, -1):
        earlier = before[number]
        if not earlier.targets.isdisjoint(wanted):
            kept.append(earlier)
            wanted |= names(earlier)
            if len(kept) > _MOST_BEFORE:
                return None
    return kept[::-1]


def source_of(steps: Sequence[FlowStatement]) -> SourceNodes:
    """The program of statements, of which the last is what is computed, whatever is known of it."""
    return source_with(steps, lambda step: step.known)


def source_with(
    steps: Sequence[FlowStatement], known: Callable[[FlowStatement], Sequence[ast.stmt]]
) -> SourceNodes:
    """Statements with what is known of them; where the last one has no gradient, none of them has to have.

    Args:
        steps: of which the last is what is computed.
        known: what is known of each.
    """
    *before, last = steps
    nodes = [(step, node) for step in before for node in known(step)]
    return SourceNodes(
        [*(node if last.is_untaped else step.as_trained(node) for step, node in nodes), last.node]
    )


def _formula(kept: Sequence[FlowStatement]) -> FlowStatement:
    """The statement that adds up the most terms; where each adds one, the last of the longest chain."""
    formula = max(kept, key=lambda part: part.sums)
    if formula.sums != 1:
        return formula
    held: dict[str, int] = {}
    most = 0
    for part in kept:
        if part.sums == 1:
            total = 1 + max((held.get(name, 0) for name in part.targets & part.read), default=0)
            held |= dict.fromkeys(part.targets, total)
            if total >= most:
                formula, most = part, total
    return formula


def _may_be_term(kept: Sequence[FlowStatement]) -> bool:
    """Whether statements have a function of a head, and the sums and products of a KL or of a sample."""
    facts = [part.facts for part in kept if not part.is_opaque or part is kept[0]]
    sums = sum(one.sums for one in facts)
    is_product = any(one.is_square for one in facts)
    every = [part.facts for part in kept]  # a formula of matrices may be made of what one of numbers is not
    if any(one.has_determinant for one in every) and sum(one.sums for one in every) >= _LEAST_SUMS:
        return True
    if is_product and sums and any(one.is_noisy for one in facts):
        return True
    if sums and any(one.is_log_ratio for one in facts) and _may_be_estimator(kept[0], facts):
        return True
    return (
        is_product and sums >= _LEAST_SUMS and any(one.is_transcendental or one.is_log_scale for one in facts)
    )


def _may_be_estimator(last: FlowStatement, facts: Sequence[Facts]) -> bool:
    """Whether statements of log-probabilities have what k3 or k2 is made of, or the name of a KL."""
    if any(one.is_square or one.is_transcendental for one in facts):
        return True
    return any(map(KL.says, (*last.targets, last.function.name)))


def parts_of(found: CodeExcerpt) -> Iterator[CodeExcerpt]:
    """The terms of a sum, the arguments of what cannot be read, the entries of a tuple: what a part computes.

    Parts are where a term would count with a factor, and not inside of functions. The first is the whole with
    symbols for the terms of a sum that cannot be read, such as a network's error.
    """
    value = getattr(found.step.node, "value", None)
    if not isinstance(value, ast.expr):
        return
    opened = [] if found.step.facts.is_readable else [_without_unreadable(value)]
    for part in (*(one for one in opened if one is not value), *_parts(value)):
        node = ast.copy_location(ast.Expr(part), part)
        step = replace(found.step, node=node, is_written=True)
        if one := excerpt(step, found.before, found.count, found.root):
            yield one


def _without_unreadable(value: ast.expr) -> ast.expr:
    """A sum with symbols for the terms that cannot be read; the value itself where none or only one can."""
    match value:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            sides = [_without_unreadable(side) for side in (left, right)]
            if all(isinstance(side, ast.Name) and side.id.startswith(_OTHER) for side in sides):
                return sides[0]
            if sides == [left, right]:
                return value
            return ast.copy_location(ast.BinOp(sides[0], operator, sides[1]), value)
        case ast.Call() if not facts_of(value).is_readable:
            name = f"{_OTHER}{value.lineno}_{value.col_offset}"
            return ast.copy_location(ast.Name(name, ast.Load()), value)
    return value


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    match value:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.MatMult(), right=right):
            inside = [left, right]
        case ast.BinOp(left=below) | ast.UnaryOp(operand=below):
            inside = [below]
        case ast.Tuple(elts=entries) | ast.List(elts=entries) | ast.Dict(values=entries):
            inside = entries
        case ast.IfExp(body=body, orelse=orelse):
            inside = [body, orelse]
        case ast.ListComp(elt=entry) | ast.GeneratorExp(elt=entry):
            inside = [entry]
        case ast.Call(func=func, args=arguments, keywords=keywords):
            inside = _inside(func, arguments, keywords)
        case ast.Subscript() | ast.Attribute() | ast.Await() | ast.Starred():
            inside = [value.value]
        case _:
            inside = []
    for part in inside:
        if isinstance(part, ast.Lambda):  # as tf.cond has for its branches
            yield from [] if part.args.args else [part.body]
        elif not isinstance(part, ast.Name | ast.Constant):
            yield part


_NONLINEAR = frozenset(
    ("exp", "log", "square", "pow", "sqrt", "softplus", "log1p", "expm1", "exp_", "log_", *LOGISTIC)
)


def _inside(func: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]) -> list[ast.expr]:
    """The arguments of a sum, a mean, or of a function that is not known."""
    name = getattr(func, "attr", getattr(func, "id", ""))
    if name in _NONLINEAR:
        return []
    owner = [func.value] if isinstance(func, ast.Attribute) else []
    if name in REDUCTIONS:
        return [*owner, *arguments[:1]]
    return [*owner, *arguments, *(entry.value for entry in keywords)]
