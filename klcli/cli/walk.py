"""The Python sources below paths, as linters walk them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from klcli.errors import KlcliError

__all__ = ["sources"]

_SUFFIXES = (".py", ".pyi", ".ipynb")
_SKIPPED = frozenset(
    ("__pycache__", "build", "dist", "node_modules", "site-packages", "venv", "virtualenv", "env")
)


def sources(paths: Sequence[str]) -> Iterator[str]:
    """Every file that is named, and every Python file and notebook below a folder that is, each once.

    Hidden folders, virtual environments, caches and build folders are left out; links are not followed.

    Raises:
        KlcliError: there is no such path.
    """
    seen: set[str] = set()
    for path in paths:
        if os.path.isdir(path):
            found = _below(path)
        elif os.path.exists(path):
            found = iter([path])
        else:
            raise KlcliError(f"there is no file or folder {path}", "for example: klcli lint src/")
        for file in found:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file


def _below(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_followed(root, name))
        for name in sorted(files):
            if name.endswith(_SUFFIXES):
                yield os.path.join(root, name)


def _is_followed(root: str, name: str) -> bool:
    path = Path(root, name)
    hidden = name.startswith(".") or name in _SKIPPED or name.endswith(".egg-info")
    return not hidden and not path.is_symlink() and not (path / "pyvenv.cfg").exists()
