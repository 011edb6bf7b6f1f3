"""What the witnesses of a closed form say: their lines, their verdict, what they could have missed."""

from __future__ import annotations

from klcli.gaussian.agreement import Witness
from klcli.gaussian.divergence import Unit
from klcli.report.document import Fact
from klcli.report.wording import about, percent, verdict_of, with_error

__all__ = ["Witness", "conclusion", "integral_fact", "sampling_fact"]


def integral_fact(found: Witness, unit: Unit) -> Fact:
    """The line of the integral."""
    return Fact("integral", f"{about(found.value)} {unit}", verdict_of(found))


def sampling_fact(found: Witness, unit: Unit) -> Fact:
    """The line of Monte Carlo, with its error and what makes it reproducible."""
    z = "" if found.z is None else f"z = {found.z:+.2f}, "
    run = f"{z}{found.samples:,} samples, seed {found.seed}"
    estimate = with_error(found.value, found.standard_error)
    return Fact("Monte Carlo", f"≈ {estimate} {unit}", f"{verdict_of(found)}; {run}")


def conclusion(integral: Witness | None, sampled: Witness) -> str:
    """What closed form and witnesses say together, with what each witness could have missed."""
    count = "All three" if integral else "Both"
    witnesses = [found for found in (sampled, integral) if found]
    if not all(found.agrees for found in witnesses):
        among = "the three" if integral else "the two"
        return f"The witnesses contradict each other: one of {among} is wrong."
    missed = [found.detects for found in witnesses if found.detects is not None]
    if not missed:
        return f"{count} agree on 0."
    if min(missed) > 1:
        return "Too small to be seen in floating point: no witness contradicts it, and none confirms it."
    seen = f"{count} agree. Monte Carlo would have seen an error of {percent(missed[0])} or more"
    return f"{seen}, the integral one of {percent(missed[1])}." if integral else f"{seen}."
