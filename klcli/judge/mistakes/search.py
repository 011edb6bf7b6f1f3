"""Every small change of a formula that undoes a mistake at one place, in whatever space its rules are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from klcli.formula.program_reader import ProgramSource
from klcli.formula.tree import Tree
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.rules.rewriting import Site, sites
from klcli.judge.verdict import Verdict
from klcli.values import dataclass

S = TypeVar("S")
RewriteRule: TypeAlias = Callable[[Site, S], Iterator[Tree]]
"""For one node of a formula, the trees that may stand in its place; S is what a space knows of symbols."""


@dataclass(frozen=True, slots=True)
class Change:
    """A formula without a mistake, and the place of the rule that undoes it, the most telling being 0."""

    place: int
    mistake: Mistake
    tree: Tree


@dataclass(frozen=True, slots=True)
class UndoneMistake:
    """A mistake that is undone.

    Attributes:
        mistake: which.
        tree: the formula without it.
        verdict: what that is.
        source: the formula without it as it is written, once it is known to hold; None before.
    """

    mistake: Mistake
    tree: Tree
    verdict: Verdict
    source: ProgramSource | None = None


def changes(
    tree: Tree, rules: Sequence[tuple[Mistake, RewriteRule[S]]], setting: S, most: int | None = None
) -> Iterator[Change]:
    """Every change that undoes a mistake at one place, each formula once for every mistake.

    Args:
        tree: the formula.
        rules: what undoes which mistake.
        setting: what the rules know of its symbols.
        most: the number of changes after which the search ends.
    """
    nodes = list(sites(tree))
    found = 0
    for place, (mistake, rule) in enumerate(rules):
        seen = {tree}
        for site in nodes:
            for replacement in rule(site, setting):
                changed, before = site.put(replacement), len(seen)
                seen.add(changed)
                if len(seen) > before:
                    found += 1
                    yield Change(place, mistake, changed)
                    if found == most:
                        return
