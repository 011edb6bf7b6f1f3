"""The verdict on a formula under a reading: which KL it is, if it is one."""

from __future__ import annotations

from operator import attrgetter
from typing import Literal, TypeAlias, get_args

from klcli.formula.traversal import free_symbols, walk
from klcli.formula.tree import Call, Number, Operation, Tree
from klcli.formula.value.budget import remembered
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.judge.fixed_prior import kl_to_fixed_prior
from klcli.judge.roles import Roles, roles
from klcli.judge.scaled_kl import STANDARD, FixedPrior, ScaledKL
from klcli.judge.two_gaussians import kl_between
from klcli.judge.ways import Way
from klcli.values import dataclass

VerdictKind: TypeAlias = Literal["exact", "scaled", "other-prior", "reversed", "other", "wrong", "not-kl"]
KINDS: tuple[VerdictKind, ...] = get_args(VerdictKind)
"""The verdicts, the best first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a formula is when it is read in one way.

    Attributes:
        kind: the verdict.
        way: what its symbols are and mean.
        kl: the KL that it is a multiple of; None if it is none.
        prior: the fixed prior that it was held to, for a formula without a prior's symbols.
    """

    kind: VerdictKind
    way: Way
    kl: ScaledKL | None = None
    prior: FixedPrior = STANDARD

    @property
    def roles(self) -> Roles:
        """Which of the symbols are means and heads."""
        return self.way.roles

    @property
    def parameterization(self) -> Parameterization:
        """The reading of the posterior's head."""
        return self.way.reading

    @property
    def prior_parameterization(self) -> Parameterization | None:
        """The reading of the prior's head, if the prior has symbols of its own."""
        return self.way.prior_reading

    @property
    def rank(self) -> int:
        """The place of its kind among the verdicts, the best being 0."""
        return KINDS.index(self.kind)


def judge(tree: Tree, reading: Parameterization) -> Verdict:
    """The best verdict on a formula under a reading, over the roles that its symbols can have.

    It rests on agreement to 50 digits or more at ten points; it is not a proof.

    Raises:
        KlcliError: the formula has no symbol or more than two.
    """
    verdicts = [judge_as(tree, role, reading) for role in roles(tree)]
    return min(verdicts, key=attrgetter("rank"))


def exact_under(tree: Tree) -> tuple[str, ...]:
    """The names of the readings under which a formula is KL(q || N(0, 1)) itself."""
    return tuple(name for name, reading in PARAMETERIZATIONS.items() if judge(tree, reading).kind == "exact")


def judge_as(
    tree: Tree,
    role: Roles,
    reading: Parameterization,
    prior: FixedPrior = STANDARD,
    prior_reading: Parameterization | None = None,
) -> Verdict:
    """The verdict on a formula whose symbols have these roles, each head under its reading.

    Args:
        tree: the formula.
        role: its mean and heads.
        reading: what its head means.
        prior: the fixed prior, of a formula whose prior has no symbols of its own.
        prior_reading: what the prior's head means, where it has.
    """
    if prior_reading:
        prior, kl = STANDARD, kl_between(tree, role, reading, prior_reading)
    else:
        kl = kl_to_fixed_prior(tree, role, reading)
    kind = kind_of(kl, prior) if kl else without_kl(tree, role)
    return Verdict(kind, Way(role, reading, prior_reading), kl, prior)


def without_kl(tree: Tree, role: Roles) -> VerdictKind:
    """The verdict on what is no KL: whether it has the ingredients of one."""
    return "wrong" if _has_ingredients(tree, role) else "not-kl"


def kind_of(kl: ScaledKL, prior: FixedPrior) -> VerdictKind:
    """What a program is that was found to be a multiple of a KL, held to a fixed prior."""
    if kl.reverse:
        return "reversed"
    if not kl.is_to(prior):
        return "other-prior"
    return "exact" if kl.scale == 1 and kl.is_unshifted else "scaled"


def _is_transcendental(node: Tree) -> bool:
    match node:
        case Call(function):
            return function not in ("sqrt", "abs", "trunc")
        case Operation("^", Number(), exponent):
            return bool(free_symbols(exponent))
    return False


# The formulas and ways of one program.
@remembered(256)
def _has_ingredients(tree: Tree, role: Roles) -> bool:
    """Whether a formula looks like a KL at all: it has a head, and a logarithm or an exponential."""
    return (
        any(map(_is_transcendental, walk(tree))) and role.head is not None and role.head in free_symbols(tree)
    )
