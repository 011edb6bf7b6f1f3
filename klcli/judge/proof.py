"""Proves a verdict by algebra, for all means and all heads."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from klcli.formula.read.calls.normal_methods import NORMAL_DIVERGENCE_OF_VARIANCES
from klcli.formula.read.math_parser import known
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol, Tree, operation
from klcli.formula.value.arithmetic import Arithmetic, Symbols, evaluate
from klcli.formula.value.normal_form import NormalForm, NormalForms
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.recognized_constants import as_tree
from klcli.judge.verdict import Verdict

T = TypeVar("T")
_Moments: TypeAlias = tuple[T, T, T]

_POSTERIOR, _PRIOR = ("mu", "sigma^2"), ("m", "t")
"""Mean and variance of each, as a target has them."""


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
    first, second = (_PRIOR, _POSTERIOR) if verdict.kind == "reversed" else (_POSTERIOR, _PRIOR)
    moments = dict(zip("msnt", map(known, (*first, *second)), strict=True))
    body = substitute(known(NORMAL_DIVERGENCE_OF_VARIANCES), moments)
    return substitute(operation("+", operation("*", Symbol("k"), body), Symbol("c")), exact)


def is_proved(tree: Tree, verdict: Verdict) -> bool:
    """Whether a formula and what its verdict says have one normal form.

    What this proves has a value and holds for every mean and every head of the reading; it does not prove all
    that holds, and gives up where it would take long.
    """
    run = NormalForms()

    def moments(suffix: str, reading: Parameterization) -> _Moments[NormalForm]:
        head = run.symbol(f"s{suffix}", positive=reading.domain == "positive")
        return run.symbol(f"mu{suffix}"), head, evaluate(reading.sigma, {"s": head}, run)

    try:
        return run.is_zero(_difference(tree, verdict, run, moments))
    except ArithmeticError:
        return False


def is_shown_by_sympy(tree: Tree, verdict: Verdict) -> bool:
    """Whether sympy shows, within its time, that a formula is what its verdict says: a second witness.

    It cancels what divides, also where that is zero, and takes logarithms to be those of positive factors.
    """
    import sympy

    from klcli.formula.value.sympy_zero_test import vanishes

    run = Symbols()

    def moments(suffix: str, reading: Parameterization) -> _Moments[Any]:
        sigma = _within(reading, sympy.Symbol(f"sigma{suffix}", positive=True))
        mean = sympy.Symbol(f"mu{suffix}", real=True)
        head = evaluate(reading.head, {"sigma": sigma}, run)
        return mean, sympy.simplify(head) if reading.has_range else head, sigma

    try:
        return vanishes(_difference(tree, verdict, run, moments))
    except ArithmeticError:
        return False


def _within(reading: Parameterization, position: Any) -> Any:
    """Every sigma of a reading, as `Parameterization.within` has it, for every positive number."""
    least, most = reading.least, reading.most
    if not reading.has_range:
        return position
    return least + position if most is None else least + (most - least) * position / (1 + position)


def _difference(
    tree: Tree,
    verdict: Verdict,
    run: Arithmetic[T],
    moments: Callable[[str, Parameterization], _Moments[T]],
) -> T:
    """A formula minus what its verdict says that it is.

    `moments` gives a mean, a head, and the standard deviation that the head stands for under a reading; they
    are told apart from others by a suffix.

    Raises:
        ArithmeticError: one of the two has no value, or there is no exact expression of the verdict.
    """
    claimed = target(verdict)
    if claimed is None:
        raise ArithmeticError("a verdict with numbers that have no name")
    role = verdict.roles
    zero, one = run.number(Fraction(0)), run.number(Fraction(1))
    mean, head, sigma = moments("", verdict.parameterization)
    prior_reading = verdict.prior_parameterization or verdict.parameterization
    prior_mean, prior_head, prior_sigma = moments("_2", prior_reading)
    if role.head and role.head == role.prior_head:
        prior_head, prior_sigma = head, sigma  # one spread of both
    known = {
        "mu": mean if role.mean else zero,
        "sigma": sigma,
        "m": prior_mean if role.prior_mean else zero,
        "t": run.operate("*", prior_sigma, prior_sigma) if role.prior_head else one,
    }
    given = role.given(mean, head, prior_mean, prior_head)
    return run.operate("-", evaluate(tree, given, run), evaluate(claimed, known, run))
