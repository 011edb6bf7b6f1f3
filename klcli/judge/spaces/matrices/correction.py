"""Undoes known mistakes at every place of a formula of matrices, and keeps what then is the KL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.minimal_edits import edited, written_anew
from klcli.formula.program_reader import Program, ProgramSource, read_again
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.formula.value.doubles import Doubles
from klcli.formula.value.linear_algebra import Linear
from klcli.formula.value.matrix_points import Evaluator
from klcli.formula.value.small_arrays import ShapeError
from klcli.formula.value.symbol_kinds import Manner, SymbolKind
from klcli.judge.corrections import effort
from klcli.judge.mistakes.search import Change, UndoneMistake, changes
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.spaces.matrices.fitting import Subject, posterior_and_prior
from klcli.judge.spaces.matrices.mistakes import RULES
from klcli.judge.spaces.matrices.points import Shown, divergence, fixed_points, shown, symbols
from klcli.judge.spaces.matrices.rules.rewriting import Setting
from klcli.judge.spaces.matrices.verdict import judge_way
from klcli.judge.spaces.matrices.weights_and_dimension import without_jitter
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Way
from klcli.values import replace

_SLACK = 1e-9
"""Of the doubles that screen; digits decide behind them."""
_MOST_CHANGES = 600
"""Each is evaluated at a point before it is judged."""
_MOST_TEXTS = 6
"""Those with the least changes first; each is judged as a whole."""


def repaired(
    program: Program,
    subject: Subject,
    kinds: dict[str, SymbolKind],
    ways: Sequence[Way],
    prior: FixedPrior,
) -> UndoneMistake | None:
    """The smallest change that makes a formula the KL in one of the ways.

    Every change is tried in doubles at two points; what remains is written into the text, read again and
    judged like any other formula.

    Args:
        program: the text and its trees.
        subject: the formula of matrices with what was set aside.
        kinds: scalar, vector or matrix, by symbol.
        ways: what its symbols can be.
        prior: the fixed prior.
    """
    found: list[tuple[tuple[int, int], Change, Way]] = []
    for way in ways:
        for change in _holding(subject, kinds, way, prior):
            source = next(_sources(program, subject.tree, change.tree))
            found.append(((effort(program.text, source.text), change.place), change, way))
    for _, change, way in sorted(found, key=lambda entry: entry[0])[:_MOST_TEXTS]:
        for source in _sources(program, subject.tree, change.tree):
            verdict = _verdict_on(source, program, subject, way, prior)
            if verdict and verdict.kind == "exact":
                return UndoneMistake(change.mistake, change.tree, verdict, source)
    return None


def _holding(subject: Subject, kinds: dict[str, SymbolKind], way: Way, prior: FixedPrior) -> Iterator[Change]:
    """The changes after which a formula is the KL as far as doubles tell, each formula once."""
    trial = _MatrixRepairTrial(subject, way, prior)
    setting = Setting(subject.manner, kinds | {"d": "scalar"}, way, subject.others)
    tried: set[Tree] = set()
    for change in changes(subject.tree, RULES, setting, _MOST_CHANGES):
        if change.tree not in tried and trial.is_divergence(change.tree):
            yield change
        tried.add(change.tree)


def _sources(program: Program, before: Tree, after: Tree) -> Iterator[ProgramSource]:
    if (changed := edited(program, before, after)) is not None:
        yield changed
    yield written_anew(program, after)


def _verdict_on(
    source: ProgramSource, program: Program, subject: Subject, way: Way, prior: FixedPrior
) -> Verdict | None:
    try:
        tree, _ = without_jitter(read_again(program, source).tree)
    except KlcliError:
        return None
    known = {head.name for head in way.heads} | {*way.means, *way.dimensions, *subject.others, "I"}
    if new := {*free_symbols(tree)} - known:
        if way.dimensions or new != {"d"}:
            return None
        way = replace(way, dimensions=("d",))
    for manner in _manners(subject.manner):
        try:
            return judge_way(replace(subject, tree=tree, manner=manner), way, prior, source.text)
        except ShapeError:
            continue
    return None


def _manners(own: Manner) -> list[Manner]:
    """The manner of a text and, where vectors are columns, that in which they have one axis."""
    return [own] if own.mathematical or own.flat else [own, replace(own, flat=True)]


class _MatrixRepairTrial:
    """Tries changes of a formula in doubles, at two points."""

    def __init__(self, subject: Subject, way: Way, prior: FixedPrior) -> None:
        self.subject = subject
        self.run = Doubles()
        self.points = []
        with_size = replace(way, dimensions=way.dimensions or ("d",))
        others = {name: self.run.number(value) for name, value in subject.others.items()}
        for point in fixed_points()[:2]:
            pair = {"q": shown(point.q, self.run), "p": shown(point.p, self.run)}
            values = symbols(pair, with_size, others, self.run)  # type: ignore[arg-type]
            self.points.append((values, point.size, self._truth(way, pair, prior)))

    def _truth(self, way: Way, pair: Any, prior: FixedPrior) -> float:
        both = posterior_and_prior(way, pair, self.run)
        p = both["p"] if way.has_prior else _spherical(prior, len(both["q"].mean), self.run)
        return float(divergence(both["q"], p, self.run))

    def is_divergence(self, tree: Tree) -> bool:
        """Whether a formula may be the KL itself."""
        for manner in _manners(self.subject.manner):
            try:
                return all(self._agrees(tree, manner, *point) for point in self.points)
            except ShapeError:
                continue
            except (ArithmeticError, KeyError):
                return False
        return False

    def _agrees(self, tree: Tree, manner: Manner, values: Any, size: int, truth: float) -> bool:
        value = Evaluator(self.run, manner, size, values, _SLACK).number(tree)
        return bool(abs(value / truth - 1) <= _SLACK)


def _spherical(prior: FixedPrior, size: int, run: Doubles) -> Shown[float]:
    unit = Linear(run).identity(size)

    def scaled(factor: float) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(factor * entry for entry in row) for row in unit)

    variance = run.number(Fraction(prior.variance))
    matrices = scaled(variance), scaled(variance**0.5), scaled(1 / variance)
    return Shown((run.number(Fraction(prior.mean)),) * size, *matrices)
