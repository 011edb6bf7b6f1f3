"""Undoes known mistakes at every place of a formula of matrices, and keeps what then is the KL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from klcli.errors import KlcliError
from klcli.formula.doubles import Doubles
from klcli.formula.editing import edited, in_habit
from klcli.formula.program import Program, read_again
from klcli.formula.tree import Tree, free_symbols
from klcli.formula.value.kinds import Kind, Manner, ShapeError
from klcli.formula.value.linear import Linear
from klcli.formula.value.points import Evaluator
from klcli.judge.candidates import effort
from klcli.judge.matrix.fitting import Subject, posterior_and_prior
from klcli.judge.matrix.mistakes import RULES
from klcli.judge.matrix.points import Shown, divergence, fixed_points, shown, symbols
from klcli.judge.matrix.preparation import without_jitter
from klcli.judge.matrix.rewriting import Setting
from klcli.judge.matrix.verdict import MatrixVerdict, judge_way
from klcli.judge.matrix.ways import Way
from klcli.judge.mistakes import Mistake
from klcli.judge.rewriting import sites
from klcli.judge.verdict import FixedPrior

__all__ = ["Repair", "repaired"]

_SLACK = 1e-9
_MOST_CHANGES = 600
_MOST_TEXTS = 6


@dataclass(frozen=True, slots=True)
class Repair:
    """A mistake, the text without it, and what that is."""

    mistake: Mistake
    text: str
    verdict: MatrixVerdict


def repaired(
    program: Program,
    subject: Subject,
    kinds: dict[str, Kind],
    ways: Sequence[Way],
    prior: FixedPrior,
) -> Repair | None:
    """The smallest change that makes a formula the KL in one of the ways.

    Every change is tried in doubles at two points; what remains is written into the text, read again and
    judged like any other formula.
    """
    found: list[tuple[tuple[int, int], Mistake, Tree, Way]] = []
    for way in ways:
        trial = _Trial(subject, way, prior)
        for place, mistake, tree in _changes(subject, kinds, way):
            if trial.is_divergence(tree):
                text = next(_texts(program, subject.tree, tree))
                found.append(((effort(program.text, text), place), mistake, tree, way))
    for _, mistake, tree, way in sorted(found, key=lambda entry: entry[0])[:_MOST_TEXTS]:
        for text in _texts(program, subject.tree, tree):
            verdict = _verdict_on(text, program, subject, way, prior)
            if verdict and verdict.kind == "exact":
                return Repair(mistake, text, verdict)
    return None


def _texts(program: Program, before: Tree, after: Tree) -> Iterator[str]:
    if (changed := edited(program, before, after)) is not None:
        yield changed
    yield in_habit(program, after)


def _changes(subject: Subject, kinds: dict[str, Kind], way: Way) -> Iterator[tuple[int, Mistake, Tree]]:
    """Every change that undoes a mistake at one place, each formula once."""
    setting = Setting(subject.manner, kinds | {"d": "scalar"}, way, subject.others)
    seen = {subject.tree}
    for place, (mistake, rule) in enumerate(RULES):
        for site in sites(subject.tree):
            for replacement in rule(site, setting):
                changed = site.put(replacement)
                if changed not in seen and len(seen) < _MOST_CHANGES:
                    seen.add(changed)
                    yield place, mistake, changed


def _verdict_on(
    text: str, program: Program, subject: Subject, way: Way, prior: FixedPrior
) -> MatrixVerdict | None:
    try:
        tree, _ = without_jitter(read_again(program, text).tree)
    except KlcliError:
        return None
    known = {head.name for head in way.heads} | {*way.means, *way.dimensions, *subject.others, "I"}
    if new := {*free_symbols(tree)} - known:
        if way.dimensions or new != {"d"}:
            return None
        way = replace(way, dimensions=("d",))
    for manner in _manners(subject.manner):
        try:
            return judge_way(replace(subject, tree=tree, manner=manner), way, prior, text)
        except ShapeError:
            continue
    return None


def _manners(own: Manner) -> list[Manner]:
    """The manner of a text and, where vectors are columns, that in which they have one axis."""
    return [own] if own.mathematical or own.flat else [own, replace(own, flat=True)]


class _Trial:
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
