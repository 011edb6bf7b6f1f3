"""What a function of u = log q - log p is in expectation, and what its gradient optimises.

A value h(u) is averaged over samples of q or of p. With samples of q the mean of u is KL(q || p), that of
e^-u is 1, that of u e^-u is -KL(p || q); with samples of p it is the other way round.

A gradient is the mean of g(u) times the gradient of log q, over samples that do not move with it. It belongs
to the loss whose gradient it is: with samples of q a g of 1 gives 0 and u gives that of KL(q || p), as the
mean of the gradient of log q is 0, and e^-u gives that of -KL(p || q), being an average over p of the
gradient of log q. In general g = f + f' gives that of the mean of f(u). With samples of p, which stay where
they are, g = f' does.

Source of the table: J. Schulman, Approximating KL divergence (2020), for k1, k2, k3; the gradients follow
from the two sentences above.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.judge.shapes.length_polynomials import added_up
from klcli.judge.spaces.log_ratios.rational_factors import Factors

SamplingSide: TypeAlias = Literal["q", "p"]
Combination: TypeAlias = Mapping[str, Fraction]
"""A sum of known quantities, by their names with ``{q}`` and ``{p}`` in them."""

ONE = ""
KL_QP, KL_PQ = "KL({q} || {p})", "KL({p} || {q})"
_CHI_QP, _CHI_PQ = "chi2({q} || {p})", "chi2({p} || {q})"
_L1 = "sum|{q} - {p}|"
NOTHING = "nothing"

_HALF, _ONE = Fraction(1, 2), Fraction(1)


def _mean(function: str, sampler: str) -> str:
    return f"E_{{{sampler}}}[{function}]"


_EXPECTATIONS: Mapping[SamplingSide, Mapping[str, Combination]] = {
    "q": {
        "1": {ONE: _ONE},
        "u": {KL_QP: _ONE},
        "exp(-u)": {ONE: _ONE},
        "exp(u)": {ONE: _ONE, _CHI_QP: _ONE},
        "u exp(-u)": {KL_PQ: -_ONE},
        "u exp(u)": {_mean("u exp(u)", "q"): _ONE},
        "u^2": {_mean("u^2", "q"): _ONE},
        "|u|": {_mean("|u|", "q"): _ONE},
    },
    "p": {
        "1": {ONE: _ONE},
        "u": {KL_PQ: -_ONE},
        "exp(-u)": {ONE: _ONE, _CHI_PQ: _ONE},
        "exp(u)": {ONE: _ONE},
        "u exp(-u)": {_mean("u exp(-u)", "p"): _ONE},
        "u exp(u)": {KL_QP: _ONE},
        "u^2": {_mean("u^2", "p"): _ONE},
        "|u|": {_mean("|u|", "p"): _ONE},
    },
}
_GRADIENTS: Mapping[SamplingSide, Mapping[str, Combination]] = {
    "q": {
        "1": {},
        "u": {KL_QP: _ONE},
        "exp(-u)": {KL_PQ: -_ONE},
        "exp(u)": {_CHI_QP: _HALF},
        "u exp(-u)": {_mean("u^2", "p"): _HALF},
        "u exp(u)": {_mean("u exp(u)", "q"): _HALF, _CHI_QP: -_HALF / 2},
        "u^2": {_mean("u^2", "q"): _ONE, KL_QP: Fraction(-2)},
        "sign(u)": {_L1: _ONE},
    },
    "p": {
        "1": {KL_PQ: -_ONE},
        "u": {_mean("u^2", "p"): _HALF},
        "exp(-u)": {_CHI_PQ: -_ONE},
        "exp(u)": {},
        "u exp(-u)": {_mean("u exp(-u)", "p"): -_ONE, _CHI_PQ: -_ONE},
        "u exp(u)": {KL_QP: _ONE},
        "u^2": {_mean("u^3", "p"): Fraction(1, 3)},
        "sign(u)": {_mean("|u|", "p"): _ONE},
    },
}


def combined(factors: Factors, table: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The sum of the rows of a table, each with its factor."""
    found: dict[str, Fraction] = {}
    for name, factor in factors.items():
        for quantity, share in table[name].items():
            found[quantity] = found.get(quantity, Fraction(0)) + factor * share
    return {quantity: factor for quantity, factor in found.items() if factor}


def expectation(value: Factors, sampler: SamplingSide) -> Combination:
    """The mean of a function of u over samples."""
    return combined(value, _EXPECTATIONS[sampler])


def optimised(gradient: Factors, sampler: SamplingSide) -> Combination:
    """The loss whose gradient the mean of g(u) times the gradient of log q is, over samples that are held."""
    return combined(gradient, _GRADIENTS[sampler])


def without_one(quantities: Combination) -> Combination:
    """A loss without its constant, which no gradient knows."""
    return {name: factor for name, factor in quantities.items() if name != ONE}


def said(quantities: Combination, q: str, p: str) -> str:
    """``chi2(p || q) - KL(p || q)``; ``nothing`` for no terms.

    Args:
        quantities: with what multiplies each.
        q: what the distribution is called that is trained.
        p: what the other one is called.
    """
    # What is added comes first, a constant last.
    ordered = sorted(quantities.items(), key=lambda item: (item[0] == ONE, item[1] < 0))
    return added_up((factor, name.format(q=q, p=p)) for name, factor in ordered) or NOTHING
