"""A formula under every assignment of kinds to its symbols, with the ways in which each can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from klcli.errors import KlcliError
from klcli.formula.program_reader import Program
from klcli.formula.traversal import walk
from klcli.formula.tree import Operation, Reduction
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind, typings
from klcli.judge.mistakes.rules.rewriting import TWO
from klcli.judge.question import Question
from klcli.judge.spaces.matrices.fitting import Subject
from klcli.judge.spaces.matrices.ways import ways
from klcli.judge.spaces.matrices.weights_and_dimension import ScalarRoles, set_aside
from klcli.judge.ways import Way
from klcli.names.counts import is_dimension
from klcli.names.means_and_spreads import is_mean
from klcli.values import dataclass

_MOST_TYPINGS = 6
"""The likeliest first; a line with more is about something else."""


@dataclass(frozen=True, slots=True)
class TypedFormula:
    """A formula with the kinds of its symbols, and the ways in which they can be read."""

    subject: Subject
    kinds: dict[str, SymbolKind]
    aside: ScalarRoles
    groups: list[list[Way]]


def typed(program: Program, question: Question) -> list[TypedFormula]:
    """The formula under every assignment of kinds that fits.

    Raises:
        KlcliError: there is none.
    """
    found: list[TypedFormula] = []
    problems: list[KlcliError] = []
    misfits: list[ShapeError] = []
    for manner in _manners(program):
        try:
            for kinds in sorted(typings(program.tree, manner), key=_strangeness)[:_MOST_TYPINGS]:
                try:
                    found.extend(_with_ways(program, kinds, manner, question))
                except KlcliError as error:
                    problems.append(error)
        except ShapeError as error:
            misfits.append(error)
    if not found:
        raise problems[0] if problems else _misfit(misfits[0])
    return sorted(found, key=lambda one: _strangeness(one.kinds))


def _manners(program: Program) -> list[Manner]:
    """The ways in which the text may write its products and squares."""
    if program.language == "python":
        return [Manner(False), Manner(False, flat=True)]
    summed = (node.body for node in walk(program.tree) if isinstance(node, Reduction))
    squares = (part for body in summed for part in walk(body) if isinstance(part, Operation))
    if any(part.operator == "^" and part.right == TWO for part in squares):
        return [Manner(True), Manner(True, entrywise=True)]
    return [Manner(True)]


def _strangeness(kinds: Mapping[str, SymbolKind]) -> int:
    """How many names of means and of dimensions are not those of vectors and numbers; only for the order."""
    means = sum(is_mean(name) and kind != "vector" for name, kind in kinds.items())
    return means + sum(is_dimension(name) and kind != "scalar" for name, kind in kinds.items())


def _with_ways(
    program: Program, kinds: dict[str, SymbolKind], manner: Manner, question: Question
) -> Iterator[TypedFormula]:
    for aside in set_aside(program.tree, kinds, manner):
        groups = ways(
            kinds, aside.dimensions, mean=question.mean, head=question.head, spellings=program.spellings
        )
        yield TypedFormula(Subject(program.tree, manner, aside.values), kinds, aside, groups)


def _misfit(error: ShapeError) -> KlcliError:
    return KlcliError(
        f"the parts of this formula do not fit together: {error}",
        "for example 0.5 * (trace(S) + mu' mu - d - log det S), with a matrix S and a vector mu",
    )
