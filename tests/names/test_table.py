"""Every pattern over names has examples, which are of its kind, and others, which are not."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import klcli
import klcli.names
from klcli.name_kind import NameKind
from klcli.names.means_and_spreads import READINGS, suggested
from klcli.names.table import NAMES

PACKAGE = Path(klcli.__file__).parent
NOTATION = (
    "formula/minimal_edits.py",  # words of libraries
    "formula/read/ambiguities.py",  # an expectation, E_q
    "formula/read/calls/types.py",  # names of types
    "formula/read/statements.py",  # functions that a KL is made of
    "formula/read/refused_text.py",  # a left-hand side, KL(q || p)
    "judge/left_side.py",  # the letters in KL(q || p)
    "lint/source/text_prefilter.py",  # derived from the table, for texts
)
"""Where a pattern may tell some names from others though it is over no identifiers of a program."""


@pytest.mark.parametrize("kind", NAMES, ids=[kind.meaning for kind in NAMES])
def test_examples_are_of_the_kind_and_others_are_not(kind: NameKind) -> None:
    assert kind.examples
    assert kind.others
    assert [name for name in kind.examples if not kind.says(name)] == []
    assert [name for name in kind.others if kind.says(name)] == []


@pytest.mark.parametrize("reading", READINGS)
def test_examples_of_readings_suggest_them(reading: str) -> None:
    assert {suggested(name) for name in READINGS[reading].examples} == {reading}


def test_meanings_are_told_apart() -> None:
    assert len({kind.meaning for kind in NAMES}) == len(NAMES)


def kinds(value: object) -> Iterator[NameKind]:
    """Those in a value of a module, and in its tables."""
    if isinstance(value, NameKind):
        yield value
    elif isinstance(value, dict | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from kinds(each)


def test_all_of_them_are_in_the_table() -> None:
    modules = [each.name for each in pkgutil.iter_modules(klcli.names.__path__, "klcli.names.")]
    found = {
        id(kind): kind
        for name in modules
        for value in vars(importlib.import_module(name)).values()
        for kind in kinds(value)
    }
    assert {kind.meaning for kind in found.values()} == {kind.meaning for kind in NAMES}


def literals(path: Path) -> Iterator[str]:
    """The regular expressions that a file has written out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        if called == "regex" or called.startswith("re."):
            try:
                pattern = ast.literal_eval(node.args[0])
            except ValueError:
                continue
            if isinstance(pattern, str):
                yield pattern


def told_apart(pattern: str) -> list[str]:
    """Examples that a pattern matches, though it matches none of the same shape made of other letters."""
    found = re.compile(pattern, re.IGNORECASE)
    examples = {name for kind in NAMES for name in kind.examples}
    return [name for name in examples if found.search(name) and not found.search(masked(name))]


def masked(name: str) -> str:
    return re.sub("[a-z]", "w", re.sub("[A-Z]", "W", name))


def test_no_other_file_has_a_pattern_over_names() -> None:
    files = [path for path in PACKAGE.rglob("*.py") if "names" not in path.parts]
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}: {pattern}"
        for path in files
        if not path.relative_to(PACKAGE).as_posix().startswith(NOTATION)
        for pattern in literals(path)
        if told_apart(pattern)
    }
    assert found == set()


@pytest.mark.parametrize("pattern", [r"(.*_)?beta\Z", r"(?<![a-z])kl(?![a-z])", "rand|eps", r"log_?var"])
def test_such_a_pattern_would_be_found(pattern: str) -> None:
    assert told_apart(pattern)


@pytest.mark.parametrize("pattern", [r"[A-Za-z]\w*\Z", r"\\(?:log|exp)\b", r"\d+", r"_?[^\W\d]+"])
def test_patterns_over_texts_are_none(pattern: str) -> None:
    assert not told_apart(pattern)
