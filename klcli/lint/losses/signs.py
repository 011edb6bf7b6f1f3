"""Whether a loss adds a KL or takes it away."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program, read_statements
from klcli.formula.read.ast_parts import rebuilt, text_of_name
from klcli.formula.read.callee import called
from klcli.formula.read.calls.table import is_readable
from klcli.formula.read.parsed_statements import SourceNodes
from klcli.formula.read.vocabulary import UNIT_NOISE
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.syntax_names import names_in
from klcli.lint.terms.closed_form_terms import Divergence
from klcli.lint.terms.formula_prefilter import curvature
from klcli.lint.terms.programs import flow_name
from klcli.names.losses import MINIMISED
from klcli.values import replace

TERM = "klterm"
"""The symbol of a KL in what is minimised."""
_MOST_BEFORE = 60
"""Statements of one program. A bound on the work: of the losses that lint is tested with none needs more
than six."""
_EITHER = "either"
_JOINING = frozenset(("stack", "cat", "concat", "concatenate", "hstack"))
"""Functions that make one array of the entries of a list."""
_TURNING = frozenset(("sin", "cos", "tan", "tanh", "sign", "sgn", "atan", "arctan"))
"""Functions that are no formula's, and have either sign."""


def nodes_of(sink: Sink) -> frozenset[int]:
    """The identities of all nodes in what is minimised and in the statements before it."""
    roots = (sink.value, *(step.node for step in _opened_loops(sink.before[: sink.count])))
    return frozenset(id(node) for root in roots for node in ast.walk(root))


def _opened_loops(steps: Iterable[FlowStatement]) -> Iterator[FlowStatement]:
    """Statements with one pass through every loop: what it adds up counts with one sign in all of them."""
    for step in steps:
        yield step
        yield from _opened_loops(step.passed)


def may_be_in(nodes: frozenset[int], one: Divergence) -> bool:
    """Whether a KL is among the nodes of what is minimised: asked first, as to follow it takes long."""
    node = one.excerpt.step.node
    return id(node) in nodes or id(getattr(node, "value", None)) in nodes


def slope(sink: Sink, one: Divergence) -> int:
    """The sign with which a KL counts in what is minimised; 0 where it does not or nobody can say.

    Weights are taken to be positive, differences of weights to have any sign, and what cannot be read to
    be something else that is added.
    """
    program = minimised(sink, one)
    return _slope(program.tree, TERM) if program else 0


def weight_sign(one: Divergence) -> int:
    """The sign with which a KL stands in its formula; 0 where that depends on the value of a weight.

    A weight is a name where what gives it its value cannot be read, but may be seen to be negative.
    """
    if one.found.prepared.aside.differences:
        return 0
    sign = one.sign
    for name in (*one.found.prepared.weights, *one.found.prepared.divisors):
        _, step = one.excerpt.defined(str(flow_name(one.found.program, name)))
        value = getattr(step.node, "value", None) if step else None
        if isinstance(value, ast.expr) and (given := _read([ast.Expr(_opened(value, None))])):
            from klcli.judge.weight_signs import range_of

            sign *= range_of(given.tree, _either_in(given.tree)).sign
    return sign


def adds_error(sink: Sink, one: Divergence) -> bool:
    """Whether a sum with a KL in it adds an error, by its name or because it is a square: it is minimised."""
    program = minimised(sink, one)
    if program is None:
        return False
    tree = program.tree
    if any(MINIMISED.says(name) and _slope(tree, name) > 0 for name in free_symbols(tree)):
        return True
    return any(curvature(tree, name) > 0 for name in free_symbols(tree) if name != TERM)


def minimised(sink: Sink, one: Divergence) -> Program | None:
    """What is minimised as a program with a symbol for the KL; None where that is no part of it.

    What is called a loss and is nothing but the KL is one of the terms of another.
    """
    steps = _with_term(sink, one)
    program = _read(steps) if steps else None
    if program is None or TERM not in (names := free_symbols(program.tree)):
        return None
    return program if sink.is_certain or len(names) > 1 else None


def _read(statements: Sequence[ast.stmt]) -> Program | None:
    try:
        return read_statements(SourceNodes(statements))
    except KlcliError:
        return None


def _slope(tree: Tree, term: str) -> int:
    """Whether a formula grows or falls with a symbol; 0 where that depends on the others."""
    from klcli.judge.weight_signs import slope_of

    found = slope_of(tree, term, _either_in(tree))
    return found.sign if found else 0


def _either_in(tree: Tree) -> list[str]:
    """The symbols that may have either sign: noise, and what is not read and may be negative."""
    return [name for name in free_symbols(tree) if name.startswith(_EITHER) or name in UNIT_NOISE]


