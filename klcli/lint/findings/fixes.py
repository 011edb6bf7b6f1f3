"""The line as it should be, and the smallest change of the source that makes it so."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent

from klcli.formula.program_reader import ProgramSource
from klcli.formula.read.ast_parts import rebuilt, walked
from klcli.formula.read.math_source import PlainText
from klcli.lint.findings.edits import edited
from klcli.lint.findings.spelling import spellings
from klcli.lint.findings.term_places import segment, span
from klcli.lint.findings.types import Edit
from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.frames import all_names, local_names
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.syntax_names import names_in, with_value
from klcli.lint.source.module import Module

_BUILT_IN = frozenset(("sum", "pow", "abs", "max", "min"))
"""Functions that mean something else for tensors where they have no module before them."""


def fixed(excerpt: CodeExcerpt, correction: ProgramSource | None) -> tuple[str | None, Edit | None]:
    """What the one statement of a program that a correction changes should be, and the edit for it.

    Args:
        excerpt: the program.
        correction: the program without its mistake; None where nobody knows it.
    """
    if correction is None:
        return None, None
    before, after = excerpt.source.given, _statements(correction)
    steps = [step for step in excerpt.steps[:-1] for _ in step.known] + [excerpt.step]
    after[-1] = _unsigned(after[-1], before[-1])
    changed = [
        (step, _spelled(old, step.spelled), _spelled(new, step.spelled))
        for step, old, new in zip(steps, before, after, strict=False)
        if ast.dump(old) != ast.dump(new)
    ]
    if len(before) != len(after) or len(changed) != 1:
        return None, None
    ((step, old, new),) = changed
    if not _is_safe(excerpt, step, old, new):
        return None, None
    source = _source(step)
    if source is None or ast.dump(old) != ast.dump(source.tree.body[0]):
        return ast.unparse(new), None
    return _edited(source, new, step) or (ast.unparse(new), None)


def _statements(source: ProgramSource) -> list[ast.stmt]:
    """The statements of a source, which is a text where it was written anew."""
    return ast.parse(source.text).body if isinstance(source, PlainText) else source.statements()


def _is_safe(excerpt: CodeExcerpt, step: FlowStatement, old: ast.stmt, new: ast.stmt) -> bool:
    """Whether a changed statement means what the correction says, and changes nothing for anybody else.

    A helper may be read by others, such as the sample. New names may mean something else where the statement
    stands: the parameter of a constructor, or Python's own ``sum``.
    """
    if step is not excerpt.step and step is not excerpt.formula and _has_other_readers(excerpt, step):
        return False
    known = local_names(step.function) | all_names(step.function)
    return _plain_names(new) - _plain_names(old) <= known - _BUILT_IN


def _has_other_readers(excerpt: CodeExcerpt, step: FlowStatement) -> bool:
    """Whether what a statement gives a name is read by statements that are not of the program."""
    own = {(part.node.lineno, part.function) for part in excerpt.steps}
    names = {step.spelled.get(name, name) for name in step.targets}
    if any(not name.isidentifier() for name in names):
        return True
    return any(
        (line.lineno, step.function) not in own and not names.isdisjoint(names_in(line))
        for line in _simple(step.function.body)
    )


def _simple(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements below others that have no statements of their own."""
    for line in body:
        inside = [part for part in walked(line) if isinstance(part, ast.stmt) and part is not line]
        if inside:
            yield from (part for part in inside if not hasattr(part, "body"))
        else:
            yield line


def _plain_names(statement: ast.stmt) -> set[str]:
    return {node.id for node in walked(statement) if isinstance(node, ast.Name)}


def _unsigned(new: ast.stmt, old: ast.stmt) -> ast.stmt:
    """A statement without the sign that was put before the whole to judge it."""
    value = getattr(new, "value", None)
    if isinstance(value, ast.UnaryOp) and not isinstance(getattr(old, "value", None), ast.UnaryOp):
        return with_value(new, value.operand)
    return new


def _spelled(statement: ast.stmt, names: Mapping[str, str]) -> ast.stmt:
    """A statement with the names of the source."""

    def change(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name):
            return ast.copy_location(ast.Name(names.get(node.id, node.id), node.ctx), node)
        return rebuilt(node, change)

    found = change(statement)
    assert isinstance(found, ast.stmt)
    return found


def _parsed(line: str) -> ast.stmt | None:
    try:
        body = ast.parse(line.strip()).body
    except SyntaxError:
        return None
    return body[0] if len(body) == 1 else None


def _source(step: FlowStatement) -> Module | None:
    """The statement in the source by itself, if it is one whole statement there."""
    text = segment(step.node, step.function.module) if step.is_written else ""
    found = _parsed(text)
    return Module("", text, ast.Module([found], [])) if found else None


def _edited(source: Module, new: ast.stmt, step: FlowStatement) -> tuple[str, Edit] | None:
    """The one smallest part changed in which a statement differs from a new one: its line, and the change.

    What is written in its place is the shortest that makes it the new one.
    """
    pairs = list(_differences(source.tree.body[0], new))
    if len(pairs) != 1:
        return None
    before, after = pairs[0]
    place = span(before, source)
    for text in spellings(after, source):
        whole = edited(source.text, [Edit(place, text)]).text
        found = _parsed(whole)
        if found and ast.dump(found) == ast.dump(new):
            _move(before, step.node)
            changed = whole.split("\n")[place.line - 1 : place.line + text.count("\n")]
            return dedent("\n".join(changed)).strip(), Edit(span(before, step.function.module), text)
    return None


def _move(node: ast.expr, to: ast.stmt) -> None:
    """Put an expression of a statement that was read by itself where it stands in the file."""
    first, last = node.lineno == 1, node.end_lineno == 1
    node.lineno += to.lineno - 1
    node.end_lineno = (node.end_lineno or 1) + to.lineno - 1
    node.col_offset += to.col_offset if first else 0
    node.end_col_offset = (node.end_col_offset or 0) + (to.col_offset if last else 0)


def _differences(old: ast.AST, new: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The smallest expressions in which two trees differ."""
    if type(old) is type(new):
        below = list(_children(old, new))
        if below and None not in below:
            found = [pair for entry in below if entry for pair in _differences(*entry)]
            if len(found) <= 1 or not isinstance(old, ast.expr):
                yield from found
                return
    if isinstance(old, ast.expr) and isinstance(new, ast.expr) and ast.dump(old) != ast.dump(new):
        yield old, new


def _children(old: ast.AST, new: ast.AST) -> Iterator[tuple[ast.AST, ast.AST] | None]:
    """The children of two nodes side by side; None where something else differs."""
    for name in old._fields:
        first, second = getattr(old, name), getattr(new, name)
        if isinstance(first, ast.expr) and isinstance(second, ast.expr):
            yield first, second
        elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
            for one, other in zip(first, second, strict=True):
                yield (one, other) if isinstance(one, ast.AST) and isinstance(other, ast.AST) else None
        elif (
            isinstance(first, ast.AST) and isinstance(second, ast.AST) and ast.dump(first) == ast.dump(second)
        ):
            continue
        elif first != second:
            yield None
