"""The house: each room imports only what is to its left, and libraries stay where they belong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import klcli
from klcli import values

PACKAGE = Path(klcli.__file__).parent
FILES = ("values", "patterns", "errors", "watching", "testing")
"""The rooms that are a file each."""
ROOMS = (
    *(
        "values",
        "patterns",
        "errors",
        "formula",
        "gaussian",
        "names",
        "witness",
        "samples",
        "tables",
        "judge",
        "lint",
        "trace",
        "latents",
        "pages",
        "report",
    ),
    *("render", "watching", "asking", "testing", "cli"),
)
MODULES = sorted(PACKAGE.rglob("*.py"))

ALLOWED = {
    "click": ("cli/",),
    "rich": ("render/terminal.py",),
    "plotille": ("render/",),
    "matplotlib": ("render/png.py",),
    "sympy": ("formula/", "gaussian/proof.py", "gaussian/multivariate/proof.py", "judge/"),
    "scipy": ("gaussian/", "samples/", "witness/", "judge/"),
}
"""Where a library may be imported; numpy may be everywhere, mpmath nowhere: it is the tests' reference."""


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    """Every module that a file imports, and whether it does so as soon as it is loaded."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    eager = set(map(id, tree.body))
    checking = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if id(node) in checking:
            continue
        if isinstance(node, ast.Import):
            found += ((alias.name, id(node) in eager) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            found += ((name, id(node) in eager) for name in names)
    return tuple(found)


def room(name: str) -> str:
    return name.removeprefix("klcli.").split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_point_to_the_left(path: Path) -> None:
    own = relative(path).removesuffix(".py").split("/")[0]
    if own in ("__init__", "__main__"):
        return
    for name, _ in imports(path):
        if name.startswith("klcli."):
            assert room(name) in ROOMS
            assert ROOMS.index(room(name)) <= ROOMS.index(own), f"{relative(path)} imports {name}"


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_files_have_an_order() -> None:
    """Inside of a room, too: of two files, one knows nothing of the other, however far apart they are."""
    files = {dotted(path): path for path in MODULES}
    before = {
        name: sorted({found for found, _ in imports(path) if found in files and found != name})
        for name, path in files.items()
    }
    order = TopologicalSorter(before)
    order.prepare()  # raises a CycleError, with the circle, if there is no order


FOLDERS = sorted({folder for path in MODULES for folder in path.parents if PACKAGE in folder.parents})


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_parts_of_a_folder_have_an_order(folder: Path) -> None:
    """Its folders and its files beside them, as a listing shows them."""
    files = {
        dotted(path): path
        for path in MODULES
        if folder in path.parents and path.parent / "__init__.py" != path
    }
    part = {name: path.relative_to(folder).parts[0] for name, path in files.items()}
    before: dict[str, set[str]] = {one: set() for one in part.values()}
    for name, one in part.items():
        before[one] |= {part[found] for found, _ in imports(files[name]) if found in part} - {one}
    TopologicalSorter(before).prepare()  # raises a CycleError, with the circle, if there is no order


def test_files_and_functions_are_short() -> None:
    """So that each is one thought; what has a second one becomes two."""
    sources = {relative(path): path.read_text(encoding="utf-8") for path in MODULES}
    assert not [name for name, text in sources.items() if text.count("\n") > 300]
    functions = [
        (name, node.name, node.end_lineno - node.lineno + 1)
        for name, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert not [found for found in functions if found[-1] > 45]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_libraries_stay_where_they_belong(path: Path) -> None:
    for name, eager in imports(path):
        library = name.split(".")[0]
        assert library != "mpmath"
        if library in ALLOWED:
            assert relative(path).startswith(ALLOWED[library]), f"{relative(path)} imports {name}"
        if library in ("scipy", "sympy", "matplotlib", "plotille"):
            assert not eager, f"{relative(path)} imports {name} before it is needed"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_values_are_built_cheaply(path: Path) -> None:
    """But for what runs in other people's programs, where the standard library is all there is."""
    if relative(path).startswith("trace/recorders/"):
        return
    dear = {f"dataclasses.{name}" for name in values.__all__}
    found = {name for name, _ in imports(path)} & dear
    assert not found, f"{relative(path)} imports {found}: klcli.values has the same"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_compiles_a_pattern_when_it_is_loaded(path: Path) -> None:
    """But for the recorders, as above; in a function it is compiled because it is needed."""
    if relative(path).startswith(("trace/recorders/", "patterns.py")):
        return
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            called = {ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
            assert "re.compile" not in called, f"{relative(path)}: klcli.patterns has regex"


def named_types(path: Path) -> Iterator[str]:
    """The classes of a file, and its names for types that are written out elsewhere: ``Pair = tuple[A, B]``.

    A constant is in capitals, so that a name of a type is known by a small letter behind its first. Variables
    that stand for a type have the same names everywhere, as in mathematics.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "TypeVar(" not in ast.unparse(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            yield from (name for name in names if re.match(r"_*[A-Z]\w*[a-z]", name))


def test_the_name_of_a_type_occurs_once() -> None:
    """In the whole package: who meets a name knows which it is, and finds it by searching for it."""
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for name in set(named_types(path)):
            homes.setdefault(name, []).append(relative(path))
    twice = {name: paths for name, paths in homes.items() if len(paths) > 1}
    assert not twice


def test_rooms_are_the_folders() -> None:
    found = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found == set(ROOMS) - set(FILES)


def test_tests_mirror_the_package() -> None:
    tests = Path(__file__).parent
    folders = {path.name for path in tests.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == (set(ROOMS) - set(FILES)) | {"benchmarks"}
