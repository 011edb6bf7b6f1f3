"""What a loss charges for a standard deviation, beside the KL: wrong formulas, heads that are read twice."""

from __future__ import annotations

from math import exp, inf, isclose, isfinite, log, sqrt
from typing import TYPE_CHECKING

from klcli.formula.traversal import substitute
from klcli.formula.value.arithmetic import evaluate
from klcli.formula.value.doubles import Grids
from klcli.gaussian import kernel
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.landscape import on_grid
from klcli.report.document import Axis, Curve, Plot

if TYPE_CHECKING:
    from klcli.judge.verification import Verification

_FROM, _TO, _POINTS = 0.05, 3.0, 240
"""From a twentieth to three times the prior's standard deviation, in steps of 1.7 %."""
SIGMAS = tuple(exp(log(_FROM) + log(_TO / _FROM) * place / (_POINTS - 1)) for place in range(_POINTS))
"""The standard deviations of a picture, evenly by their logarithms."""
_NEAR = 1e-12
"""Where the KL is 0, what is left of the rounding of its terms."""
_MEAN = 1.0
"""Where the mean is so far from the prior's, errors in its term are seen as well."""


def of_verification(found: Verification) -> Plot | None:
    """What a formula charges, beside the KL to its prior.

    None where it is not of one mean and one head, and where it is wrong in its sums alone: for one latent it
    would lie on the KL.
    """
    verdict = found.best.verdict
    role, prior, reading = verdict.roles, verdict.prior, verdict.parameterization
    if found.named or verdict.way.has_prior or not role.head or not found.words.has_proofs:
        return None
    center, spread = float(prior.mean), sqrt(prior.variance)
    mean = center + _MEAN * spread if role.mean else center
    sigmas = [sigma * spread for sigma in SIGMAS]
    truth = kernel.divergence(mean, sigmas, center, spread).tolist()
    (charged,) = on_grid(found.prepared.tree, role, reading, [mean], sigmas)
    if found.kind == "wrong" and all(
        isclose(*pair, abs_tol=_NEAR) for pair in zip(charged, truth, strict=True)
    ):
        return None
    where = f", at mu = {mean:.6g}" if role.mean else ""
    return _beside(
        f"what the formula charges for sigma{where}",
        Curve("charged", tuple(sigmas), tuple(charged)),
        Curve("KL", tuple(sigmas), tuple(truth)),
        f"{role.head} is read as {reading.meaning}.",
    )


def of_readings(sampled: Parameterization, charged: Parameterization, where: str = "") -> Plot:
    """What a KL that reads the head in one way charges for samples that read it in another, to N(0, 1).

    Args:
        sampled: how the samples read the head; their standard deviation is along.
        charged: how the KL reads it.
        where: the place that is spoken of; empty for none.
    """
    tree = substitute(charged.sigma, {"s": sampled.head})
    known = [[sigma if sampled.reaches(sigma) else float("nan") for sigma in SIGMAS]]
    (seen,) = evaluate(tree, {"sigma": known}, Grids())
    paid = [float(kernel.divergence(0.0, one)) if 0 < one < inf else float("nan") for one in seen]
    return _beside(
        f"what the KL charges for the samples{f', {where}' if where else ''}",
        Curve("charged", SIGMAS, tuple(paid)),
        Curve("KL", SIGMAS, tuple(kernel.divergence(0.0, list(SIGMAS)).tolist())),
        f"The samples read the head as {sampled.meaning}, the KL as {charged.meaning}; at mu = 0.",
    )


def _beside(title: str, charged: Curve, truth: Curve, remark: str) -> Plot:
    most = max(value for value in truth.y if isfinite(value))
    nats = Axis("nats", low=-most if min(charged.y) < 0 else -inf, high=most)
    return Plot(title, Axis("sigma"), nats, (charged,), truth, remark)
