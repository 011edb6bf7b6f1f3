"""The numbers that other code would print for the same posteriors, so that papers can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from klcli.latents.statistics import Statistics
from klcli.latents.summary import Summary
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Convention:
    """One way to reduce the KL of a table to a number.

    Attributes:
        name: how it is reduced.
        value: the number, in nats where it does not say otherwise.
    """

    name: str
    value: float


def conventions(found: Statistics, about: Summary, beta: float | None = None) -> Iterator[Convention]:
    """Every way, the usual one first.

    Args:
        found: of one example or more.
        about: what they say.
        beta: the weight of the KL in a loss; None where nobody asked for it.
    """
    examples, latents, free = found.examples, found.latents, found.free_bits
    yield Convention("sum over latents, mean over examples", about.mean)
    yield Convention("the same in bits", about.mean / log(2))
    yield Convention("mean over latents and examples", about.mean / latents)
    yield Convention("sum over latents and examples", found.kl.total)
    if beta is not None:
        yield Convention(f"{beta:g} times sum over latents, mean over examples", beta * about.mean)
    if free > 0:
        of_latents = sum(max(latent.kl, free) for latent in about.latents)
        yield Convention(
            f"free bits: {free:g} nats of every latent, after the mean over examples", of_latents
        )
        yield Convention(
            f"free bits: {free:g} nats of every latent and example", found.free_entries / examples
        )
        yield Convention(
            f"free bits: {free * latents:g} nats of every example in total", found.free_examples / examples
        )
