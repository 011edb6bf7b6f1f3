"""What is changed in place under another name: statements that a formula depends on without naming them.

After ``k = kl[:, 0]`` a ``k *= 2`` changes entries of ``kl``. What that makes of them is left to the reader
of programs, as in a text that is given to `klcli verify`; here such statements are found.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from klcli.formula.read.ast_parts import text_of_name, walked
from klcli.formula.read.callee import changed_in_place
from klcli.formula.read.shared_entries import changing_calls, sharing
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.slicing import CodeExcerpt, source_with
from klcli.lint.flow.syntax_names import NAMES
from klcli.values import replace


def with_shared_changes(excerpt: CodeExcerpt) -> CodeExcerpt | None:
    """An excerpt with the statements that change what it uses through other names; None without any.

    Args:
        excerpt: a statement with those on whose names it depends.
    """
    kept = set(map(id, excerpt.steps))
    before = excerpt.before[: excerpt.count]
    changes = {id(step): set(_changed(step.node)) for step in before if id(step) not in kept}
    if not any(changes.values()):
        return None
    shared = {id(step): names for step in before if (names := set(_shared(step.node)))}
    used = {name for step in excerpt.steps for name in (step.targets if step.is_opaque else step.uses)}
    reached = _closed(used, shared.values())
    added = {key for key, names in changes.items() if not names.isdisjoint(reached)}
    if not added:
        return None
    added |= {key for key, names in shared.items() if not names.isdisjoint(reached)}
    steps = [*(step for step in before if id(step) in kept | added), excerpt.step]

    def known(step: FlowStatement) -> Sequence[ast.stmt]:
        # What shares its entries is seen in the statement itself, also where its value is not read.
        return (step.node,) if id(step) in added else step.known

    return replace(excerpt, steps=tuple(steps), source=source_with(steps, known))


def _closed(names: Iterable[str], groups: Iterable[set[str]]) -> set[str]:
    """Names, and those that may share entries with them, through any number of others."""
    beside: Mapping[str, list[set[str]]] = defaultdict(list)
    for group in groups:
        for name in group:
            beside[name].append(group)
    found, waiting = set(names), list(names)
    while waiting:
        for group in beside.get(waiting.pop(), ()):
            waiting += group - found
            found |= group
    return found


def _shared(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a value, and those whose entries this may have, if it has any."""
    match node:
        case ast.Assign(targets=targets, value=value):
            sources = set(_sources(value))
            if sources:
                yield from sources
                given = (one for target in targets for one in walked(target) if isinstance(one, NAMES))
                yield from (text_of_name(one) for one in given if isinstance(one.ctx, ast.Store))


def _changed(node: ast.stmt) -> Iterator[str]:
    """The names of what a statement changes in place."""
    match node:
        case ast.AugAssign(target=target):
            yield from _sources(target)
        case ast.Assign(targets=targets):
            for one in targets:
                match one:
                    case ast.Subscript(slice=ast.Constant(value=str())):
                        pass  # an entry of a table of results
                    case ast.Subscript(value=owner) | ast.Attribute(value=owner, attr="data"):
                        yield from _sources(owner)
    for call in walked(node):
        if isinstance(call, ast.Call) and (changed := changed_in_place(call)):
            yield from _sources(changed)
    for _, arguments, _ in changing_calls(node):
        for one in arguments:
            yield from _sources(one)


def _sources(node: ast.expr) -> Iterator[str]:
    """The names whose entries an expression may have; two attributes of one object share none for that."""
    for one in sharing(node):
        if not (isinstance(one, ast.Name) and one.id == "self"):
            yield text_of_name(one)
