"""How the KL that a formula was found to be is written: ``1/2 KL(N(mu, exp(s)) || N(0, 1)) + 1/2``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from klcli.formula.minimal_edits import in_habit
from klcli.formula.tree import Symbol
from klcli.judge.loss_context.preparation import Prepared
from klcli.judge.recognized_constants import added_text, constant_text
from klcli.judge.scaled_kl import ScaledKL
from klcli.judge.shapes.length_polynomials import LengthPolynomial
from klcli.judge.verdict import Verdict
from klcli.judge.ways import Head, Side, Way
from klcli.names.counts import is_dimension
from klcli.names.losses import is_mask
from klcli.values import dataclass

if TYPE_CHECKING:
    from klcli.judge.verification import Verification


@dataclass(frozen=True, slots=True)
class GaussianText:
    """A Gaussian in the notation of a formula: its mean and its variance, or covariance."""

    mean: str
    variance: str

    @property
    def text(self) -> str:
        """``N(mu, exp(logvar))``."""
        return f"N({self.mean}, {self.variance})"


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
    otherwise comes to that. It has the weight of the KL where the whole is weighed: ``beta/2``.
    """
    text = _constant_of_one(verdict, prepared)
    aside = prepared.aside
    weights = [name for name in aside.weights if not is_mask(name)]
    if text == "0" or not aside.is_evenly_weighed or not (weights or aside.divisors):
        return text
    factor = f"({text})" if " " in text or "/" in text else text
    sign = "-" if text == "-1" else ""
    above = sign + " ".join([*([factor] if text not in ("1", "-1") else []), *weights] or ["1"])
    below = " ".join(aside.divisors)
    return f"{above}/{below if ' ' not in below else f'({below})'}" if below else above


def _constant_of_one(verdict: Verdict, prepared: Prepared) -> str:
    """What is added where every weight is 1."""
    assert verdict.kl
    if verdict.kl.per_dimension:
        return _with_size(verdict.kl)
    sums, shift = prepared.reductions, verdict.kl.shift
    constant = sums.constant or LengthPolynomial()
    if not sums.counted.powers or (not shift and not constant.terms):
        return constant_text(shift)
    if isinstance(shift, Fraction):
        whole = sums.scale.times(shift, sums.counted.powers)
        return constant.plus(whole).text(sums.lengths)
    often = sums.counted.times(sums.scale.factor, sums.scale.powers).text(sums.lengths)
    each = f"({constant_text(shift)}) {often}" if often != "1" else constant_text(shift)
    return f"{each} + {constant.text(sums.lengths)}" if constant.terms else each


def _with_size(kl: ScaledKL) -> str:
    """``1/2 d``, ``-1/4 d + 1``."""
    size = constant_text(kl.per_dimension)
    size = f"({size})" if " " in size else size
    of_size = {"1": "d", "-1": "-d"}.get(size, f"{size} d")
    return f"{of_size}{added_text(constant_text(kl.shift))}"


def shapes_text(prepared: Prepared) -> str:
    """For which shapes a verdict holds; empty where no shape matters."""
    sums = prepared.reductions
    if not sums.is_tried or prepared.program.language == "math" or not sums.counted.powers:
        return ""
    if sums.lengths == ("B",):
        return sums.layout
    arrays = {1: "means and heads of shape (d,), of one example", 2: "means and heads of shape (B, d)"}
    return "; ".join(filter(None, (arrays.get(len(sums.lengths)), sums.layout)))


def gaussian_text(found: Verification, verdict: Verdict, side: Side) -> GaussianText:
    """One side in the notation of the formula.

    Args:
        found: the answer.
        verdict: on it, under a way.
        side: q or p.
    """
    way, kl, words = verdict.way, verdict.kl, found.words
    if side == "q" or way.has_prior:
        mean = way.mean(side)
        shown = in_habit(found.program, Symbol(mean)) if mean else "0"
        return GaussianText(shown, words.spread(found.program, way, side))
    mean_of, variance = kl.to_fixed(verdict.prior) if kl else (verdict.prior.mean, verdict.prior.variance)
    return GaussianText(constant_text(mean_of), words.fixed_spread(variance))


def kl_text(found: Verification, verdict: Verdict) -> str:
    """``KL(N(mu, exp(logvar)) || N(0, 1))``."""
    q, p = (gaussian_text(found, verdict, side).text for side in ("q", "p"))
    return f"KL({p} || {q})" if verdict.kind == "reversed" else f"KL({q} || {p})"


def multiple_text(found: Verification, verdict: Verdict) -> str:
    """The KL with its factor and its constant: ``1/2 KL(...) + 1/2``."""
    scale = scale_text(verdict, found.prepared)
    factor = "" if scale == "1" else f"{scale} "
    return f"{factor}{kl_text(found, verdict)}{added_text(constant_of(verdict, found.prepared))}"


def condition_text(found: Verification) -> str:
    """``if and only if logvar is a log-variance``."""
    way = found.best.verdict.way
    alone = sum(candidate.kind == "exact" for candidate in found.candidates) == 1
    words = "if and only if" if found.best.kind == "exact" and alone else "if"
    return f"{words} {meanings_text(found, way)}"


def meanings_text(found: Verification, way: Way) -> str:
    """What the heads mean: ``s1 is a variance and s2 is one, too``."""
    first, *others = way.heads or (Head(str(way.roles.head), "q", way.reading),)
    parts = [f"{found.words.symbol(found.program, first.name)} is {first.reading.meaning}"]
    for head in others:
        meaning = "one, too" if head.reading is first.reading else head.reading.meaning
        parts.append(f"{found.words.symbol(found.program, head.name)} is {meaning}")
    for name in way.dimensions:
        if not is_dimension(name) and not name.startswith("dim_"):  # the length of a part
            parts.append(f"{found.words.symbol(found.program, name)} is the number of dimensions")
    return " and ".join(parts)
