"""What `klcli weight` says: a loss's beta, the decoder it is the ELBO of, the weight for another beta."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import log

from klcli.formula.numeral import decimal_text, significant
from klcli.judge.weight import REDUCTIONS, Counts, TwoTermLoss, Weighing
from klcli.report.csv_records import fields_of
from klcli.report.document import (
    CellTable,
    Document,
    DocumentBlock,
    Fact,
    FactList,
    Heading,
    Note,
    table_of,
)
from klcli.report.report import Report
from klcli.values import dataclass

_EXACT_DIGITS = 10
"""More are told as a decimal."""


@dataclass(frozen=True, slots=True)
class Information:
    """An amount of information in several units; None where a count is not known."""

    nats_per_example: float | None
    bits_per_example: float | None
    nats_per_latent: float | None
    bits_per_entry: float | None


@dataclass(frozen=True, slots=True)
class WeightAnalysis:
    """What was computed.

    Attributes:
        loss: the loss at the end of its schedule.
        scale: of the likelihood, at which beta is said.
        stages: the weights of the KL with what they come to; the last is that of the loss.
        wanted: the beta that is wanted.
        kl_weight: the weight of the KL that gives it.
        recon_weight: the weight of the error that gives it; None where none does.
        capacity: the C of |KL - C| in its units, if there is one.
        free_bits: what is free of each latent, in its units, if anything is.
    """

    loss: TwoTermLoss
    scale: Fraction
    stages: Sequence[tuple[Fraction, Weighing]]
    wanted: Fraction
    kl_weight: Fraction
    recon_weight: Fraction | None
    capacity: Information | None = None
    free_bits: Information | None = None


def information(per_latent: Fraction | None, per_example: Fraction | None, counts: Counts) -> Information:
    """Nats, of a latent or of an example, in all units.

    Args:
        per_latent: in nats; None where it follows from the other, or nothing is known.
        per_example: likewise.
        counts: how many latents and entries an example has.
    """
    if per_example is None and per_latent is not None and counts.latents:
        per_example = per_latent * counts.latents
    if per_latent is None and per_example is not None and counts.latents:
        per_latent = per_example / counts.latents
    bits = float(per_example) / log(2) if per_example is not None else None
    return Information(
        None if per_example is None else float(per_example),
        bits,
        None if per_latent is None else float(per_latent),
        bits / counts.size if bits is not None and counts.size else None,
    )


def weight_report(answer: WeightAnalysis) -> Report:
    """The report of a loss's weights."""
    loss, (weight, weighing) = answer.loss, answer.stages[-1]
    stages = [
        {"kl_weight": float(one), "beta": float(own.beta), "decoder_sigma": own.scale_of_one}
        for one, own in answer.stages
    ]
    return Report(
        data={
            "schema": "klcli.weight/1",
            "likelihood": loss.likelihood.name,
            "recon_reduction": loss.recon.reduction,
            "recon_weight": float(loss.recon.weight),
            "kl_reduction": loss.kl.reduction,
            "kl_weight": float(weight),
            "kl_of": loss.owner,
            "counts": loss.counts,
            "scale": float(answer.scale),
            "beta": float(weighing.beta),
            "decoder_sigma": weighing.scale_of_one,
            "wanted_beta": float(answer.wanted),
            "kl_weight_for_beta": float(answer.kl_weight),
            "recon_weight_for_beta": None if answer.recon_weight is None else float(answer.recon_weight),
            "schedule": stages if len(stages) > 1 else (),
            **fields_of(answer, "capacity free_bits"),
            "warnings": tuple(_warnings(answer)),
        },
        rows=stages,
        document=Document(f"beta {_number(weighing.beta)}{_at(answer)}", tuple(_blocks(answer))),
        bare=decimal_text(weighing.beta) if _is_short(weighing.beta) else repr(float(weighing.beta)),
        holds=True,
    )


