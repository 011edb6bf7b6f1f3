"""How the KL that a formula was found to be is written: ``1/2 KL(N(mu, exp(s)) || N(0, 1)) + 1/2``."""

from __future__ import annotations

from fractions import Fraction

from klcli.formula.editing import in_habit
from klcli.formula.program import Program
from klcli.formula.tree import Symbol, substitute
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.constants import added_text, constant_text
from klcli.judge.counts import Polynomial
from klcli.judge.preparation import Prepared
from klcli.judge.verdict import Verdict
from klcli.judge.verification import Verification

__all__ = [
    "condition_text",
    "constant_of",
    "kl_text",
    "multiple_text",
    "prior_text",
    "scale_text",
    "shapes_text",
]


def scale_text(verdict: Verdict, prepared: Prepared) -> str:
    """The factor of the KL with what was set aside: ``1/2``, ``beta/batch_size``, ``1/d``."""
    assert verdict.kl
    sums = prepared.reductions
    scale = verdict.kl.scale
    lengths = {
        sign: [
            name if abs(power) == 1 else f"{name}^{abs(power)}"
            for name, power in zip(sums.lengths, sums.factor.powers, strict=False)
            if power * sign > 0
        ]
        for sign in (1, -1)
    }
    above = " ".join([*prepared.weights, *lengths[1]])
    below = " ".join([*prepared.divisors, *lengths[-1]])
    if isinstance(scale, Fraction):
        scale *= sums.factor.factor
    number = constant_text(scale)
    factor = above if above and scale == 1 else f"{number} {above}".strip()
    if not below:
        return factor
    plain = " " not in factor and "/" not in factor
    return f"{factor if plain else f'({factor})'}/{below if ' ' not in below else f'({below})'}"


def constant_of(verdict: Verdict, prepared: Prepared) -> str:
    """What is added to the KL: ``1/2`` for an entry, ``B d/2 - B/2`` for a batch; ``0`` for nothing.

    What is added to each latent is added as often as there are latents in the result; what the program counts
    otherwise comes to that.
    """
    assert verdict.kl
    sums, shift = prepared.reductions, verdict.kl.shift
    constant = sums.constant or Polynomial()
    if not sums.counted.powers or (not shift and not constant.terms):
        return constant_text(shift)
    if isinstance(shift, Fraction):
        whole = sums.scale.times(shift, sums.counted.powers)
        return constant.plus(whole).text(sums.lengths)
    often = sums.counted.times(sums.scale.factor, sums.scale.powers).text(sums.lengths)
    each = f"({constant_text(shift)}) {often}" if often != "1" else constant_text(shift)
    return f"{each} + {constant.text(sums.lengths)}" if constant.terms else each


def shapes_text(prepared: Prepared) -> str:
    """For which shapes a verdict holds; empty where no shape matters."""
    sums = prepared.reductions
    if not sums.is_tried or prepared.program.language == "math" or not sums.counted.powers:
        return ""
    arrays = {1: "means and heads of shape (d,), of one example", 2: "means and heads of shape (B, d)"}
    return "; ".join(filter(None, (arrays.get(len(sums.lengths)), sums.layout)))


def prior_text(program: Program, verdict: Verdict) -> tuple[str, str]:
    """The mean and the variance of the prior."""
    role, kl = verdict.roles, verdict.kl
    if role.has_prior:
        return _symbol(program, role.prior_mean), _variance(
            program, role.prior_head, verdict.prior_parameterization
        )
    if kl is None or kl.prior_mean is None or kl.prior_variance is None:
        return constant_text(verdict.prior.mean), constant_text(verdict.prior.variance)
    return constant_text(kl.prior_mean), constant_text(kl.prior_variance)


def _variance(program: Program, head: str | None, reading: Parameterization | None) -> str:
    """The variance in the notation of the formula: ``exp(logvar)``."""
    if head is None or reading is None:
        return "1"
    return in_habit(program, substitute(reading.variance, {"s": Symbol(head)}))


def _symbol(program: Program, name: str | None) -> str:
    """A mean in the notation of the formula; 0 for one that does not occur."""
    return in_habit(program, Symbol(name)) if name else "0"


def kl_text(program: Program, verdict: Verdict) -> str:
    """``KL(N(mu, exp(logvar)) || N(0, 1))``."""
    role = verdict.roles
    q = f"N({_symbol(program, role.mean)}, {_variance(program, role.head, verdict.parameterization)})"
    p = "N({}, {})".format(*prior_text(program, verdict))
    return f"KL({p} || {q})" if verdict.kind == "reversed" else f"KL({q} || {p})"


def multiple_text(found: Verification, verdict: Verdict) -> str:
    """The KL with its factor and its constant: ``1/2 KL(...) + 1/2``."""
    assert verdict.kl
    scale = scale_text(verdict, found.prepared)
    factor = "" if scale == "1" else f"{scale} "
    return f"{factor}{kl_text(found.program, verdict)}{added_text(constant_of(verdict, found.prepared))}"


def condition_text(found: Verification) -> str:
    """``if and only if logvar is a log-variance``."""
    verdict = found.best.verdict
    alone = sum(candidate.kind == "exact" for candidate in found.candidates) == 1
    words = "if and only if" if found.best.kind == "exact" and alone else "if"
    heads = f"{verdict.roles.head} is {verdict.parameterization.meaning}"
    prior = verdict.prior_parameterization
    if prior and verdict.roles.prior_head and verdict.roles.prior_head != verdict.roles.head:
        same = prior is verdict.parameterization
        heads += f" and {verdict.roles.prior_head} is {'one, too' if same else prior.meaning}"
    return f"{words} {heads}"
