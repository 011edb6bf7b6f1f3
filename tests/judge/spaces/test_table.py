"""The table of spaces: every folder and module that settles a program is asked, each under a name of its own."""

from __future__ import annotations

import ast
from pathlib import Path

import klcli.judge.spaces as room
from klcli.formula.program_reader import read_program
from klcli.judge.question import PLAIN
from klcli.judge.spaces.table import SPACES

FOLDER = Path(str(room.__file__)).parent


def settles(path: Path) -> bool:
    """Whether a module has a function of a program and a question, or of a program alone, that is its answer."""
    functions = [
        one for one in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(one, ast.FunctionDef)
    ]
    return any(
        not one.name.startswith("_")
        and [argument.arg for argument in one.args.args][:1] == ["program"]
        and one.returns is not None
        and {"Verification", "Estimation"}
        & {node.id for node in ast.walk(one.returns) if isinstance(node, ast.Name)}
        for one in functions
    )


def test_what_settles_a_program_is_asked_by_the_table() -> None:
    modules = {path for path in FOLDER.rglob("*.py") if settles(path)}
    text = (FOLDER / "table.py").read_text(encoding="utf-8")
    imported = {
        node.module if node.module != room.__name__ else f"{room.__name__}.{node.names[0].name}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    found = {".".join((room.__name__, *path.relative_to(FOLDER).with_suffix("").parts)) for path in modules}
    assert found
    assert found <= imported


def test_names_occur_once() -> None:
    assert len({space.name for space in SPACES}) == len(SPACES)


def test_one_that_has_a_reader_has_readings() -> None:
    assert all(space.readings for space in SPACES if space.reader)


def test_what_a_space_does_not_claim_is_left_to_the_next() -> None:
    """A formula of numbers is none of matrices, and of no log-probabilities."""
    program = read_program("-0.5 * (1 + logvar - mu**2 - exp(logvar))", "python")
    answered = [space.name for space in SPACES if space.settled(program, PLAIN, None)]
    assert answered == ["numbers"]