def _warnings(answer: WeightAnalysis) -> Iterator[str]:
    loss, counts = answer.loss, answer.loss.counts
    if REDUCTIONS[loss.kl.reduction][0]:
        yield f"a mean over {counts.latents:,} latents weighs the KL by 1/{counts.latents}"
    if loss.owner == "weights" and answer.stages[-1][1].beta > 1:
        times = significant(float(answer.stages[-1][1].beta))
        yield f"the KL of the weights counts {times} times for the whole data set"


def _blocks(answer: WeightAnalysis) -> Iterator[DocumentBlock]:
    yield FactList(tuple(_facts(answer)))
    if len(answer.stages) > 1:
        yield Heading("schedule")
        yield _schedule(answer)
    for text in _warnings(answer):
        yield Note("info", text)


def _facts(answer: WeightAnalysis) -> Iterator[Fact]:
    loss, (weight, weighing) = answer.loss, answer.stages[-1]
    size = f"{loss.counts.size:,} entries" if loss.counts.size else "entries"
    error = f"{loss.likelihood.words}, {_reduced(loss.recon.reduction, size)}"
    yield Fact("reconstruction", error, f"weight {_plain(loss.recon.weight)}")
    latents = f"{loss.counts.latents:,} latents" if loss.counts.latents else "latents"
    if loss.owner == "weights":
        reduced = f"of the network's weights, {loss.kl.reduction}"
    else:
        reduced = _reduced(loss.kl.reduction, latents)
    yield Fact("KL", reduced, f"weight {_plain(weight)}")
    yield Fact("beta", _number(weighing.beta), _at(answer).strip(), "strong")
    if weighing.scale_of_one is not None:
        yield Fact(loss.likelihood.scale, f"≈ {significant(weighing.scale_of_one)}", "at which beta is 1")
    label = f"for beta {_plain(answer.wanted)}"
    other = f"or a reconstruction weight {_number(answer.recon_weight)}" if answer.recon_weight else ""
    yield Fact(label, f"KL weight {_number(answer.kl_weight)}", other)
    for name, amount in (("capacity", answer.capacity), ("free bits", answer.free_bits)):
        if amount:
            yield Fact(name, *_amount(amount))


def _amount(amount: Information) -> tuple[str, str]:
    shown = (
        (amount.nats_per_example, "nats per example"),
        (amount.nats_per_latent, "nats per latent"),
        (amount.bits_per_example, "bits per example"),
        (amount.bits_per_entry, "bits per entry"),
    )
    first, *rest = [f"{significant(value)} {unit}" for value, unit in shown if value is not None]
    return first, ", ".join(rest)


def _schedule(answer: WeightAnalysis) -> CellTable:
    scale = answer.loss.likelihood.scale
    titles = ["KL weight", "beta", *[f"{scale} at which beta is 1"] * bool(scale)]
    rows = []
    for weight, weighing in answer.stages:
        of_one = "" if weighing.scale_of_one is None else significant(weighing.scale_of_one)
        shown = (significant(float(number)) for number in (weight, weighing.beta))
        rows.append([*shown, *[of_one] * bool(scale)])
    return table_of(titles, rows, numeric=titles)


def _reduced(reduction: str, what: str) -> str:
    entries, batch = REDUCTIONS[reduction]
    return f"{'mean' if entries else 'sum'} over the {what}, {'mean' if batch else 'sum'} over the batch"


def _at(answer: WeightAnalysis) -> str:
    name = answer.loss.likelihood.scale
    return f" at {name} {_plain(answer.scale)}" if name else ""


def _number(value: Fraction) -> str:
    """``= 1.536`` for what a short decimal is, ``≈ 0.333333`` for the rest."""
    return f"= {decimal_text(value)}" if _is_short(value) else f"≈ {significant(float(value))}"


def _plain(value: Fraction) -> str:
    return decimal_text(value) if _is_short(value) else significant(float(value))


def _is_short(value: Fraction) -> bool:
    return Fraction(significant(float(value), _EXACT_DIGITS)) == value
