"""How a line of the program should be: what lint proposes for it, or else the formula without its mistake."""

from __future__ import annotations

import ast
import inspect
import os
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.question import Question
from klcli.judge.verification import Verification
from klcli.lazy_regex import regex
from klcli.lint.findings.types import Finding
from klcli.trace.recording import Place

_WORD = regex(r"[A-Za-z_]\w*")
"""Whole names, so that nothing is put into one."""
_LARGEST = 2_000_000
"""Bytes of a file that is read for a fix."""


def fix_at(place: Place | None, mistake: Mistake) -> str | None:
    """The statement at a place as it should be; None where lint does not find the mistake there.

    Args:
        place: a line of it.
        mistake: what is wrong.
    """
    if place is None:
        return None
    try:
        state = os.stat(place.path)
    except OSError:
        return None
    if state.st_size > _LARGEST:
        return None
    for one in _linted(place.path, state.st_mtime_ns, place.line):
        first, last = one.place.lines
        if first <= place.line <= last and one.mistake is mistake and one.fix:
            return one.fix
    return None


# The lines that the findings of one run stand in.
@lru_cache(maxsize=16)
def _linted(path: str, changed: int, line: int) -> tuple[Finding, ...]:
    """What lint finds around a line of a file as it is since it was changed last."""
    from klcli.lint.linter import linted
    from klcli.lint.source.module import UnreadableError, parsed, text_of

    try:
        with open(path, "rb") as file:
            text = text_of(file.read(), path)
        module = parsed(_around(text, line), path)
    except (OSError, SyntaxError, UnreadableError):
        return ()
    return linted(module).findings


def _around(text: str, line: int) -> str:
    """A text without the functions that a line does not stand in, whose lines are empty.

    Linting all of a long file for one line takes seconds.
    """
    lines = text.split("\n")
    stack: list[ast.AST] = [ast.parse(text)]
    while stack:
        for node in ast.iter_child_nodes(stack.pop()):
            if isinstance(node, ast.ClassDef):
                stack.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                last = node.end_lineno or first
                if not first <= line <= last:
                    indent = " " * node.col_offset
                    lines[first - 1 : last] = [f"{indent}pass", *[""] * (last - first)]
    return "\n".join(lines)


def corrected(found: Verification | None, spellings: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """The program of a run without its mistake, where that was found to be the KL.

    Args:
        found: the judge's answer.
        spellings: what its symbols are called in the run.
    """
    text = found.best.corrected if found else None
    own = text.partition("  # ")[0] if text else ""
    return _WORD.sub(lambda word: spellings.get(word[0], word[0]), own) or None


def fix_of(function: Callable[..., Any], question: Question) -> str | None:
    """The statement of a function that has a mistake as it should be.

    Args:
        function: with a source.
        question: about its arguments.
    """
    body = _body(function)
    if body is None:
        return None
    try:
        program = read_program(body, "python")
        text = verify(program, question).best.corrected
    except KlcliError:
        return None
    if text is None:
        return None
    pairs = zip(program.text.split("\n"), text.split("\n"), strict=False)
    changed = [after for before, after in pairs if before != after]
    return changed[0].strip() if len(changed) == 1 else None


def _body(function: Callable[..., Any]) -> str | None:
    """The statements of a function, without its docstring."""
    function = inspect.unwrap(getattr(function, "forward", function))
    try:
        source = textwrap.dedent("".join(inspect.getsourcelines(function)[0]))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            own = node.body[1:] if ast.get_docstring(node) else node.body
            lines = source.split("\n")[own[0].lineno - 1 : node.end_lineno] if own else []
            return textwrap.dedent("\n".join(lines)) or None
    return None
