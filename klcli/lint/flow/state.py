"""What is known, and what was found, while a function is followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from klcli.lint.flow.frames import Frame
from klcli.lint.flow.known_values import Knowledge
from klcli.lint.flow.sinks import Sink
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.project.files import Project
from klcli.values import dataclass, field

_MOST_STATEMENTS = 2500
"""Statements that are followed; what is longer is a program of its own."""

_Follow: TypeAlias = Callable[["State", Sequence[ast.stmt], Frame, bool], None]


@dataclass(slots=True)
class State:
    """A flow, as far as it was followed.

    Attributes:
        root: the function with which it begins.
        project: the files around it.
        is_relevant: whether a function that is called is worth following; None to follow none but
            abbreviations.
        follow: follows statements of a function; the last argument says whether a branch decides that they
            are reached. Calls lead from expressions back to statements.
        excerpts: the expressions that may be terms.
        sinks: what is minimised.
        known: what is known of names.
        stack: the functions that are being followed, the innermost last.
        unpacked: the line and the column of a call that is unpacked, and into how many names.
        pulled: the attributes that were looked up where another method sets them.
        left: how many more statements are followed.
    """

    root: SourceFunction
    project: Project
    is_relevant: Callable[[SourceFunction], bool] | None
    follow: _Follow
    excerpts: list[CodeExcerpt] = field(default_factory=list)
    sinks: list[Sink] = field(default_factory=list)
    known: Knowledge = field(default_factory=Knowledge)
    stack: list[SourceFunction] = field(default_factory=list)
    unpacked: tuple[int, int, int] | None = None
    pulled: set[str] = field(default_factory=set)
    left: int = _MOST_STATEMENTS
