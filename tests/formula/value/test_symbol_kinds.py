"""Kinds of symbols: which parts of a formula fit together, and as what they can be read."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_as_matrices
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.small_arrays import ShapeError as ArraysShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind, kind_of, typings

MATHEMATICS, COLUMNS, FLAT = Manner(True), Manner(False), Manner(False, flat=True)
KINDS: dict[str, SymbolKind] = {"S": "matrix", "L": "matrix", "mu": "vector", "x": "vector", "s": "scalar"}


def kind(text: str, manner: Manner) -> SymbolKind:
    language = "math" if manner.mathematical else "python"
    return kind_of(read_as_matrices(text, language).tree, KINDS, manner)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S L", "matrix"),
        ("S mu", "vector"),
        ("mu' S", "row"),
        ("mu' S^-1 mu", "scalar"),
        ("mu mu'", "matrix"),
        ("S^2", "matrix"),
        ("s S", "matrix"),
        ("S/s", "matrix"),
        ("tr(S) + log det S", "scalar"),
        ("|mu|", "scalar"),
        ("diag(S)", "vector"),
        ("diag(mu)", "matrix"),
        ("log mu", "vector"),
    ],
)
def test_in_mathematics(text: str, expected: SymbolKind) -> None:
    assert kind(text, MATHEMATICS) == expected


@pytest.mark.parametrize(
    "text",
    ["S + mu", "mu mu", "mu S", "S + 1", "S^3", "mu^S", "log S", "det(mu)", "S/L", "max(S, 1)", "L_ii"],
)
def test_what_does_not_fit_in_mathematics(text: str) -> None:
    with pytest.raises(ShapeError):
        kind_of(read_as_matrices(text, "math").tree, {**KINDS, "L_ii": "scalar"}, MATHEMATICS)


@pytest.mark.parametrize(
    ("text", "columns", "flat"),
    [
        ("mu @ mu", None, "scalar"),
        ("mu.T @ mu", "scalar", "scalar"),
        ("mu @ mu.T", "matrix", "scalar"),
        ("mu @ S", None, "vector"),
        ("S * L", "matrix", "matrix"),
        ("S + 1", "matrix", "matrix"),
        ("S + mu", None, None),
        ("s @ S", None, None),
        ("torch.log(S)", "matrix", "matrix"),
        ("S.sum(-1)", "vector", "vector"),
        ("S.sum()", "scalar", "scalar"),
    ],
)
def test_in_python(text: str, columns: SymbolKind | None, flat: SymbolKind | None) -> None:
    for manner, expected in ((COLUMNS, columns), (FLAT, flat)):
        if expected:
            assert kind(text, manner) == expected
        else:
            with pytest.raises(ShapeError):
                kind(text, manner)


def test_a_program_on_arrays_has_the_kind_of_its_formula() -> None:
    program = read_as_matrices("(mu.T @ S.detach()).T", "python")
    assert kind_of(program.arrays, KINDS, COLUMNS) == kind_of(program.tree, KINDS, COLUMNS) == "vector"


def test_typings_make_the_formula_a_number() -> None:
    tree = read_as_matrices("tr(S) + mu' mu - d", "math").tree
    found = list(typings(tree, MATHEMATICS))
    assert {"S": "matrix", "mu": "vector", "d": "scalar"} in found
    assert all(kind_of(tree, kinds, MATHEMATICS) == "scalar" for kinds in found)
    assert all("matrix" in kinds.values() for kinds in found)


def test_there_may_be_none() -> None:
    with pytest.raises(ShapeError):
        list(typings(read_as_matrices("log(det(mu)) + exp(mu)", "math").tree, MATHEMATICS))


def test_one_kind_of_misfit() -> None:
    assert ShapeError is ArraysShapeError
