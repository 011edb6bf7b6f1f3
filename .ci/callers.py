"""Print the tests of the modules that import a library that klcli runs with: tests mirror the package."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
needed = [*project["dependencies"], *project["optional-dependencies"]["plot"]]
libraries = {re.match(r"[\w-]+", requirement)[0] for requirement in needed}


def imported(path: Path) -> Iterator[str]:
    """The libraries that a file imports, as soon as it is loaded or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


callers = (
    path.relative_to("klcli") for path in sorted(Path("klcli").rglob("*.py")) if libraries & {*imported(path)}
)
tests = (Path("tests") / path.parent / f"test_{path.name}" for path in callers)
# What has no tests of its own is run by those of the modules that use it.
print(*(path for path in tests if path.is_file()))
