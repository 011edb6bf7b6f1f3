"""A way to read a formula: what its symbols are, and what those of the spread mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from klcli.gaussian.parameterization import Parameterization
from klcli.judge.roles import Roles
from klcli.values import dataclass, replace

Side: TypeAlias = Literal["q", "p"]
"""The posterior, or the prior."""


@dataclass(frozen=True, slots=True)
class Head:
    """The spread of one of the two Gaussians under a reading."""

    name: str
    side: Side
    reading: Parameterization


@dataclass(frozen=True, slots=True)
class Way:
    """What the symbols of a formula are.

    Attributes:
        roles: its means and heads.
        reading: what the posterior's head means.
        prior_reading: what that of the prior means, which may have none.
        further: other matrices of the two Gaussians: a Cholesky factor beside its covariance.
        dimensions: the symbols that stand for the number of dimensions.
    """

    roles: Roles
    reading: Parameterization
    prior_reading: Parameterization | None = None
    further: tuple[Head, ...] = ()
    dimensions: tuple[str, ...] = ()

    @property
    def has_prior(self) -> bool:
        """Whether the prior has symbols of its own."""
        return self.roles.has_prior

    @property
    def heads(self) -> tuple[Head, ...]:
        """Every head, the posterior's first; one that both Gaussians share is the posterior's."""
        role, found = self.roles, []
        if role.head:
            found.append(Head(role.head, "q", self.reading))
        if role.prior_head and self.prior_reading and role.prior_head != role.head:
            found.append(Head(role.prior_head, "p", self.prior_reading))
        return (*found, *self.further)

    @property
    def means(self) -> Mapping[str, Side]:
        """The means that have symbols, with their sides."""
        named: tuple[tuple[str | None, Side], ...] = ((self.roles.mean, "q"), (self.roles.prior_mean, "p"))
        return {name: side for name, side in named if name}

    def head(self, side: Side) -> Head | None:
        """The first head of a Gaussian."""
        return next((head for head in self.heads if head.side == side), None)

    @property
    def turned(self) -> Way:
        """The way with the two Gaussians exchanged, where both have a head of their own."""
        sides: Mapping[Side, Side] = {"q": "p", "p": "q"}
        heads = tuple(replace(head, side=sides[head.side]) for head in self.heads)
        return way_of(heads, {name: sides[side] for name, side in self.means.items()}, self.dimensions)

    def mean(self, side: Side) -> str | None:
        """The mean of a Gaussian."""
        return self.roles.mean if side == "q" else self.roles.prior_mean


def way_of(heads: tuple[Head, ...], means: Mapping[str, Side], dimensions: tuple[str, ...]) -> Way:
    """The way with these heads, of which the posterior has one.

    Args:
        heads: with their sides and readings.
        means: with their sides.
        dimensions: symbols that count dimensions.
    """
    q = next(head for head in heads if head.side == "q")
    p = next((head for head in heads if head.side == "p"), None)
    own = {side: name for name, side in means.items()}
    roles = Roles(own.get("q"), q.name, own.get("p"), p.name if p else None)
    further = tuple(head for head in heads if head not in (q, p))
    return Way(roles, q.reading, p.reading if p else None, further, dimensions)
