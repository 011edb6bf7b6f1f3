"""The long pages are executed: commands print what stands below them, lines of Python give what they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.report.document import CellTable, Listing
from klcli.report.explainable_terms import pages
from klcli.report.markdown_pages import blocks_of
from tests.executed import CONSOLE, PAGES, README, commands, files, on_any_machine, output

EVERY = [(path, *pair) for path in PAGES for pair in commands(path)]
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@pytest.mark.parametrize(("path", "command", "expected"), EVERY, ids=[f"{p.stem}: {c}" for p, c, _ in EVERY])
def test_commands(path: Path, command: str, expected: str) -> None:
    with files(path):
        assert on_any_machine(output(command)) == on_any_machine(expected)


@every_page
def test_python_examples(path: Path) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    examples = doctest.DocTestParser().get_doctest(path.read_text(encoding="utf-8"), {}, path.name, None, 0)
    assert bool(examples.examples) == (path.stem == "library")
    assert runner.run(examples).failed == 0


@pytest.mark.parametrize("path", [*PAGES, README], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = CONSOLE.sub("", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target.startswith("https://") or (path.parent / target).exists(), target
    for term in re.findall(r"`klcli explain ([\w-]+)`", text):
        assert term == "NAME" or term.lower() in pages(), term


@every_page
def test_a_page_is_read_as_it_is_written(path: Path) -> None:
    """Nothing of Markdown is left in its words, and every table has its columns."""
    text = path.read_text(encoding="utf-8")
    blocks = list(blocks_of(text.partition("\n")[2]))
    assert sum(isinstance(block, Listing) for block in blocks) == len(
        re.findall(r"^```\w", text, re.MULTILINE)
    )
    for block in blocks:
        if not isinstance(block, Listing):
            assert not re.search(r"\]\(|\*\*|^[-|] ", str(getattr(block, "text", "")))
        if isinstance(block, CellTable):
            assert all(len(row) == len(block.columns) for row in block.rows)


def test_every_parameterization_is_in_the_table() -> None:
    (text,) = (path.read_text(encoding="utf-8") for path in PAGES if path.stem == "numbers")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.MULTILINE)
    assert rows == [
        (row.name, row.meaning.removeprefix("a ").removeprefix("the ")) for row in PARAMETERIZATIONS.values()
    ]
