"""The verdict on a function of u = log q - log p: which estimator its factors are those of."""

from __future__ import annotations

from fractions import Fraction

from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation, EstimationKind
from klcli.judge.spaces.log_ratios.expectations_and_gradients import (
    KL_PQ,
    KL_QP,
    ONE,
    SamplingSide,
    expectation,
    optimised,
)
from klcli.judge.spaces.log_ratios.forms import (
    ABSOLUTE,
    CONTROL_VARIATE,
    K1,
    K2,
    K3,
    OUTCOMES,
    SURROGATE,
    WEIGHTED_K1,
    WEIGHTED_K3,
    EstimatorForm,
)
from klcli.judge.spaces.log_ratios.rational_factors import Factors
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class _Row:
    """A form: which, who draws the samples, and its factors."""

    form: EstimatorForm
    sampler: SamplingSide
    factors: Factors


def _row(form: EstimatorForm, sampler: SamplingSide, **factors: str) -> _Row:
    columns = {"one": "1", "u": "u", "uu": "u^2", "fall": "exp(-u)", "rise": "exp(u)"}
    columns |= {"ufall": "u exp(-u)", "urise": "u exp(u)", "size": "|u|"}
    return _Row(form, sampler, {columns[key]: Fraction(value) for key, value in factors.items()})


_ROWS = (
    _row(K1, "q", u="1"),
    _row(K1, "p", u="-1"),
    _row(K2, "q", uu="1/2"),
    _row(K3, "q", fall="1", u="1", one="-1"),
    _row(K3, "p", rise="1", u="-1", one="-1"),
    _row(WEIGHTED_K1, "p", urise="1"),
    _row(WEIGHTED_K1, "q", ufall="-1"),
    _row(WEIGHTED_K3, "p", urise="1", rise="-1", one="1"),
    _row(WEIGHTED_K3, "q", ufall="-1", fall="-1", one="1"),
    _row(ABSOLUTE, "q", size="1"),
)
"""The estimators by their factors; a row for p is one of KL(p || q)."""


def varying(factors: Factors) -> dict[str, Fraction]:
    """A function without its constant."""
    return {name: factor for name, factor in factors.items() if name != "1"}


def named(found: Estimation, *, stops: bool) -> Estimation | None:
    """What a program is by its factors; None where it is nothing of this space.

    Args:
        found: the program, with its function and what was set aside.
        stops: whether some of its gradients are stopped.
    """
    function = found.function
    if function.is_summand:
        return _summand(found)
    if function.value is None:
        return _surrogate(found) if stops else None
    if not varying(function.value):
        return _constant(found)
    if own := _match(found) or _control_variate(found):
        return own
    if varying(function.value).keys() in ({"exp(u)"}, {"exp(-u)"}):
        return replace(found, kind="not-kl", flaw="it is a ratio of probabilities, whose mean is 1")
    return replace(found, flaw=_flaw(function.value))


def _constant(found: Estimation) -> Estimation | None:
    """A value without u: a constant, perhaps with a gradient of its own."""
    gradient = found.function.gradient
    if not found.way.is_stated or gradient is None:
        return None
    if own := _surrogate(found):
        return own
    return replace(found, kind="not-kl", flaw="its value is a constant, whatever the log-probabilities are")


def _surrogate(found: Estimation) -> Estimation | None:
    """What has the gradient of a KL and not its value: ``stop(u) * log q``."""
    loss = optimised(found.function.gradient or {}, "q")
    if len(loss) != 1 or not loss.keys() <= {KL_QP, KL_PQ}:
        return None
    return replace(found, kind="other", form=SURROGATE, factor=next(iter(loss.values())))


def _match(found: Estimation) -> Estimation | None:
    """The estimator that a value is a multiple of, up to a constant."""
    matches = [own for row in _ROWS if (own := _as_row(found, row))]
    # What is taken off a reward is an estimate of samples of the policy, with a negative factor. Beside a
    # loss it may be one of samples of the reference; of a prior nobody draws any.
    is_penalty = found.way.is_sided and bool(found.others or found.weights)
    is_penalty = is_penalty and not (found.due > 0 and found.way.is_of_models)
    matches.sort(key=lambda one: (one.sampler != "q") if is_penalty else one.factor < 0)
    if not matches:
        return None
    best = matches[0]
    if not best.form.estimates:
        return replace(best, kind="other")
    if best.shift and best.form.is_telling and not best.others:
        return replace(best, kind="wrong", flaw=_constant_flaw(best))
    return best


def _as_row(found: Estimation, row: _Row) -> Estimation | None:
    """A value as a multiple of one estimator and a constant; None where it is none."""
    value, own = found.function.value or {}, varying(row.factors)
    if varying(value).keys() != own.keys():
        return None
    factors = {value[name] / factor for name, factor in own.items()}
    if len(factors) != 1:
        return None
    (factor,) = factors
    shift = value.get("1", Fraction(0)) - factor * row.factors.get("1", Fraction(0))
    return replace(found, kind="estimator", form=row.form, sampler=row.sampler, factor=factor, shift=shift)


def _constant_flaw(found: Estimation) -> str:
    if found.shift == found.factor:
        return f"the - 1 of {found.form.title} is missing: its mean is 1 too large"
    return f"the constant of {found.form.title} is off by {LengthMonomial(found.shift).text(())}"


def _control_variate(found: Estimation) -> Estimation | None:
    """Another value with the mean of a KL: k1 and a multiple of a ratio minus 1."""
    for sampler in ("q", "p"):
        mean = expectation(found.function.value or {}, sampler)
        if len(mean) == 1 and (factor := mean.get(KL_QP if sampler == "q" else KL_PQ, Fraction(0))) > 0:
            return replace(found, kind="estimator", form=CONTROL_VARIATE, sampler=sampler, factor=factor)
    return None


def _flaw(value: Factors) -> str:
    """What is wrong with a value that has the parts of an estimator."""
    parts = varying(value)
    ratios = [name for name in ("exp(-u)", "exp(u)") if name in parts]
    if len(ratios) == 1 and parts.keys() == {ratios[0], "u"}:
        sign = 1 if ratios[0] == "exp(-u)" else -1
        share = parts["u"] / parts[ratios[0]] * sign
        if share == -1:
            return "the ratio and the logarithm are of opposite directions: one of them has its sign flipped"
        return "the ratio, the logarithm and the constant do not belong together"
    if len(ratios) == 2:
        return "ratios of both directions are mixed"
    return "it is no estimate of a KL"


def _summand(found: Estimation) -> Estimation | None:
    """The terms of a sum over all outcomes, each weighed by its own probability."""
    mean = expectation(found.function.value or {}, "q") if found.function.value is not None else None
    kl = {name: factor for name, factor in (mean or {}).items() if name in (KL_QP, KL_PQ)}
    if mean is None or len(kl) != 1 or mean.keys() - kl.keys() - {ONE}:
        return None
    (name, factor), shift = *kl.items(), mean.get(ONE, Fraction(0))
    if factor < 0 and not found.others:
        return None
    kind: EstimationKind = "exact" if name == KL_QP or not found.way.is_of_models else "reversed"
    return replace(found, kind=kind, form=OUTCOMES, sampler="q", factor=factor, shift=shift)
