"""The house: each room imports only what is to its left, and libraries stay where they belong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import klcli
from klcli import values

PACKAGE = Path(klcli.__file__).parent
FILES = ("values", "lazy_regex", "name_kind", "errors", "testing")
"""The rooms that are a file each."""
ROOMS = (
    *(
        "values",
        "lazy_regex",
        "name_kind",
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
    *("render", "asking", "testing", "cli"),
)
MODULES = sorted(PACKAGE.rglob("*.py"))

ALLOWED = {
    "click": ("cli/",),
    "rich": ("render/terminal.py",),
    "plotille": ("render/",),
    "matplotlib": ("render/png.py",),
    "sympy": (
        "formula/",
        "gaussian/derivation_proof.py",
        "gaussian/multivariate/derivation_proof.py",
        "judge/",
    ),
    "scipy": ("gaussian/", "samples/", "witness/", "judge/"),
}
"""Where a library may be imported; numpy may be everywhere, mpmath nowhere: it is the tests' reference."""


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


class Facts(NamedTuple):
    """What the laws below ask of a file: its tree is walked once, as all trees at once would be large."""

    imports: tuple[tuple[str, bool], ...]
    """Every module that it imports, and whether it does so as soon as it is loaded."""
    types: frozenset[str]
    functions: tuple[tuple[str, int], ...]
    """The names of its functions, and their lines."""
    compiles: bool
    """Whether it compiles a pattern when it is loaded."""
    lines: int


@cache
def facts(path: Path) -> Facts:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Facts(
        tuple(imported(tree, nodes)),
        frozenset(named_types(nodes)),
        tuple((node.name, node.end_lineno - node.lineno + 1) for node in functions if node.end_lineno),
        any(map(compiles, tree.body)),
        text.count("\n"),
    )


def imported(tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[tuple[str, bool]]:
    eager = set(map(id, tree.body))
    checking = {
        id(node)
        for branch in nodes
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    for node in nodes:
        if id(node) in checking:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in eager) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
            yield from ((name, id(node) in eager) for name in names)


def named_types(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The classes of a file, and its names for types that are written out elsewhere: ``Pair = tuple[A, B]``.

    A constant is in capitals, so that a name of a type is known by a small letter behind its first. Variables
    that stand for a type have the same names everywhere, as in mathematics.
    """
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            found = {name for name in names if re.match(r"_*[A-Z]\w*[a-z]", name)}
            if found and "TypeVar(" not in ast.unparse(node):
                yield from found


def compiles(statement: ast.stmt) -> bool:
    """In a function a pattern is compiled because it is needed."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return False
    called = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(one, ast.Attribute) and ast.unparse(one) == "re.compile" for one in called)


def room(name: str) -> str:
    return name.removeprefix("klcli.").split(".")[0]


def test_imports_point_to_the_left() -> None:
    own = {path: relative(path).removesuffix(".py").split("/")[0] for path in MODULES}
    places = {name: place for place, name in enumerate(ROOMS)}
    wrong = [
        f"{relative(path)} imports {name}"
        for path in MODULES
        if own[path] not in ("__init__", "__main__")
        for name, _ in facts(path).imports
        if name.startswith("klcli.") and not places.get(room(name), len(ROOMS)) <= places[own[path]]
    ]
    assert wrong == []


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_files_have_an_order() -> None:
    """Inside of a room, too: of two files, one knows nothing of the other, however far apart they are."""
    files = {dotted(path): path for path in MODULES}
    before = {
        name: sorted({found for found, _ in facts(path).imports if found in files and found != name})
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
        before[one] |= {part[found] for found, _ in facts(files[name]).imports if found in part} - {one}
    TopologicalSorter(before).prepare()  # raises a CycleError, with the circle, if there is no order


def test_files_and_functions_are_short() -> None:
    """So that each is one thought; what has a second one becomes two."""
    assert not [relative(path) for path in MODULES if facts(path).lines > 300]
    functions = [(relative(path), *found) for path in MODULES for found in facts(path).functions]
    assert not [found for found in functions if found[-1] > 45]


def misplaced(path: Path) -> Iterator[str]:
    for name, eager in facts(path).imports:
        library = name.split(".")[0]
        if library == "mpmath" or not relative(path).startswith(ALLOWED.get(library, "")):
            yield f"{relative(path)} imports {name}"
        if eager and library in ("scipy", "sympy", "matplotlib", "plotille"):
            yield f"{relative(path)} imports {name} before it is needed"


def test_libraries_stay_where_they_belong() -> None:
    assert [found for path in MODULES for found in misplaced(path)] == []


# What runs in other people's programs has the standard library and nothing else.
OWN = [path for path in MODULES if not relative(path).startswith("trace/recorders/")]


def test_values_are_built_cheaply() -> None:
    """klcli.values has the same, and loads no module for it."""
    dear = {f"dataclasses.{name}" for name in values.__all__}
    assert [
        relative(path) for path in OWN if dear.intersection(name for name, _ in facts(path).imports)
    ] == []


def test_no_module_compiles_a_pattern_when_it_is_loaded() -> None:
    """But for klcli.lazy_regex, whose regex compiles one when it first matches."""
    assert [relative(path) for path in OWN if facts(path).compiles] == ["lazy_regex.py"]


def test_the_name_of_a_type_occurs_once() -> None:
    """In the whole package: who meets a name knows which it is, and finds it by searching for it."""
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for name in facts(path).types:
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
