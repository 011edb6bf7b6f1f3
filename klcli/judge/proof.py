"""Proves a verdict by algebra, with sympy, for all means and all heads."""

from __future__ import annotations

from klcli.formula.algebra import vanishes
from klcli.formula.arithmetic import Symbols, evaluate
from klcli.formula.notation import parse
from klcli.formula.tree import Tree, operation, substitute
from klcli.judge.constants import as_tree
from klcli.judge.verdict import Verdict

__all__ = ["is_proved", "target"]

_KL = parse("1/2 (sigma^2/t + (mu - m)^2/t - 1 - 2 log sigma + log t)")
_REVERSED = parse("1/2 (t/sigma^2 + (mu - m)^2/sigma^2 - 1 + 2 log sigma - log t)")
"""KL(N(mu, sigma^2) || N(m, t)) and the reversed, with moments of the Gaussian (Kullback, 1959)."""


def target(verdict: Verdict) -> Tree | None:
    """What a verdict says that the formula is, in mu, sigma, m and t; None if that is no exact expression.

    For a prior with symbols of its own, m is its mean and t its variance.
    """
    kl = verdict.kl
    if kl is None:
        return None
    found = {"k": as_tree(kl.scale), "c": as_tree(kl.shift)}
    if verdict.prior_parameterization is None:
        assert kl.prior_mean is not None
        assert kl.prior_variance is not None
        found |= {"m": as_tree(kl.prior_mean), "t": as_tree(kl.prior_variance)}
    exact = {name: tree for name, tree in found.items() if tree is not None}
    if len(exact) < len(found):
        return None
    body = _REVERSED if verdict.kind == "reversed" else _KL
    return substitute(operation("+", operation("*", parse("k"), body), parse("c")), exact)


def is_proved(tree: Tree, verdict: Verdict) -> bool:
    """Whether sympy shows, within its time, that a formula is what its verdict says."""
    import sympy

    claimed = target(verdict)
    if claimed is None:
        return False
    run = Symbols()
    sigma, prior_sigma = sympy.symbols("sigma sigma_2", positive=True)
    mean, prior_mean = sympy.symbols("mu mu_2", real=True)
    role = verdict.roles
    known = {
        "mu": mean if role.mean else sympy.Integer(0),
        "sigma": sigma,
        "m": prior_mean if role.prior_mean else sympy.Integer(0),
        "t": prior_sigma**2 if role.prior_head else sympy.Integer(1),
    }
    try:
        values = {
            role.mean: mean,
            role.head: evaluate(verdict.parameterization.head, {"sigma": sigma}, run),
            role.prior_mean: prior_mean,
        }
        if verdict.prior_parameterization:
            head = verdict.prior_parameterization.head
            values[role.prior_head] = evaluate(head, {"sigma": prior_sigma}, run)
        given = {name: value for name, value in values.items() if name}
        difference = evaluate(tree, given, run) - evaluate(claimed, known, run)
    except ArithmeticError:
        return False
    return vanishes(difference)
