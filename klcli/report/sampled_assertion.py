"""What ``assert_kl`` says of a function that draws samples: how its means lie beside the KL."""

from __future__ import annotations

from klcli.formula.numeral import significant
from klcli.gaussian.parameterization import Parameterization
from klcli.report.assert_kl import reduction_lines
from klcli.report.wording import percent
from klcli.trace.noisy_function_trials import Average, SampleAverages


def unaccepted_lines(name: str) -> list[str]:
    """What is said of a function that draws samples where that is not accepted."""
    text = f"{name} gives other values when it is called again: it draws samples, and is an estimate at best"
    return [
        text,
        "  accept     assert_kl(..., accept='estimator') holds the means of many calls against the KL",
    ]


def sampled_lines(
    name: str, found: SampleAverages | None, row: Parameterization, wanted: str | None, names: tuple[str, str]
) -> list[str]:
    """What is wrong with a function that draws samples; nothing if its means are those of the KL.

    Args:
        name: the function's.
        found: what many calls say; None where its result has no shape of a KL.
        row: what its head is to mean.
        wanted: the reduction that is demanded; None for those that are right by themselves.
        names: of its mean and head.
    """
    if found is None:
        return [f"{name} gives back something of another shape than a KL"]
    if not found.agrees:
        first = (
            f"{name} is no estimate of the KL for {row.meaning}"
            if found.worst.what == "value"
            else f"{name} has the value of the KL and another gradient, on average"
        )
        return [first, f"  worst      {_average_text(found.worst, found.samples, names)}"]
    return reduction_lines(name, found.reduction, wanted)


def mean_line(name: str, found: SampleAverages) -> str:
    """What holds of a function that draws samples, and which error would have been seen."""
    total = found.total
    mean = f"{significant(total.found)} \u00b1 {significant(total.error, 2)}"
    known = f"{mean}, the KL {significant(total.expected)}"
    text = f"{name}: the mean of {found.samples} samples an entry is {known}"
    return f"{text}; an error of {percent(found.detects)} would have been seen"


def _average_text(one: Average, samples: int, names: tuple[str, str]) -> str:
    where = (
        ""
        if one.mean is None or one.head is None
        else (f"at {names[0]} = {significant(one.mean)}, {names[1]} = {significant(one.head)} ")
    )
    what = "" if one.what == "value" else f"gradient of {one.what} "
    mean = f"{significant(one.found)} \u00b1 {significant(one.error, 2)} over {samples} samples"
    known = "the KL" if one.what == "value" else "that of the KL"
    apart = f"{one.z:.0f} standard errors" if one.error > 0 else "in every one of them"
    return f"{what}{where}{mean}, {known} is {significant(one.expected)}: {apart}"
