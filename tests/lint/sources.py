"""Sources for direct tests of the linter's rooms: modules, projects, functions and their flows."""

from __future__ import annotations

import ast
import textwrap

from klcli.lint.flow.flow_step import FlowStatement
from klcli.lint.flow.slicing import CodeExcerpt
from klcli.lint.flow.statements import Flow, flow
from klcli.lint.linter import linted
from klcli.lint.project.definitions import SourceFunction
from klcli.lint.project.files import Project
from klcli.lint.project.outlines import outline
from klcli.lint.project.scoping import Scope
from klcli.lint.source.module import Module, parsed

__all__ = [
    "codes",
    "excerpts",
    "expression",
    "flow_of",
    "function",
    "module",
    "project",
    "scope",
    "statement",
    "written",
]


def module(source: str, path: str = "model.py") -> Module:
    return parsed(textwrap.dedent(source), path)


def project(*modules: Module) -> Project:
    """The files of a run, each with its outline."""
    by_path = {one.path: one for one in modules}
    return Project([outline(one.text, one.path) for one in modules], by_path.get)


def function(files: Project, name: str, path: str = "model.py") -> SourceFunction:
    """A function by its name; the module itself for an empty one."""
    here = files.at(path)
    assert here is not None
    return next(one for one in (here.top, *here.functions) if one.name == name)


def scope(files: Project, name: str, own: str = "self", local: frozenset[str] = frozenset()) -> Scope:
    return Scope(function(files, name), files, own, local, {})


def flow_of(source: str, name: str = "f", *, follows: bool = True) -> Flow:
    """The flow of a function of one file, with all that it calls."""
    files = project(module(source))
    return flow(function(files, name), files, (lambda _: True) if follows else None)


def excerpts(source: str, name: str = "f", *, follows: bool = True) -> list[CodeExcerpt]:
    return list(flow_of(source, name, follows=follows).excerpts)


def written(*steps: FlowStatement) -> list[str]:
    """What is known of statements, a line for each."""
    return [ast.unparse(node) for step in steps for node in step.known]


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def statement(text: str) -> ast.stmt:
    return ast.parse(textwrap.dedent(text)).body[0]


def codes(source: str) -> list[str]:
    """The codes of the findings of a source, notes too."""
    return [one.mistake.code for one in linted(module(source)).findings]
