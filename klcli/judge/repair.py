"""Undoes known mistakes at every place of a formula, and keeps what then is the KL.

A hundred small changes under eight readings are too many for the digits that decide. So each is first tried
in doubles, where everything but the changed place has its value already; what remains is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from klcli.formula.arithmetic import Doubles, evaluate
from klcli.formula.tree import Symbol as SymbolNode
from klcli.formula.tree import Tree, substitute, walk
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.identification import PROBES
from klcli.judge.mistakes import MISTAKES, Mistake
from klcli.judge.pairs import PAIR_PROBES
from klcli.judge.rewriting import Symbols, sites
from klcli.judge.roles import Roles
from klcli.judge.verdict import FixedPrior, Verdict, judge_as, judge_pair

__all__ = ["Repair", "repairs"]

_TOLERANCE = 1e-9
_TRIED = 6
"""Points at which a change is tried in doubles."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A mistake, the formula without it, and what that is."""

    mistake: Mistake
    tree: Tree
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Row:
    """The symbols' values at a point, the KL there, and the values of a formula's own nodes."""

    values: dict[str, float]
    truth: float
    known: dict[int, float]


def repairs(
    tree: Tree,
    role: Roles,
    readings: Sequence[tuple[Parameterization, Parameterization | None]],
    prior: FixedPrior,
) -> Iterator[Repair]:
    """The small changes that make a formula exact, or a multiple of the KL, under one of the readings.

    Args:
        tree: the formula.
        role: what its symbols are.
        readings: of the head, and of the prior's head if it has one.
        prior: the fixed prior, for a formula without a prior's symbols.
    """
    for reading, prior_reading in readings:
        rows = _rows(tree, role, reading, prior_reading, prior)
        if not rows:
            continue
        symbols = _symbols(role, prior_reading, prior)
        for mistake, changed in _changes(tree, symbols):
            if not _may_be_kl(changed, rows):
                continue
            verdict = (
                judge_pair(changed, role, reading, prior_reading)
                if prior_reading
                else judge_as(changed, role, reading, prior)
            )
            if verdict.kind in ("exact", "scaled"):
                yield Repair(mistake, changed, verdict)


def _symbols(role: Roles, prior_reading: Parameterization | None, prior: FixedPrior) -> Symbols:
    variance: Tree | None = None
    if prior_reading and role.prior_head:
        variance = substitute(prior_reading.variance, {"s": SymbolNode(role.prior_head)})
    return Symbols(
        frozenset(filter(None, (role.mean, role.prior_mean))),
        frozenset(filter(None, (role.head, role.prior_head))),
        variance,
    )


@cache
def _changes(tree: Tree, symbols: Symbols) -> tuple[tuple[Mistake, Tree], ...]:
    """Every change that undoes a mistake at one place, each formula once."""
    found: dict[tuple[str, Tree], Mistake] = {}
    for site in sites(tree):
        for mistake in MISTAKES:
            if mistake.repairs is not None:
                for replacement in mistake.repairs(site, symbols):
                    found.setdefault((mistake.code, site.put(replacement)), mistake)
    return tuple((mistake, changed) for (_, changed), mistake in found.items())


def _may_be_kl(tree: Tree, rows: Sequence[_Row]) -> bool:
    """Whether doubles leave it possible that a formula is k KL + c with positive k."""
    run = Doubles()
    values: list[float] = []
    try:
        for row in rows:
            values.append(evaluate(tree, row.values, run, row.known))
            if len(values) > 2 and not _on_a_line(values, rows):
                return False
    except ArithmeticError:
        return False
    return True


def _on_a_line(values: Sequence[float], rows: Sequence[_Row]) -> bool:
    scale = (values[0] - values[1]) / (rows[0].truth - rows[1].truth)
    expected = values[0] + scale * (rows[len(values) - 1].truth - rows[0].truth)
    return scale > 0 and abs(values[-1] - expected) <= _TOLERANCE * max(1.0, *map(abs, values))


def _rows(
    tree: Tree,
    role: Roles,
    reading: Parameterization,
    prior_reading: Parameterization | None,
    prior: FixedPrior,
) -> list[_Row]:
    rows = []
    for values, truth in _points(role, reading.name, prior_reading.name if prior_reading else None, prior):
        known: dict[int, float] = {}
        for node in reversed(list(walk(tree))):
            try:
                known[id(node)] = evaluate(node, values, Doubles(), known)
            except ArithmeticError:
                continue
        rows.append(_Row(values, truth, known))
    return rows


@cache
def _points(
    role: Roles, reading: str, prior_reading: str | None, prior: FixedPrior
) -> tuple[tuple[dict[str, float], float], ...]:
    """Values of the symbols and the KL at the points."""
    quadruples: list[tuple[float, float, float, float]]
    if prior_reading:
        quadruples = [tuple(map(float, probe)) for probe in PAIR_PROBES]  # type: ignore[misc]
        quadruples = [
            (m if role.mean else 0.0, s, n if role.prior_mean else 0.0, t if role.prior_head else 1.0)
            for m, s, n, t in quadruples
        ]
    else:
        fixed = float(prior.mean), float(prior.variance) ** 0.5
        quadruples = [(float(mu), float(sigma), *fixed) for mu, sigma in PROBES]
    found = []
    for mean, sigma, prior_mean, prior_sigma in quadruples[:_TRIED]:
        truth = log(prior_sigma / sigma) + (sigma**2 + (mean - prior_mean) ** 2) / (2 * prior_sigma**2) - 0.5
        heads = (
            _head(reading, sigma),
            _head(prior_reading, prior_sigma) if prior_reading else prior_sigma,
        )
        named = (
            (role.mean, mean),
            (role.head, heads[0]),
            (role.prior_mean, prior_mean),
            (role.prior_head, heads[1]),
        )
        found.append(({name: value for name, value in named if name}, truth))
    return tuple(found)


@cache
def _head(name: str, sigma: float) -> float:
    return evaluate(PARAMETERIZATIONS[name].head, {"sigma": sigma}, Doubles())
