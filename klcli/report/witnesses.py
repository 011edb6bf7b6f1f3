"""What the witnesses of a closed form say: their lines, their verdict, what they could have missed."""

from __future__ import annotations

from klcli.gaussian.agreement import Witness
from klcli.gaussian.divergence import Unit
from klcli.report.document import Fact
from klcli.report.estimators import estimate_remark, estimate_text
from klcli.report.wording import about, percent, verdict_of

__all__ = ["Witness", "conclusion", "integral_fact", "sampling_fact"]


def integral_fact(found: Witness, unit: Unit) -> Fact:
    """The line of the integral."""
    return Fact("integral", f"{about(found.value)} {unit}", verdict_of(found))


def sampling_fact(found: Witness, unit: Unit) -> Fact:
    """The line of Monte Carlo, with its error and what makes it reproducible."""
    return Fact("Monte Carlo", f"{estimate_text(found)} {unit}", estimate_remark(found))


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
        return "The estimate has no error bar and confirms nothing; --estimator k1 has one."
    if integral.detects is None:
        return "The closed form and the integral agree on 0; the estimate confirms nothing."
    if integral.detects > 1:
        return "Too small to be seen in floating point: neither witness confirms it."
    return (
        "The closed form and the integral agree; it would have seen errors of "
        f"{percent(integral.detects)} or more. The estimate has no error bar and confirms nothing."
    )
