"""The closed form for matrices, step by step: from the definition to one dimension.

Some steps hold in a special case: the unit prior, independent dimensions, one dimension. Before a
derivation is handed out, every step is evaluated at random Gaussians of its case to 50 digits and
compared with the one before. That the diagonal case is a sum over dimensions is proved with sympy.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from klcli.formula.read.math_parser import parse_matrices as parse
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol
from klcli.gaussian.derivation_step import ESSENTIAL, DerivationStep, rule_of_head, step_of
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence_result import Unit, per_unit
from klcli.gaussian.matrices.covariance import Covariance
from klcli.gaussian.multivariate.derivation_check import cases_of, first_unequal, is_closed, value_here
from klcli.gaussian.parameterization import PARAMETERIZATIONS, Parameterization
from klcli.values import dataclass, replace

DerivationCase: TypeAlias = Literal["any", "unit", "diagonal", "one"]
"""What a step holds for, each case within the one before: any two Gaussians, the unit prior, it and
independent dimensions, it and one dimension."""

_SAME = 1e-12
"""The relative difference that the rounding of both values can make."""

_STEPS: tuple[tuple[DerivationCase, str, str], ...] = (
    ("any", "!definition", "E_q[log q - log p]"),
    (
        "any",
        "log densities in {d} dimensions written out",
        "E_q[1/2 (d log(2 pi) + log|Sigma_2| + (x - mu_2)^T Sigma_2^-1 (x - mu_2))"
        " - 1/2 (d log(2 pi) + log|Sigma_1| + (x - mu_1)^T Sigma_1^-1 (x - mu_1))]",
    ),
    (
        "any",
        "{d log(2 pi)} cancels, logarithms and expectations collected",
        "1/2 (E_q[(x - mu_2)^T Sigma_2^-1 (x - mu_2)] - E_q[(x - mu_1)^T Sigma_1^-1 (x - mu_1)]"
        " + log(|Sigma_2|/|Sigma_1|))",
    ),
    (
        "any",
        "!a number is its own trace, and factors in a trace may be turned round:"
        " {E_q[(x - m)^T A (x - m)]} = {tr(A Sigma_1) + (mu_1 - m)^T A (mu_1 - m)}",
        "1/2 (tr(Sigma_2^-1 Sigma_1) + (mu_1 - mu_2)^T Sigma_2^-1 (mu_1 - mu_2) - d"
        " + log(|Sigma_2|/|Sigma_1|))",
    ),
    (
        "unit",
        "!unit prior: {mu_2} = 0, {Sigma_2} = I; {mu_1}, {Sigma_1} written {mu}, {Sigma}",
        "1/2 (tr(Sigma) + mu^T mu - d - log|Sigma|)",
    ),
    (
        "diagonal",
        "independent dimensions: {Sigma} = {diag(v)}, with the variances {v_j} = {sigma_j^2}",
        "1/2 (tr(diag(v)) + mu^T mu - d - log|diag(v)|)",
    ),
    (
        "diagonal",
        "!the trace is the sum of the variances, the determinant their product, {mu^T mu} the sum of squares:"
        " a sum over the dimensions, without trace and transpose",
        "sum_j 1/2 (v_j + mu_j^2 - 1 - log v_j)",
    ),
    ("one", "!one dimension; {-1/2} factored out", "-1/2 (2 log sigma - sigma^2 - mu^2 + 1)"),
)
"""A case, the rule that leads to a step in it, and its formula."""
_IN_HEAD = "-1/2 (l - v - mu^2 + 1)"


@dataclass(frozen=True, slots=True)
class MatrixStep:
    """A step and the case that it holds for.

    Attributes:
        step: with its value at the input, where it holds there.
        case: what it holds for.
    """

    step: DerivationStep
    case: DerivationCase


def derive(reading: Parameterization, unit: Unit = "nats", *, short: bool = False) -> tuple[MatrixStep, ...]:
    """The derivation in symbols.

    Args:
        reading: of the head in one dimension.
        unit: of the result.
        short: whether only the essential steps are wanted.

    Raises:
        RuntimeError: a step does not equal the one before, which would be an error in this module.
    """
    wanted = [row for row in _STEPS if row[1].startswith(ESSENTIAL) or not short]
    rows = [MatrixStep(step_of(words, formula, parse), case) for case, words, formula in wanted]
    rows.append(_in_head(reading))
    wrong = first_unequal([(row.step.tree, row.case) for row in rows], reading)
    if wrong is not None:
        raise RuntimeError(f"step {wrong + 1} does not equal the one before")
    return tuple(replace(row, step=replace(row.step, tree=per_unit(row.step.tree, unit))) for row in rows)


def derive_at(
    q: Gaussian[Covariance], p: Gaussian[Covariance], value: float, *, short: bool = False
) -> tuple[MatrixStep, ...]:
    """The derivation, with the value of each closed form that holds at the input.

    Args:
        q: the posterior, small enough for exact arithmetic; with more dimensions no step has a value.
        p: the prior.
        value: KL(q || p) in nats, which each of them has to be.
        short: whether only the essential steps are wanted.

    Raises:
        RuntimeError: one of them is not, which would be an error in this module or in the value.
    """
    rows = derive(PARAMETERIZATIONS["std"], short=short)
    if not q.spread.is_exact:
        return rows
    cases, found = cases_of(q, p), []
    for row in rows:
        if row.case not in cases or not is_closed(row.step.tree):
            found.append(row)
            continue
        here = value_here(row.step.tree, q, p)
        if abs(here - value) > _SAME * value:
            raise RuntimeError(f"the step '{row.step.words}' gives {here} at the input and not {value}")
        found.append(replace(row, step=replace(row.step, value=value)))
    return tuple(found)


def _in_head(reading: Parameterization) -> MatrixStep:
    tree = substitute(parse(_IN_HEAD), {"l": reading.log_variance, "v": reading.variance})
    return MatrixStep(DerivationStep(rule_of_head(reading, Symbol("sigma"), reading.sigma), tree), "one")
