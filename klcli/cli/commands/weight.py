"""``klcli weight``: the effective beta of a loss, from its reductions and weights."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import click

from klcli.cli.help import Command
from klcli.cli.options.types import AValue, ShapeType, Whole
from klcli.cli.options.words import WordChoice
from klcli.cli.output import Settings, output_options
from klcli.errors import KlcliError
from klcli.formula.numeral import parse_numeral
from klcli.judge.weight import (
    LIKELIHOODS,
    REDUCTIONS,
    Counts,
    TwoTermLoss,
    WeightedTerm,
    kl_weight_for,
    recon_weight_for,
    weigh,
)
from klcli.report.report import Report
from klcli.report.weight import Information, WeightAnalysis, information, weight_report
from klcli.values import replace

_A_WEIGHT = "1/128"
"""As it can be typed."""
_LARGEST = 10**15
"""Every whole number up to here is exact as a double, which most readers of JSON make of it."""

_EPILOG = """\b
Examples:
  klcli weight --recon mse --recon-reduction mean --size 3,64,64 --kl-weight 0.00025
  klcli weight --recon mse --recon-reduction mean --recon-weight 10 --size 3,64,64 --kl-reduction mean \
--latents 32
  klcli weight --recon bce --recon-reduction mean --size 784 --kl-weight 0,0.0005,0.001 --beta 4
  klcli weight --recon cross-entropy --kl-of weights --kl-weight 1/60000 --examples 60000
  klcli weight --recon bce --size 784 --latents 20 --free-bits 0.5 --capacity 25

Reductions: sum-mean sums over the entries of an example and averages over the batch, which is what the ELBO
of one example does; mean averages over both, sum sums over both, mean-sum averages over the entries only.
A schedule is a list, 0,0.5,1: what counts is its end. The status is 0; there is nothing to fail.
-q prints the bare beta.
"""


class _Ratios(AValue):
    """Exact decimals or quotients of them, separated by commas."""

    name = "X[,X...]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        name = param.opts[-1] if param else "value"
        return tuple(_ratio(part, name) for part in str(value).split(","))


class _Ratio(AValue):
    """One exact decimal, or a quotient of two."""

    name = "X"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if isinstance(value, Fraction) else _ratio(value, param.opts[-1] if param else "value")


class _Size(ShapeType):
    """How many entries a shape has."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if isinstance(value, int) else prod(super().convert(value, param, ctx))


def _ratio(text: str, name: str) -> Fraction:
    above, *below = text.split("/")
    number = parse_numeral(above, name, _A_WEIGHT)
    for part in below:
        divisor = parse_numeral(part, name, _A_WEIGHT)
        if divisor == 0:
            raise KlcliError(f"{name} divides by 0", f"for example {name} {_A_WEIGHT}")
        number /= divisor
    return number


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--recon",
    type=WordChoice(tuple(LIKELIHOODS)),
    default="mse",
    help=f"{', '.join(LIKELIHOODS)}; default mse.",
)
@click.option(
    "--recon-reduction",
    type=WordChoice(tuple(REDUCTIONS)),
    default="sum-mean",
    help=f"{', '.join(REDUCTIONS)}; default sum-mean.",
)
@click.option("--recon-weight", type=_Ratio(), default="1", help="What multiplies it; default 1.")
@click.option("--size", type=_Size(), help="Entries of one example, such as 3,64,64 or 784.")
@click.option(
    "--kl-reduction",
    type=WordChoice(tuple(REDUCTIONS)),
    help="The same of the KL over latents and batch; default sum-mean, of weights sum.",
)
@click.option(
    "--kl-weight", type=_Ratios(), default="1", help="What multiplies it, or a schedule; default 1."
)
@click.option(
    "--kl-of",
    type=WordChoice(("examples", "weights")),
    default="examples",
    help="Whose KL: of each example's latents, or of a network's weights; default examples.",
)
@click.option("--latents", type=_Size(), help="Latents of one example, or weights of the network.")
@click.option("--batch", type=Whole(1, _LARGEST, 128), help="Examples in a batch.")
@click.option(
    "--examples", type=Whole(1, _LARGEST, 60_000), help="Examples in the data set, for --kl-of weights."
)
@click.option("--batches", type=Whole(1, _LARGEST, 469), help="The same in batches.")
@click.option(
    "--decoder-sigma",
    type=_Ratio(),
    default="1",
    help="At which sigma (or Laplace scale) of the decoder beta is said; default 1.",
)
@click.option("--beta", type=_Ratio(), default="1", help="The beta that is wanted; default 1.")
@click.option("--capacity", type=_Ratio(), help="The C of |KL - C|, for the KL as it is reduced.")
@click.option("--free-bits", type=_Ratio(), help="Nats of each latent that cost nothing.")
@output_options
def weight(settings: Settings, **given: Any) -> tuple[Report, Settings]:
    """What the weight of a KL means: the effective beta, without any code.

    A loss that averages its squared error over the pixels and sums its KL has another beta than its weight
    says. This is the arithmetic: beta per example, the decoder sigma at which it is 1, and the weight that
    a wanted beta needs.
    """
    return weight_report(_answer(**given)), settings


def _answer(
    *,
    recon: str,
    recon_reduction: str,
    recon_weight: Fraction,
    size: int | None,
    kl_reduction: str | None,
    kl_weight: tuple[Fraction, ...],
    kl_of: Any,
    latents: int | None,
    batch: int | None,
    examples: int | None,
    batches: int | None,
    decoder_sigma: Fraction,
    beta: Fraction,
    capacity: Fraction | None,
    free_bits: Fraction | None,
) -> WeightAnalysis:
    for value, name in ((decoder_sigma, "--decoder-sigma"), (beta, "--beta")):
        if value <= 0:
            raise KlcliError(f"{name} must be > 0, got {value}", f"for example {name} 1")
    counts = Counts(size, latents, batch, examples, batches)
    reduction = kl_reduction or ("sum" if kl_of == "weights" else "sum-mean")
    loss = TwoTermLoss(
        LIKELIHOODS[recon],
        WeightedTerm(recon_weight, recon_reduction),
        WeightedTerm(kl_weight[-1], reduction),
        counts,
        kl_of,
    )
    stages = [
        (one, weigh(replace(loss, kl=WeightedTerm(one, reduction)), decoder_sigma)) for one in kl_weight
    ]
    return WeightAnalysis(
        loss,
        decoder_sigma,
        stages,
        beta,
        kl_weight_for(beta, loss, decoder_sigma),
        recon_weight_for(beta, loss, decoder_sigma),
        _capacity(capacity, reduction, counts) if capacity is not None else None,
        _free(free_bits, counts) if free_bits is not None else None,
    )


def _capacity(nats: Fraction, reduction: str, counts: Counts) -> Information:
    """A capacity is held against the KL as it is reduced: one latent, one example, or a batch."""
    of_entries, of_batch = REDUCTIONS[reduction]
    if nats < 0:
        raise KlcliError(f"--capacity must be >= 0, got {nats}", "for example --capacity 25")
    if not of_batch:
        if counts.batch is None:
            raise KlcliError("a KL summed over the batch is held to its capacity", "for example --batch 128")
        nats /= counts.batch
    return information(nats, None, counts) if of_entries else information(None, nats, counts)


def _free(nats: Fraction, counts: Counts) -> Information:
    if nats < 0:
        raise KlcliError(f"--free-bits must be >= 0, got {nats}", "for example --free-bits 0.5")
    return information(nats, None, counts)
