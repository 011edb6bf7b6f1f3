"""Every file of the linter has a file of tests of its own."""

from __future__ import annotations

from pathlib import Path

from klcli import lint

PACKAGE, TESTS = Path(str(lint.__file__)).parent, Path(__file__).parent


def test_tests_mirror_the_files() -> None:
    files = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    missing = [str(path) for path in files if not (TESTS / path.parent / f"test_{path.name}").exists()]
    assert missing == []