def _with_term(sink: Sink, one: Divergence) -> list[ast.stmt] | None:
    """The program of what is minimised, with a symbol for the KL; None if that is no part of it."""
    term = one.excerpt.step
    part = term.node.value if isinstance(term.node, ast.Expr) else None
    last = ast.copy_location(ast.Expr(_opened(sink.value, part)), sink.value)
    kept: list[ast.stmt] = [last]
    wanted = names_in(last)
    is_part = TERM in wanted
    for step in reversed([*_opened_loops(sink.before[: sink.count])]):
        extended = _extended(step)
        if step.targets.isdisjoint(wanted) and not (extended and text_of_name(extended.target) in wanted):
            continue
        if extended:
            node: ast.stmt = _opened_statement(replace(step, node=extended), part)
        elif step is term or _is_returned(step, term):
            node = ast.Assign(_targets(step.node), ast.Name(TERM, ast.Load()))
            is_part = True
        else:
            node = _opened_statement(step, part)
        kept.append(ast.fix_missing_locations(ast.copy_location(node, step.node)))
        wanted |= names_in(node)
        is_part = is_part or TERM in wanted
        if len(kept) > _MOST_BEFORE:
            return None
    return kept[::-1] if is_part else None


def _extended(step: FlowStatement) -> ast.AugAssign | None:
    """A statement that appends to a list, as one that adds to the sum of its entries."""
    match step.node:
        case ast.AugAssign(target=written, op=ast.Add(), value=ast.List(elts=[entry])):
            return ast.copy_location(ast.AugAssign(written, ast.Add(), entry), step.node)
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name() | ast.Attribute() as whole, attr="append"), args=[entry]
            )
        ):
            target = rebuilt(whole, lambda child: child)
            assert isinstance(target, ast.Name | ast.Attribute)
            return ast.copy_location(ast.AugAssign(target, ast.Add(), entry), step.node)
    return None


def _is_returned(step: FlowStatement, term: FlowStatement) -> bool:
    """Whether a statement keeps what the function gave back that has the term."""
    return isinstance(term.node, ast.Return) and getattr(step.node, "value", None) is term.node.value


def _targets(node: ast.stmt) -> list[ast.expr]:
    return (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AugAssign | ast.AnnAssign)
        else [ast.Name("_", ast.Store())]
    )


def _opened_statement(step: FlowStatement, part: ast.expr | None) -> ast.stmt:
    found = _open(step.node, part)
    return step.as_trained(found if isinstance(found, ast.stmt) else step.node)


def _opened(value: ast.expr, part: ast.expr | None) -> ast.expr:
    found = _open(value, part)
    return found if isinstance(found, ast.expr) else value


def _open(node: ast.AST, part: ast.expr | None) -> ast.AST:
    """A copy in which the KL is a symbol, and what cannot be read are others."""
    if node is part:
        return ast.copy_location(ast.Name(TERM, ast.Load()), node)
    match node:
        case ast.Call() if (array := converted(node)) is not None:
            method = ast.Attribute(_opened(array, part), "item", ast.Load())
            return ast.copy_location(ast.Call(method, [], []), node)
        case ast.Call(args=[ast.Name() | ast.Attribute() | ast.ListComp() as whole, *_]) if (
            called(node) in _JOINING
        ):
            return _open(whole, part)  # what was added up in a list
        case ast.ListComp(elt=entry) | ast.GeneratorExp(elt=entry):
            return _open(entry, part)  # all of its entries count with one sign
        case ast.Call() if not is_readable(node):
            inside = part is not None and any(below is part for below in ast.walk(node))
            return node if inside else ast.copy_location(ast.Name(_symbol(node), ast.Load()), node)
        case ast.IfExp() | ast.Compare() | ast.BoolOp() | ast.Lambda() | ast.Dict() | ast.JoinedStr():
            return ast.copy_location(ast.Name(_symbol(node), ast.Load()), node)
    return rebuilt(node, lambda child: _open(child, part))


def converted(node: ast.AST | None) -> ast.expr | None:
    """The array of which a call makes numbers of Python or NumPy, which have no gradient; or None."""
    match node:
        case ast.Call(func=ast.Attribute(value=array, attr="numpy" | "tolist"), args=[], keywords=[]):
            return array
        case ast.Call(func=ast.Name(id="float"), args=[array], keywords=[]):
            return array
    return None


def _symbol(node: ast.expr) -> str:
    """A name for what is not read, which says whether it is called an error, or may have either sign."""
    name = called(node) if isinstance(node, ast.Call) else ""
    kind = "error" if MINIMISED.says(name) else _EITHER if _has_either_sign(node) else "other"
    return f"{kind}_{node.lineno}_{node.col_offset}"


def _has_either_sign(node: ast.expr) -> bool:
    """Whether what is not read may be negative by what is seen of it: a cosine, a branch with a minus."""
    if isinstance(node, ast.Call):
        return called(node).removesuffix("_") in _TURNING
    branches = (node.body, node.orelse) if isinstance(node, ast.IfExp) else ()
    return any(isinstance(part, ast.Sub | ast.USub) for branch in branches for part in ast.walk(branch))
