"""Which symbol of a formula is the mean, which the head, and which belong to a prior of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TypeVar

from klcli.errors import KlcliError
from klcli.formula.traversal import free_symbols
from klcli.formula.tree import Tree
from klcli.names.means_and_spreads import is_mean, suggested
from klcli.names.posterior_or_prior import is_prior, without_side
from klcli.values import dataclass

T = TypeVar("T")

MOST_SYMBOLS = 4
"""A mean and a head of each of the two Gaussians."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The symbols of a formula by what they are; None for what does not occur in it.

    A prior without symbols is a fixed one. A prior with a head of its own and no mean has the mean 0, one
    with a mean and no head the standard deviation 1.
    """

    mean: str | None
    head: str | None
    prior_mean: str | None = None
    prior_head: str | None = None

    @property
    def names(self) -> tuple[str | None, str | None, str | None, str | None]:
        """The symbols in their order."""
        return self.mean, self.head, self.prior_mean, self.prior_head

    def given(self, *values: T) -> dict[str, T]:
        """Values in the order of the roles, or the first of them, by the symbols that have them."""
        return {name: value for name, value in zip(self.names, values, strict=False) if name}

    @property
    def has_prior(self) -> bool:
        """Whether the prior has symbols of its own."""
        return self.prior_mean is not None or self.prior_head is not None


def roles(tree: Tree) -> tuple[Roles, ...]:
    """The ways in which the symbols can be mean and head of one Gaussian, the likelier first.

    If one of two names is that of a mean (``mu``, ``z_mean``), there is no other way: a formula with both
    exchanged is wrong. Otherwise the one that holds is found by trying.

    Raises:
        KlcliError: no symbol, or more than two.
    """
    names = free_symbols(tree)
    if len(names) > 2 or not names:
        shown = ", ".join(names) or "no symbol"
        raise KlcliError(
            f"a formula of one mean and one head was expected, this one has {shown}",
            "for example 'mine=-1/2 (1 + s - mu^2 - e^s)'",
        )
    ways = _of_one(names)
    named = [way for way in ways if way.head and way.mean and is_mean(way.mean)]
    return (named[0],) if len(named) == 1 else ways


def exchanged(role: Roles) -> Roles:
    """The mean as the head, and the head as the mean."""
    return Roles(role.head, role.mean)


def possible_roles(names: Sequence[str], *, mean: str | None, head: str | None) -> tuple[Roles, ...]:
    """Every way in which up to four symbols can be mean, head, and mean and head of a prior.

    The ways that the names suggest come first; none is left out for its names.

    Args:
        names: the symbols.
        mean: the mean of the posterior, if it is known.
        head: its head, if it is known.
    """
    if len(names) <= 2:
        ways = list(_of_one(tuple(names)))
        if len(names) == 2:
            ways += [Roles(None, first, None, second) for first, second in permutations(names)]
    # A Gaussian, and a mean or a head of the other one.
    elif len(names) == 3:
        ways = [Roles(one, two, three) for one, two, three in permutations(names)]
        ways += [Roles(one, two, None, three) for one, two, three in permutations(names)]
    else:
        ways = [Roles(one, two, three, four) for one, two, three, four in permutations(names)]
    wanted = [way for way in ways if mean in (None, way.mean) and head in (None, way.head)]
    return tuple(sorted(wanted, key=strangeness))


def _of_one(names: tuple[str, ...]) -> tuple[Roles, ...]:
    if len(names) == 1:
        lone_mean, lone_head = Roles(names[0], None), Roles(None, names[0])
        return (lone_mean, lone_head) if is_mean(names[0]) else (lone_head, lone_mean)
    first, second = Roles(*names), Roles(*reversed(names))
    return (second, first) if is_mean(names[1]) and not is_mean(names[0]) else (first, second)


def strangeness(way: Roles) -> int:
    """How many of the names contradict their roles."""
    strange = 0
    # Counted from 0, the posterior is N0 in KL(N0 || N1), and N1 beside a prior N0: it may be either.
    from_zero = any(name and name.endswith("0") for name in way.names)
    for name, mean, prior in (
        (way.mean, True, False),
        (way.head, False, False),
        (way.prior_mean, True, True),
        (way.prior_head, False, True),
    ):
        if name is not None:
            # A mean and a head that are exchanged count twice as much as a mean that is called a spread, and
            # that twice as much as a name of the other side.
            strange += 4 * (is_mean(name) != mean) + 2 * (mean and suggested(name) is not None)
            is_counted = from_zero and name[-1:] in "01"
            strange += not is_counted and is_prior(name) is (not prior)
    pairs = ((way.mean, way.prior_mean), (way.head, way.prior_head))
    strange += sum(bool(q and p) and without_side(q or "") != without_side(p or "") for q, p in pairs)
    own = ((way.mean, way.head), (way.prior_mean, way.prior_head)) if from_zero else ()
    strange += sum({mean[-1:], head[-1:]} == {"0", "1"} for mean, head in own if mean and head)
    return strange + (way.mean is None and way.has_prior)
