"""Which symbols of a program are means and heads at all, and which belong to the loss around the KL.

A choice of means and heads is a hypothesis: whatever else there is must do no more, when it changes, than
multiply the formula and be added to it (see `klcli.judge.loss_context.symbol_influence`). Names only put the
hypotheses in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Number, Tree
from klcli.judge.loss_context.levelled_terms import levelled
from klcli.judge.loss_context.sums_of_kls import first_of_several
from klcli.judge.loss_context.symbol_influence import components, degree, influences, is_passive
from klcli.names.means_and_spreads import is_mean, suggested_beside
from klcli.names.posterior_or_prior import is_prior, without_side
from klcli.values import dataclass

_MOST = 4
"""A mean and a head of each of two Gaussians."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The symbols of a formula.

    Attributes:
        latent: means and heads.
        passive: what multiplies the formula or is added to it.
        partial: what multiplies a part of it and not the others.
    """

    latent: tuple[str, ...]
    passive: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()


def sorted_symbols(tree: Tree, arrays: Tree, kept: Collection[str]) -> Sorted:
    """Tell means and heads from all other symbols.

    Args:
        tree: the formula of one entry.
        arrays: the same on arrays.
        kept: symbols that are the mean or the head and must stay.
    """
    tree = levelled(tree)
    symbols = _Symbols(tree, frozenset(kept))
    if (one := symbols.one_of_several(arrays)) and is_passive(tree, one):
        return Sorted(one, tuple(name for name in symbols.names if name not in one))
    for hypotheses in symbols.by_means():
        for latent in hypotheses:
            passive = tuple(name for name in symbols.names if name not in latent)
            if not passive or (symbols.may_be_passive(latent, passive) and is_passive(tree, latent)):
                return Sorted(latent, passive)
        if len(symbols.names) > 2 and (found := symbols.with_parts(hypotheses)):
            return found
    return Sorted(symbols.names)


class _Symbols:
    """The symbols of one formula, by what is known of each alone."""

    def __init__(self, tree: Tree, kept: frozenset[str]) -> None:
        self.tree = tree
        self.names = free_symbols(tree)
        self.degrees = {name: degree(tree, name) for name in self.names} if len(self.names) > 1 else {}
        self.kept = kept.union(self._widowed())
        self.told = frozenset(self._told())

    def by_means(self) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        """Means and heads: first with all that is named like a mean, then without some of it."""
        means = set(filter(is_mean, self.names))
        found = list(dict.fromkeys(self.hypotheses()))
        return [one for one in found if means <= set(one)], [one for one in found if not means <= set(one)]

    def hypotheses(self) -> Iterator[tuple[str, ...]]:
        """Means and heads, the likeliest first."""
        if len(self.names) < 2:
            yield self.names
            return
        told = tuple(name for name in self.names if name in self.told)
        curved = tuple(name for name in self.names if name in told or self.degrees[name] in (2, None))
        if self._is_full(told):
            yield from self._parts(self._without_factors(told), whole_first=True)
        if curved != told:
            yield from self._parts(self._without_factors(curved), whole_first=False)

    def one_of_several(self, arrays: Tree) -> tuple[str, ...] | None:
        """The symbols of one Gaussian, where the KLs of several latents are added, on arrays as well."""
        if not self.degrees:
            return None
        means, heads = ([name for name in self.names if self.degrees[name] == own] for own in (2, None))
        found = first_of_several(self.tree, arrays, means, heads)
        return found if found and self.kept <= set(found) else None

    def may_be_passive(self, latent: Collection[str], passive: Sequence[str]) -> bool:
        """Whether symbols may be set aside: of two symbols only a factor, the other may be a lone mean."""
        if len(self.names) > 2:
            return True
        found = influences(self.tree, latent, passive)
        return all(one is not None and not one.added for one in found.values())

    def with_parts(self, hypotheses: Sequence[tuple[str, ...]]) -> Sorted | None:
        """The symbols where they cannot be set aside together: weights of parts are told from all others."""
        for latent in hypotheses:
            rest = [name for name in self.names if name not in latent]
            found = influences(self.tree, latent, rest)
            twins = set(map(without_side, latent))  # s_q beside s_p is a head, however it is missed
            parts = tuple(
                name
                for name in rest
                if found[name] is None and self.degrees[name] in (0, 1) and without_side(name) not in twins
            )
            passive = tuple(name for name in rest if name not in parts)
            one = substitute(self.tree, dict.fromkeys(parts, Number(Fraction(1))))
            if parts and is_passive(one, latent):
                return Sorted(latent, passive, parts)
        return None

    def _told(self) -> Iterator[str]:
        """The symbols whose names are those of a mean or a head, and their twins: s1 beside s2."""
        own = {name for name in self.names if name in self.kept or is_mean(name) or self._reading(name)}
        twins = {without_side(name) for name in own}
        yield from (name for name in self.names if name in own or without_side(name) in twins)

    def _widowed(self) -> Iterator[str]:
        """The only head of a Gaussian whose mean is there, if all of its terms but a line are lost.

        It looks like another term, as it does nothing to the rest.
        """
        sides = {name: side for name in self.names if (side := is_prior(name)) is not None}
        heads = {name for name in self.names if self.degrees.get(name, 0) is None or self._reading(name)}
        twins = set(map(without_side, heads))
        for name, side in sides.items():
            beside = [other for other in sides if other != name and sides[other] is side]
            is_named = name in heads or without_side(name) in twins
            if is_named and self.degrees.get(name) == 1 and not heads.intersection(beside):
                yield from (name for other in beside if is_mean(other))

    def _reading(self, name: str) -> str | None:
        return suggested_beside(name, self.names)

    def _has_head(self, names: Collection[str]) -> bool:
        return any(self.degrees[name] is None or self._reading(name) or name in self.kept for name in names)

    def _is_full(self, told: Sequence[str]) -> bool:
        """Whether the names alone give a mean and a head, or there is nothing else that could be the mean."""
        means = [name for name in told if is_mean(name) or name in self.kept]
        heads = [name for name in told if self._reading(name) or name in self.kept]
        others = [name for name in self.names if name not in told and self.degrees[name] == 2]
        return bool(heads) and bool(means or not others)

    def _without_factors(self, names: Sequence[str]) -> tuple[str, ...]:
        """The symbols without those that only multiply the whole, and without terms named like a mean.

        A negative power of a head may be one that two Gaussians share, as in (m - n)^2 / (2 s^2).
        """
        left = list(names)
        for name in names:
            rest = [other for other in left if other != name]
            if name in self.kept or not self._has_head(rest) or not self._has_curve(rest):
                continue
            if self._multiplies(name) or self._is_added_mean(name, rest):
                left = rest
        return tuple(left)

    def _has_curve(self, names: Collection[str]) -> bool:
        return any(self.degrees[name] is None for name in names)

    def _multiplies(self, name: str) -> bool:
        others = [other for other in self.names if other != name and self.degrees[other] not in (0, 1)]
        [group] = [own for own in components(self.tree, self.names) if name in own]
        if self._has_curve(near := [other for other in others if other in group]):
            others = near  # of terms beside it there may be any
        if self._reading(name) and self.degrees[name] != 1:
            return False
        if is_mean(name) and self.degrees[name] == 2:
            return False
        found = influences(self.tree, others, [name])[name]
        return found is not None and not found.is_additive

    def _is_added_mean(self, name: str, rest: Collection[str]) -> bool:
        """Whether a symbol is named like a mean and is another term: ``recon_mean``."""
        if not is_mean(name) or self.degrees[name] != 1 or not any(self.degrees[one] == 2 for one in rest):
            return False
        others = [other for other in self.names if other != name]
        found = influences(self.tree, others, [name])[name]
        return found is not None and found.is_additive

    def _parts(self, names: tuple[str, ...], *, whole_first: bool) -> Iterator[tuple[str, ...]]:
        """The symbols, and those of them that are left without terms that stand for themselves."""
        groups = components(self.tree, names)
        lone = any(len(group) == 1 and not self._has_curve(group) for group in groups)
        apart = len(groups) > 1 and any(map(self._is_complete, groups))
        whole = [names] if len(names) <= _MOST else []
        smaller = self._smaller(names, groups)
        yield from (*whole, *smaller) if whole_first or not (lone or apart) else (*smaller, *whole)

    def _is_complete(self, group: Collection[str]) -> bool:
        """Whether terms that stand for themselves have a mean and a head, as those of a reversed KL do.

        A symbol named like one of theirs belongs to them: s1 beside s2, whatever was done to its terms.
        """
        twins = {without_side(name) for name in group}
        alone = all(without_side(name) not in twins for name in self.names if name not in group)
        return alone and self._has_curve(group) and any(self.degrees[name] == 2 for name in group)

    def _smaller(self, names: Sequence[str], groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Fewer terms, those with all named symbols first; what must stay is in all of them.

        Where a mean and a head belong together, no other terms do, and as many as can be otherwise.
        """
        found = []
        for count in range(len(groups) - 1, 0, -1):
            for chosen in combinations(groups, count):
                own = {name for group in chosen for name in group}
                means = any(self.degrees[name] == 2 or is_mean(name) for name in own)
                if len(own) <= _MOST and self._has_curve(own) and means and self.kept <= own:
                    strange = len(self.told - own), count > 1 and any(map(self._is_complete, chosen))
                    found.append((strange, tuple(name for name in names if name in own)))
        return [own for _, own in sorted(found, key=lambda entry: entry[0])]
