"""What `klcli compute --prior` says of a prior that is no Gaussian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isinf

from klcli.formula.numeral import decimal_text, significant
from klcli.formula.tree import Tree
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit
from klcli.gaussian.priors.bounds import Bound
from klcli.gaussian.priors.densities import CONFIRMED, Product
from klcli.gaussian.priors.mixture import Mixture
from klcli.gaussian.priors.reading import OtherPrior
from klcli.report.document import Block, Document, Fact, Facts, Heading, Note, Paragraph, Tone
from klcli.report.other_prior_data import OtherComputation, computation, parameter_text
from klcli.report.report import Report
from klcli.report.wording import about, normal_text, percent, reading_text, with_error
from klcli.witness.estimators import DEFAULT_ESTIMATOR
from klcli.witness.other_priors import Appraisal, Evidence, Status

__all__ = ["other_prior_report"]

_MOST_COMPONENTS = 4
_TONES: Mapping[Status, Tone] = {"agrees": "good", "disagrees": "bad", "unconfirmed": "bad"}
_SCORES = "where y = (x - loc)/scale has the mean o = (mu - loc)/scale and the spread r = sigma/scale"
_NO_STEPS = "no steps: the derivation is that of a Gaussian prior"


def other_prior_report(
    q: Gaussian, prior: OtherPrior, unit: Unit, found: Appraisal, *, steps: bool
) -> Report:
    """The report of a divergence to a mixture or to a distribution of scipy.stats.

    Args:
        q: the posterior.
        prior: as it was read.
        unit: of all values.
        found: the values and what they were held against.
        steps: whether to say that there are no steps.
    """
    data = computation(q, prior, unit, found, tuple(_warnings(prior, found)))
    title = ("KL(q || p) of q = ", *normal_text(q), " and p = ", *_prior_text(prior))
    blocks = tuple(_blocks(q, prior, data, steps=steps))
    holds = found.status in ("agrees", "infinite")
    return Report(data, [_row(data)], Document(title, blocks), _bare(data), holds)


def _prior_text(prior: OtherPrior) -> Iterator[str | Tree]:
    """``0.3 N(-1, 0.1^2) + 0.7 N(1, 0.5^2)`` or ``t(df = 3, loc = 0, scale = 1)``."""
    p = prior.distribution
    if isinstance(p, Mixture):
        for place, (weight, part) in enumerate(zip(p.weights, p.components, strict=True)):
            if place == _MOST_COMPONENTS:
                yield f" + ... ({len(p.components)} components)"
                return
            yield f"{' + ' if place else ''}{decimal_text(weight)} "
            yield from normal_text(part)
    else:
        yield f"{p.factors[0].name}({parameter_text(p)})"


def _warnings(prior: OtherPrior, found: Appraisal) -> Iterator[str]:
    p, sampled = prior.distribution, found.monte_carlo
    if isinstance(p, Product) and found.integral and p.factors[0].name not in CONFIRMED:
        yield (
            f"the log density is that of scipy.stats.{p.factors[0].name}; integral and Monte Carlo share it, "
            "so they cannot see an error in it"
        )
    if found.integral and sampled and sampled.agrees is None:
        yield (
            "log q - log p has such heavy tails under q that so many draws do not know their own standard "
            "error: Monte Carlo was not held against anything"
        )


def _row(data: OtherComputation) -> dict[str, object]:
    """One record for CSV."""
    integral, sampled = data.integral, data.monte_carlo
    return {
        "divergence": data.divergence,
        "prior": data.inputs.prior.text,
        "unit": data.unit,
        "closed_form": data.closed_form.value,
        "integral": integral and integral.value,
        "monte_carlo": sampled and sampled.value,
        "standard_error": sampled and sampled.standard_error,
        "z": sampled and sampled.z,
        "samples": sampled and sampled.samples,
        "seed": sampled and sampled.seed,
        **{f"{row.kind} bound: {row.name}": row.value for row in data.bounds},
        "status": data.status,
    }


def _bare(data: OtherComputation) -> str:
    """The best value there is."""
    for found in (data.closed_form, data.integral, data.monte_carlo):
        if found and found.value is not None:
            return repr(found.value)
    return data.status


def _blocks(q: Gaussian, prior: OtherPrior, data: OtherComputation, *, steps: bool) -> Iterator[Block]:
    yield Paragraph(f"reading: {reading_text(q)}")
    yield Paragraph(f"prior's reading: {data.inputs.prior.reading}")
    if q.dimension > 1:
        yield Paragraph(_jointly(prior, q.dimension))
    if data.status in ("infinite", "undetermined"):
        yield Paragraph(f"KL(q || p) is {data.status}: {data.reason}.", "strong")
    else:
        yield Facts(tuple(_facts(data, q.dimension)))
        yield Paragraph(_conclusion(data), _TONES[data.status])
    yield from (Note("warning", warning) for warning in data.warnings)
    if data.bounds:
        yield Heading("bounds")
        yield Facts(tuple(_bound(row, data.unit) for row in data.bounds))
        yield Paragraph("; ".join(dict.fromkeys(row.source for row in data.bounds if row.source)), "muted")
    if data.closed_form.formula:
        yield Heading("closed form")
        yield Paragraph(f"{data.closed_form.formula}, {_SCORES}")
        yield Paragraph(data.closed_form.source, "muted")
    if steps:
        yield Paragraph(_NO_STEPS, "muted")


def _jointly(prior: OtherPrior, dimension: int) -> str:
    if isinstance(prior.distribution, Mixture):
        return (
            f"the prior is one mixture in {dimension} dimensions, no product of mixtures: "
            "a component is chosen for all of them together"
        )
    return "the dimensions of the prior are independent; the KL is the sum"


def _facts(data: OtherComputation, dimension: int) -> Iterator[Fact]:
    exact = data.closed_form
    if exact.value is None:
        yield Fact("closed form", "none", exact.reason)
    else:
        yield Fact("closed form", f"{about(exact.value)} {data.unit}", "", "strong")
    if data.integral:
        error = f"error below {significant(data.integral.rounding, 2)}"
        remark = error if data.integral.agrees is None else f"{_verdict(data.integral)}; {error}"
        yield Fact("integral", f"{about(data.integral.value)} {data.unit}", remark)
    elif dimension > 1:
        yield Fact("integral", "none", "it is taken in one dimension only")
    if data.monte_carlo:
        sampled = data.monte_carlo
        value = f"≈ {with_error(sampled.value, sampled.standard_error)} {data.unit}"
        z = "" if sampled.z is None else f"z = {sampled.z:+.2f}, "
        named = "" if sampled.estimator == DEFAULT_ESTIMATOR else f"{sampled.estimator}, "
        run = f"{z}{named}{sampled.samples:,} samples, seed {sampled.seed}"
        yield Fact("Monte Carlo", value, f"{_verdict(sampled)}; {run}")


def _verdict(found: Evidence) -> str:
    if found.agrees is None:
        return "not held against anything"
    if found.detects is None:  # it was held against the bounds alone
        return "within the bounds" if found.agrees else "outside of the bounds"
    return "agrees" if found.agrees else "disagrees"


def _bound(row: Bound, unit: Unit) -> Fact:
    value = "infinite" if isinf(row.value) else f"{about(row.value)} {unit}"
    side = "KL <=" if row.kind == "upper" else "KL >="
    weak = "; KL >= 0 says more" if row.kind == "lower" and row.value < 0 else ""
    shown = f"{side} {value}".replace("= ≈", "=")
    return Fact(f"{row.kind} bound", shown, f"{row.name}: {row.formula}{weak}")


def _conclusion(data: OtherComputation) -> str:
    """What the values say together, and what nothing could say."""
    if data.status == "disagrees":
        return "The witnesses contradict each other: one of them is wrong."
    if data.status == "unconfirmed":
        return f"Nothing confirms this value: {data.reason}."
    exact, integral, sampled = data.closed_form.value is not None, data.integral, data.monte_carlo
    seen = ""
    if sampled and sampled.detects is not None:
        seen = f" Monte Carlo would have seen an error of {percent(sampled.detects)} or more."
    if exact:
        return f"{'All three' if sampled and sampled.agrees else 'Closed form and integral'} agree.{seen}"
    within = " and lie within the bounds" if data.bounds else ""
    if integral and sampled and sampled.agrees:
        return f"Integral and Monte Carlo agree{within}; there is no closed form to hold them to.{seen}"
    what = "The integral" if integral else "Monte Carlo"
    return f"{what} lies within the bounds; there is no closed form, and nothing sharper to hold it to."
