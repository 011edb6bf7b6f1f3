"""Helper variables whose names and whose values say alike that a formula takes them for something else.

``std = exp(logvar / 2)`` is a standard deviation by its own name and by that of logvar. A formula that is
right only where it is a variance is right by chance.
"""

from __future__ import annotations

from math import isclose

from klcli.formula.traversal import free_symbols, substitute
from klcli.formula.tree import Symbol, Tree
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Doubles
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.judge.verdict import Verdict
from klcli.names.means_and_spreads import suggested

_CLOSE = 1e-9
"""Relative: far above the rounding of doubles, far below what another formula is off."""
_POINTS = (0.37, 0.59, 0.81)
"""Values of all symbols: between 0 and 1 every reading has a value, that of a logistic function, too."""


def is_named_otherwise(program: Tree, taken: Tree, verdict: Verdict) -> bool:
    """Whether a helper that is taken for a head is computed as its name says, and the verdict says otherwise.

    Args:
        program: the formula with the helper's value put in.
        taken: the formula with the helper as a symbol.
        verdict: on that.
    """
    roles, own = verdict.roles, free_symbols(program)
    heads = ((roles.head, verdict.parameterization), (roles.prior_head, verdict.prior_parameterization))
    for head, held in heads:
        stated = suggested(head) if head and head not in own else None
        # That the formula takes the exponential of what is one already is no such chance, and said by itself.
        if not (head and held and stated) or stated == held.name or held.name.startswith("log"):
            continue
        for base in own:
            reading = suggested(base)
            if reading is None:
                continue
            sigma = substitute(PARAMETERIZATIONS[reading].sigma, {"s": Symbol(base)})
            value = substitute(PARAMETERIZATIONS[stated].head, {"sigma": sigma})
            if have_same_values(program, substitute(taken, {head: value})):
                return True
    return False


def have_same_values(one: Tree, other: Tree) -> bool:
    """Whether two formulas have the same values at some points, as far as doubles can tell."""
    names = {*free_symbols(one), *free_symbols(other)}
    try:
        return all(
            isclose(evaluate(one, given, Doubles()), evaluate(other, given, Doubles()), rel_tol=_CLOSE)
            for given in (dict.fromkeys(names, point) for point in _POINTS)
        )
    except ArithmeticError:
        return False
