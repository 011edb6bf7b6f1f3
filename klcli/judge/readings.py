"""The verdict on a formula under every reading, over the ways in which its symbols can be mean and head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.question import Question
from klcli.judge.role_screening import screened
from klcli.judge.roles import Roles, strangeness
from klcli.judge.two_gaussians import not_ruled_out
from klcli.judge.verdict import KINDS, Verdict, judge_as, without_kl
from klcli.judge.ways import Way
from klcli.names.means_and_spreads import suggested


def likeliest(tree: Tree, ways: Sequence[Roles]) -> list[Roles]:
    """The roles that the names suggest; where names leave them open, the mean is what is squared.

    Where both are squared, it is the one whose name does not state a scale.
    """
    names = free_symbols(tree)
    if strangeness(ways[0]) and len(names) == 2:
        means = [name for name in names if screened(tree).symbols[name].is_quadratic]
        if len(means) == 2:
            means = [name for name in names if suggested(name) is None]
        if len(means) == 1:
            ways = [way for way in ways if way.mean == means[0] and not way.has_prior] or ways
    return [way for way in ways if strangeness(way) == strangeness(ways[0])]


def verdicts_on(tree: Tree, ways: Sequence[Roles], question: Question) -> list[Verdict]:
    """The best verdict under every reading, over the roles; stops at the likeliest roles that give a KL.

    Args:
        tree: the formula.
        ways: what its symbols can be.
        question: what is asked of it.
    """
    best: dict[str, Verdict] = {}
    screening = screened(tree)
    for _, group in groupby(ways, key=strangeness):
        for way in _plausible(tree, list(group)):
            if _has_ingredients(best) and not screening.admits(way):
                continue  # it can be nothing better
            for verdict in _under_readings(tree, way, question):
                name = verdict.parameterization.name
                if name not in best or KINDS.index(verdict.kind) < KINDS.index(best[name].kind):
                    best[name] = verdict
        if any(verdict.kl for verdict in best.values()):
            break
    return list(best.values()) or list(_under_readings(tree, ways[0], question))


def _has_ingredients(best: Mapping[str, Verdict]) -> bool:
    """Whether there is a verdict under every reading, and each says that a KL has such ingredients."""
    return len(best) == len(PARAMETERIZATIONS) and all(one.kind != "not-kl" for one in best.values())


def _plausible(tree: Tree, ways: list[Roles]) -> list[Roles]:
    """The roles whose means occur in the formula as in a polynomial of at most second degree.

    With up to two symbols all are tried: it takes less time than this test.
    """
    screening = screened(tree)
    if len(screening.symbols) <= 2:
        return ways
    return [
        way
        for way in ways
        if all(screening.symbols[name].is_quadratic for name in (way.mean, way.prior_mean) if name)
    ]


def _under_readings(tree: Tree, way: Roles, question: Question) -> Iterator[Verdict]:
    """The verdicts for these roles; the digits that decide are asked only where doubles leave it open."""
    if way.has_prior:
        yield from _with_prior(tree, way)
        return
    kind, screening = without_kl(tree, way), screened(tree)
    heads = frozenset.union(*screening.heads(way.head)) if screening.admits(way) else ()
    for name, reading in PARAMETERIZATIONS.items():
        if name in heads:
            yield judge_as(tree, way, reading, question.prior)
        else:
            yield Verdict(kind, Way(way, reading), None, question.prior)


def _with_prior(tree: Tree, way: Roles) -> Iterator[Verdict]:
    """The verdicts for roles with a prior, whose head is first read like the posterior's."""
    left, kind = not_ruled_out(tree, way), without_kl(tree, way)
    for name, reading in PARAMETERIZATIONS.items():
        usual = name if way.prior_head else "std"
        found = None
        for other in sorted(PARAMETERIZATIONS, key=lambda one: one != usual) if way.prior_head else (usual,):
            if left[name, other]:
                found = judge_as(tree, way, reading, prior_reading=PARAMETERIZATIONS[other])
                if found.kl:
                    break
        is_kl = found is not None and found.kl is not None
        if not is_kl or other != usual:
            yield Verdict(kind, Way(way, reading, PARAMETERIZATIONS[usual]))
        if found is not None and is_kl:
            yield found
