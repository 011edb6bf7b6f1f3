"""What the witnesses of a closed form say: their lines, their verdict, what they could have missed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from klcli.formula.numeral import significant
from klcli.gaussian.divergence import Unit
from klcli.report.document import Block, Fact, Facts, Paragraph
from klcli.report.estimators import estimate_remark, estimate_text, target_block
from klcli.report.wording import about, percent, verdict_of
from klcli.witness.estimators import DEFAULT_ESTIMATOR
from klcli.witness.examination import Witness
from klcli.witness.target import Target

__all__ = ["closed_form_fact", "conclusion", "findings"]


def closed_form_fact(
    value: float, spread: float, shift: float | None, unit: Unit, digits: Decimal | None
) -> Fact:
    """The line of the closed form, with both of its terms."""
    exact = about(value) if digits is None else f"≈ {digits}"
    parts = f"spread {significant(spread)}" + ("" if shift is None else f" + shift {significant(shift)}")
    return Fact("closed form", f"{exact} {unit}", parts, "strong")


def findings(
    closed_form: Fact,
    integral: Witness | None,
    sampled: Witness | None,
    unit: Unit,
    target: Target | None,
) -> Iterator[Block]:
    """The closed form and its witnesses, and what they say together."""
    facts = [closed_form]
    if integral:
        facts.append(Fact("integral", f"{about(integral.value)} {unit}", verdict_of(integral)))
    if sampled:
        facts.append(Fact("Monte Carlo", f"{estimate_text(sampled)} {unit}", estimate_remark(sampled)))
    yield Facts(tuple(facts))
    if sampled:
        agree = all(found.agrees is not False for found in (integral, sampled) if found)
        yield Paragraph(conclusion(integral, sampled), "good" if agree else "bad")
        if target:
            yield target_block(target, sampled, unit)


def conclusion(integral: Witness | None, sampled: Witness) -> str:
    """What closed form and witnesses say together, with what each witness could have missed."""
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
