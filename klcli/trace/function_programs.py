"""The program of a function that was called: its operations in the symbols of its arguments.

A number that is another one in another shape is a count: lengths take the places of such numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from math import isclose
from random import Random
from typing import Any

from klcli.formula.program_reader import Program
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Symbol, Tree
from klcli.formula.value.evaluation import evaluate_arrays
from klcli.formula.value.small_arrays import Array
from klcli.trace.function_trials import SHAPES, Caller
from klcli.trace.kl_recognition import with_counts
from klcli.trace.programs import Builder, UnfollowedError, program_of
from klcli.trace.recording import Recording, read_recording

_LOW, _HIGH = 0.3, 2.5
"""The entries of arrays of which nobody knows what they are: positive, as a scale is."""
_STEP = 1e-30
"""Of a complex step: its square is lost in a double."""
_CLOSE = 1e-9
"""Of gradients in double precision; a wrong one is off by a share of itself."""


def program_of_call(call: Caller, names: Sequence[str]) -> Program:
    """The program of a function in its arguments, which it is called with in two shapes.

    Args:
        call: how it is called.
        names: of its arguments.

    Raises:
        UnfollowedError: it computes something that is not followed.
        KlcliError: it cannot be called.
    """
    generator, results, arrays = Random(0), [], []
    for shape in SHAPES:
        size = shape[0] * shape[1]
        given = {name: (shape, [generator.uniform(_LOW, _HIGH) for _ in range(size)]) for name in names}
        results.append(call(given, "float64"))
        arrays.append({name: Array(*one) for name, one in given.items()})
    spelled = {name: _symbol(name, place) for place, name in enumerate(names)}
    tree = tree_of([one["document"] for one in results], SHAPES, spelled)
    if any(node.get("call") == "function" for node in results[0]["document"]["nodes"]):
        moved = {spelled[name]: one for name, one in arrays[0].items()}
        slopes = {spelled[name]: one for name, one in results[0]["gradients"].items()}
        if not _has_slopes(tree, moved, slopes):
            raise UnfollowedError("a backward of its own gives other gradients than those of its values")
    return program_of(tree, {symbol: name for name, symbol in spelled.items() if symbol != name})


def _has_slopes(tree: Tree, arrays: Mapping[str, Array], slopes: Mapping[str, list[float] | None]) -> bool:
    """Whether the gradients of the sum of a program are what a framework gave, along a direction."""
    generator, moved, total = Random(1), {}, 0.0
    for name, array in arrays.items():
        along = [generator.uniform(-1, 1) for _ in array.values]
        total += sum(one * slope for one, slope in zip(along, slopes[name] or (), strict=False))
        values = [complex(value, _STEP * one) for value, one in zip(array.values, along, strict=True)]
        moved[name] = Array(array.shape, values)
    found = sum(one.imag for one in evaluate_arrays(tree, moved).values) / _STEP
    return isclose(found, total, rel_tol=_CLOSE, abs_tol=_CLOSE)


def _symbol(name: str, place: int) -> str:
    try:
        return Symbol(name).name
    except ValueError:  # a word of the language of formulas
        return f"x{place + 3}"


def tree_of(
    documents: Sequence[Mapping[str, Any]], shapes: Sequence[tuple[int, ...]], symbols: Mapping[str, str]
) -> Tree:
    """The program of calls in several shapes.

    Args:
        documents: the recordings of the calls.
        shapes: of the arrays that it was called with.
        symbols: of the arguments, by their names.

    Raises:
        UnfollowedError: it has other symbols, or is no program.
    """
    return _with_lengths([_program(read_recording(one), symbols) for one in documents], shapes)


def _program(recording: Recording, symbols: Mapping[str, str]) -> Tree:
    leaves = {
        index: symbols[step.name]
        for index, step in enumerate(recording.steps)
        if step.op == "leaf" and step.name and step.name in symbols
    }
    builder = Builder(recording, names=leaves)
    tree = builder.tree(recording.losses[0].node)
    if not set(free_symbols(tree)) <= set(symbols.values()):
        raise UnfollowedError(_unfollowed(recording, builder, symbols.values()))
    return tree


def _with_lengths(trees: Sequence[Tree], shapes: Sequence[tuple[int, ...]]) -> Tree:
    """The program with lengths for those numbers that are other ones in another shape, as counts are."""
    first, second = trees
    while first != second:
        pairs = product(with_counts(first, shapes[0]), with_counts(second, shapes[1]))
        found = [one for (one, said), (other, also) in pairs if _words(said) == _words(also) and one == other]
        if not found:
            steps = zip(with_counts(first, shapes[0]), with_counts(second, shapes[1]), strict=False)
            alike = [(one, other) for (one, said), (other, also) in steps if _words(said) == _words(also)]
            if not alike:
                return first
            first, second = alike[0]
            continue
        return found[0]
    return first


def _words(said: str) -> str:
    """What a number is taken for, without the number."""
    return said.partition(" ")[2]


def _unfollowed(recording: Recording, builder: Builder, own: Collection[str]) -> str:
    others = [index for name, index in builder.symbols.items() if name not in own]
    made = [str(recording.steps[index].more.get("made_by", recording.steps[index].op)) for index in others]
    return f"what {' and '.join(dict.fromkeys(made))} computes"
