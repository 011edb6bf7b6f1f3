"""Undoes known mistakes at every place of a formula, and keeps what then is the KL.

A hundred small changes under eight readings are too many for the digits that decide. So each is first tried
in doubles, where everything but the changed place has its value already; what remains is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from math import inf, log
from typing import TypeAlias

from klcli.formula.traversal import substitute, walk
from klcli.formula.tree import Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import DoubleColumns, Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rule_table import RULES, RULES_OF_PRIORS
from klcli.judge.mistakes.rules.rewriting import SymbolRoles
from klcli.judge.mistakes.search import Change, UndoneMistake, changes
from klcli.judge.probes import probes
from klcli.judge.roles import Roles
from klcli.judge.scaled_kl import FixedPrior
from klcli.judge.two_gaussians import pair_probes
from klcli.judge.verdict import Verdict, judge_as
from klcli.values import replace

_TOLERANCE = 1e-9
"""Of the doubles that screen; digits decide behind them."""
_TRIED = 6
"""Points at which a change is tried in doubles."""


ReadingPair: TypeAlias = tuple[Parameterization, Parameterization | None]


def undoings(
    tree: Tree, role: Roles, readings: Sequence[ReadingPair], prior: FixedPrior
) -> Iterator[UndoneMistake]:
    """The small changes that make a formula exact, or a multiple of the KL, under one of the readings.

    Args:
        tree: the formula.
        role: what its symbols are.
        readings: of the head, and of the prior's head if it has one.
        prior: the fixed prior, for a formula without a prior's symbols.
    """
    trial = _RepairTrial(tree, role, readings, prior)
    passed: dict[bool, list[tuple[Mistake, Tree, ReadingPair]]] = {True: [], False: []}
    for change, prior_reading in _changes(tree, role, readings):
        for pair, exact in trial.passed(change.tree):
            if prior_reading in (None, pair[1]):
                passed[exact].append((change.mistake, change.tree, pair))
    found = list(_confirmed(passed[True], role, prior))
    yield from found or _confirmed(passed[False], role, prior)


def _confirmed(
    passed: Sequence[tuple[Mistake, Tree, ReadingPair]], role: Roles, prior: FixedPrior
) -> Iterator[UndoneMistake]:
    """The changes that the digits that decide find to be a KL, too."""
    verdicts: dict[tuple[Tree, ReadingPair], Verdict] = {}
    for mistake, changed, (reading, prior_reading) in passed:
        key = changed, (reading, prior_reading)
        if key not in verdicts:
            verdicts[key] = judge_as(changed, role, reading, prior, prior_reading)
        kl = verdicts[key].kl
        # With a constant left over, the change has hit a multiple of the KL by chance.
        if verdicts[key].kind == "exact" or (verdicts[key].kind == "scaled" and kl and kl.shift == 0):
            yield UndoneMistake(mistake, changed, verdicts[key])


def _changes(
    tree: Tree, role: Roles, readings: Sequence[ReadingPair]
) -> Iterator[tuple[Change, Parameterization | None]]:
    """Every change that undoes a mistake at one place, with the reading of the prior that it holds under.

    Only the variance of a prior depends on that.
    """
    heads = frozenset(filter(None, (role.head, role.prior_head)))
    plain = SymbolRoles(frozenset(filter(None, (role.mean, role.prior_mean))), heads)
    for change in changes(tree, RULES, plain):
        yield change, None
    for row in dict.fromkeys(prior_reading for _, prior_reading in readings):
        if row and role.prior_head:
            variance = substitute(row.variance, {"s": Symbol(role.prior_head)})
            for change in changes(tree, RULES_OF_PRIORS, replace(plain, prior_variance=variance)):
                yield change, row


class _RepairTrial:
    """Tries changes of a formula in doubles, under all readings at once.

    The nodes of the formula itself are evaluated once; a change has few nodes of its own.
    """

    def __init__(self, tree: Tree, role: Roles, readings: Sequence[ReadingPair], prior: FixedPrior) -> None:
        self.readings = readings
        points = [_points(role, *(row.name if row else None for row in pair), prior) for pair in readings]
        self.truth = [truth for _, truth in points]
        names = filter(None, role.names)
        self.values = {name: [row[name] for rows, _ in points for row in rows] for name in names}
        self.count = len(readings) * _TRIED
        self.known: dict[int, list[float]] = {}
        for node in reversed(list(walk(tree))):
            self.known[id(node)] = evaluate(node, self.values, DoubleColumns(self.count), self.known)

    def passed(self, tree: Tree) -> Iterator[tuple[ReadingPair, bool]]:
        """The readings under which doubles leave it possible that a formula is k KL + c with positive k.

        True with those under which it may be the KL itself.
        """
        values = evaluate(tree, self.values, DoubleColumns(self.count), self.known)
        for place, (pair, truth) in enumerate(zip(self.readings, self.truth, strict=True)):
            own = values[place * _TRIED : (place + 1) * _TRIED]
            if _on_a_line(own, truth):
                yield (
                    pair,
                    abs(own[0] - truth[0]) + abs(own[1] - truth[1]) <= _TOLERANCE * max(1.0, abs(own[0])),
                )


def _on_a_line(values: Sequence[float], truth: Sequence[float]) -> bool:
    scale = (values[0] - values[1]) / (truth[0] - truth[1])
    # Rules most out before all points are looked at.
    if not 0 < scale < inf or abs(values[2] - values[0] - scale * (truth[2] - truth[0])) > 1e-6 * (1 + scale):
        return False
    slack = _TOLERANCE * max(1.0, *map(abs, values))
    pairs = zip(values[2:], truth[2:], strict=True)
    return all(abs(value - values[0] - scale * (kl - truth[0])) <= slack for value, kl in pairs)


# The formulas and ways of one program.
@lru_cache(maxsize=256)
def _points(
    role: Roles, reading: str, prior_reading: str | None, prior: FixedPrior
) -> tuple[list[dict[str, float]], list[float]]:
    """Values of the symbols, and the KL, at the points."""
    quadruples: list[tuple[float, float, float, float]]
    if prior_reading:
        quadruples = [
            (
                float(m) * bool(role.mean),
                float(s),
                float(n) * bool(role.prior_mean),
                float(t) if role.prior_head else 1,
            )
            for m, s, n, t in pair_probes(reading, prior_reading)
        ]
    else:
        fixed = float(prior.mean), float(prior.variance) ** 0.5
        quadruples = [(float(mu), float(sigma), *fixed) for mu, sigma in probes(reading)]
    rows, truths = [], []
    for mean, sigma, prior_mean, prior_sigma in quadruples[:_TRIED]:
        moment = (sigma**2 + (mean - prior_mean) ** 2) / (2 * prior_sigma**2)
        truths.append(log(prior_sigma / sigma) + moment - 0.5)
        heads = _head(reading, sigma), _head(prior_reading or "std", prior_sigma)
        rows.append(role.given(mean, heads[0], prior_mean, heads[1]))
    return rows, truths


@cache
def _head(name: str, sigma: float) -> float:
    return evaluate(PARAMETERIZATIONS[name].head, {"sigma": sigma}, Doubles())
