"""The README is executed: every command in it prints what stands below it."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from tests.executed import PAGES, README, ROOT, commands, files, on_any_machine, output

COMMANDS = list(commands(README))


def text() -> str:
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "expected"), COMMANDS, ids=[one for one, _ in COMMANDS])
def test_commands(command: str, expected: str) -> None:
    with files(README):
        assert on_any_machine(output(command)) == on_any_machine(expected)


def test_it_can_be_read_in_one_go() -> None:
    assert len(text().splitlines()) < 150


def test_every_page_is_linked() -> None:
    assert set(re.findall(r"\(klcli/pages/([\w-]+)\.md\)", text())) == {path.stem for path in PAGES}


@pytest.mark.parametrize("title", ["## Install and run", "## Run the tests"])
def test_setups_are_single_lines_that_begin_with_a_virtual_environment(title: str) -> None:
    section = text().split(title, 1)[1].split("\n## ", 1)[0]
    block = re.search(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert block
    (line,) = block[1].splitlines()
    parts = shlex.split(line)
    assert parts[:4] == ["python3", "-m", "venv", ".venv"]


def test_the_example_of_what_one_may_ignore_is_harmless() -> None:
    """A mean over the latents is a note; a KL that is never used is a bug."""
    shown = "".join(path.read_text(encoding="utf-8") for path in PAGES) + output("klcli lint --help")
    assert {*re.findall(r"(?:--ignore |ignore = .)\"?(KL\d+)", shown)} == {"KL206"}


def test_the_oldest_libraries_are_those_that_are_demanded() -> None:
    demanded = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (shown,) = re.findall(r"the oldest: ([^|]*) \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert [library.replace(" ", ">=") for library in shown.split(", ")] == demanded


def test_extras_that_are_named_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for path in (README, ROOT / "CONTRIBUTING.md", *PAGES):
        shown = path.read_text(encoding="utf-8")
        assert set(re.findall(r"klcli\[([\w-]+)\]|\.\[([\w-]+)\]", shown)) <= {
            pair for name in extras for pair in ((name, ""), ("", name))
        }


def test_nothing_is_installed_from_an_index_that_does_not_have_it() -> None:
    for path in (README, ROOT / "CONTRIBUTING.md", *PAGES):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"pip install[^&\n]*\bklcli\b(?! @ git\+)", line), line
