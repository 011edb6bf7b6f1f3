"""Which file an imported module is in."""

from __future__ import annotations

import pytest

from klcli.lint.project.import_paths import Paths, stem

PATHS = Paths(["a/losses.py", "a/models/vae.py", "b/losses.py", "a/models/__init__.py", "a/util/losses.py"])


@pytest.mark.parametrize(
    ("source", "own", "expected"),
    [
        ("losses", "a/train.py", "a/losses.py"),
        ("losses", "b/train.py", "b/losses.py"),
        ("a.losses", "b/train.py", "a/losses.py"),
        (".vae", "a/models/__init__.py", "a/models/vae.py"),
        ("..losses", "a/models/vae.py", "a/losses.py"),
        ("models", "a/train.py", "a/models/__init__.py"),
        ("torch", "a/train.py", None),
        (".", "a/train.py", None),
    ],
)
def test_the_nearest_of_that_name(source: str, own: str, expected: str | None) -> None:
    assert PATHS.of(source, own) == expected


def test_stems() -> None:
    assert [stem(path) for path in ("a/b.py", "a/b/__init__.py", "c.ipynb")] == ["b", "b", "c"]
