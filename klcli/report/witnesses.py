"""What an examination says: the closed form and its witnesses, their verdict, what they could have missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from klcli.formula.numeral import significant
from klcli.gaussian.divergence_result import ClosedForm, Unit
from klcli.report.document import DocumentBlock, Fact, FactList, Paragraph, Tone
from klcli.report.estimators import estimate_remark, estimate_text, target_block
from klcli.report.wording import about, percent, verdict_of
from klcli.witness.estimators import DEFAULT_ESTIMATOR
from klcli.witness.examination import Examination
from klcli.witness.examination_parts import Status
from klcli.witness.witness import Witness

_TONES: Mapping[Status, Tone] = {"agrees": "good", "disagrees": "bad", "unconfirmed": "bad"}


def findings(
    found: Examination, unit: Unit, *, dimension: int, missing: str = "", digits: Decimal | None = None
) -> Iterator[DocumentBlock]:
    """The closed form and its witnesses, and what they say together.

    Args:
        found: the examination, in `unit`.
        unit: of all values.
        dimension: of the distributions.
        missing: why there is no closed form; empty where that of Gaussians is asked for.
        digits: the closed form to as many as were asked for.
    """
    if found.status in ("infinite", "undetermined"):
        name = "KL(q || p)" if missing else "KL"
        yield Paragraph(f"{name} is {found.status}: {found.reason}.", "strong")
        return
    yield FactList(tuple(_facts(found, unit, dimension, missing, digits)))
    derived = _derived(found)
    if found.monte_carlo and derived:
        tone: Tone = "bad" if found.status == "disagrees" else "good"
        yield Paragraph(_conclusion(found.integral, found.monte_carlo), tone)
    elif not derived:
        yield Paragraph(_without_derivation(found), _TONES[found.status])
    if found.monte_carlo and found.target:
        yield target_block(found.target, found.monte_carlo, unit)


def _derived(found: Examination) -> bool:
    """Whether the closed form is one of Gaussians, which no witness has to confirm."""
    return found.closed_form is not None and not found.closed_form.source


def _facts(
    found: Examination, unit: Unit, dimension: int, missing: str, digits: Decimal | None
) -> Iterator[Fact]:
    yield _closed_form(found.closed_form, unit, missing, digits)
    integral, sampled = found.integral, found.monte_carlo
    if integral:
        remark = _verdict(found, integral)
        if not _derived(found):  # which is better known than the integral
            error = f"error below {significant(integral.rounding, 2)}"
            remark = error if integral.agrees is None else f"{remark}; {error}"
        yield Fact("integral", f"{about(integral.value)} {unit}", remark)
    elif missing and dimension > 1:
        yield Fact("integral", "none", "it is taken in one dimension only")
    if sampled:
        remark = estimate_remark(sampled, _verdict(found, sampled))
        yield Fact("Monte Carlo", f"{estimate_text(sampled)} {unit}", remark)


def _closed_form(terms: ClosedForm | None, unit: Unit, missing: str, digits: Decimal | None) -> Fact:
    """The line of the closed form, with both of its terms if it has them."""
    if terms is None:
        return Fact("closed form", "none", missing)
    exact = about(terms.value) if digits is None else f"≈ {digits}"
    shown = (("spread", terms.spread), ("shift", terms.shift))
    parts = " + ".join(f"{name} {significant(term)}" for name, term in shown if term is not None)
    return Fact("closed form", f"{exact} {unit}", parts, "strong")


def _verdict(found: Examination, one: Witness) -> str:
    if one.agrees is None:
        return "not held against anything"
    if found.bounds and one.detects is None:  # it was held against the bounds alone
        return "within the bounds" if one.agrees else "outside of the bounds"
    return verdict_of(one)


def _conclusion(integral: Witness | None, sampled: Witness) -> str:
    """What the closed form of Gaussians and its witnesses say, with what each of these could have missed."""
    witnesses = [found for found in (sampled, integral) if found]
    if any(found.agrees is False for found in witnesses):
        return f"The witnesses contradict each other: one of the {'three' if integral else 'two'} is wrong."
    if sampled.reason:
        return _without_sampling(integral)
    count = "All three" if integral else "Both"
    missed = [found.detects for found in witnesses if found.detects is not None]
    if len(missed) < len(witnesses):
        return f"{count} agree on 0."
    if min(missed) > 1:
        return "Too small to be seen in floating point: no witness contradicts it, and none confirms it."
    seen = f"{count} agree. Monte Carlo would have seen an error of {percent(missed[0])} or more"
    return f"{seen}, the integral one of {percent(missed[1])}." if integral else f"{seen}."


def _without_sampling(integral: Witness | None) -> str:
    """The conclusion where the estimate has no valid error bar."""
    if integral is None:
        return f"The estimate has no error bar and confirms nothing; --estimator {DEFAULT_ESTIMATOR} has one."
    if integral.detects is None:
        return "The closed form and the integral agree on 0; the estimate confirms nothing."
    if integral.detects > 1:
        return "Too small to be seen in floating point: neither witness confirms it."
    return (
        "The closed form and the integral agree; it would have seen errors of "
        f"{percent(integral.detects)} or more. The estimate has no error bar and confirms nothing."
    )


def _without_derivation(found: Examination) -> str:
    """What the values say of a prior that is no Gaussian, and what nothing could say."""
    if found.status == "disagrees":
        return "The witnesses contradict each other: one of them is wrong."
    if found.status == "unconfirmed":
        return f"Nothing confirms this value: {found.reason}."
    integral, sampled = found.integral, found.monte_carlo
    seen = ""
    if sampled and sampled.detects is not None:
        seen = f" Monte Carlo would have seen an error of {percent(sampled.detects)} or more."
    agree = sampled is not None and sampled.agrees
    if found.closed_form:
        return f"{'All three' if agree else 'Closed form and integral'} agree.{seen}"
    within = " and lie within the bounds" if found.bounds else ""
    if integral and agree:
        return f"Integral and Monte Carlo agree{within}; there is no closed form to hold them to.{seen}"
    what = "The integral" if integral else "Monte Carlo"
    return f"{what} lies within the bounds; there is no closed form, and nothing sharper to hold it to."
