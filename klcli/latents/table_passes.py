"""From tables of posteriors to what they say: one pass over them, or two."""

from __future__ import annotations

from collections.abc import Callable

from klcli.errors import KlcliError
from klcli.latents.many_tables import Collected, TableQuestion
from klcli.latents.mutual_information import DRAWS, SummedDensities, mixture
from klcli.latents.posterior_blocks import Choice
from klcli.latents.prior_heads import prior_of
from klcli.latents.reporting_conventions import Convention, conventions
from klcli.latents.statistics import Statistics
from klcli.latents.summary import Summary, summary
from klcli.latents.thresholds import Thresholds
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class LatentQuestion:
    """What is asked of tables.

    Attributes:
        choice: which arrays are read.
        thresholds: what counts as active, and as collapsed.
        free_bits: nats of each latent that cost nothing, for the numbers of other code.
        beta: the weight of the KL, for the same.
        marginal: whether the marginal KL is estimated in a second pass, and not only its bound.
        seed: of that estimate.
    """

    choice: Choice
    thresholds: Thresholds = Thresholds()
    free_bits: float = 0.5
    beta: float | None = None
    marginal: bool = False
    seed: int = 0

    @property
    def of_tables(self) -> TableQuestion:
        """What has to be done with each table for it."""
        return TableQuestion(self.choice, self.free_bits, DRAWS if self.marginal else 0, self.seed)


@dataclass(frozen=True, slots=True)
class LatentAnswer:
    """What tables say.

    Attributes:
        collected: of their rows.
        summary: what these come to.
        conventions: the numbers that other code would print.
        interrupted: what a Ctrl-C left undone, in words; empty where nothing was.
    """

    collected: Collected
    summary: Summary
    conventions: tuple[Convention, ...]
    interrupted: str = ""


First = Callable[[TableQuestion], Collected]
Second = Callable[[TableQuestion, SummedDensities], SummedDensities]


def answered(question: LatentQuestion, first: First, second: Second) -> LatentAnswer:
    """The answer, from passes over the tables.

    Args:
        question: what is asked.
        first: collects the statistics of all rows.
        second: adds the densities of all rows to a mixture that has none of them yet.

    Raises:
        KlcliError: no row of which statistics can be made, or one where two are needed.
    """
    collected = first(question.of_tables)
    found = collected.statistics
    if not found.examples:
        raise _nothing(found)
    estimate, undone = None, "" if collected.is_whole else "the rest was not read"
    if question.marginal and collected.is_whole:
        try:
            estimate = _information(question, found, second)
        except KeyboardInterrupt:
            undone = "bounds stand in the place of what the second pass estimates"
    shared = None if question.choice.own_priors else prior_of(question.choice.prior)
    result = summary(found, question.thresholds, shared, estimate)
    return LatentAnswer(collected, result, tuple(conventions(found, result, question.beta)), undone)


def _information(question: LatentQuestion, found: Statistics, second: Second) -> tuple[float, float]:
    """The mutual information, in which no prior is, and its standard error, from a second pass."""
    if found.sample is None or found.examples < 2:
        raise KlcliError("--marginal needs two examples or more", "leave it out")
    summed = second(question.of_tables, mixture(found.sample, found.reading))
    if summed.count != found.examples:
        raise KlcliError(
            f"the second pass met {summed.count:,} examples, the first {found.examples:,}",
            "read the tables when nobody writes them any more",
        )
    return summed.information()


def _nothing(found: Statistics) -> KlcliError:
    """No row is good: say what is wrong with the first."""
    if not found.bad.count:
        return KlcliError("there is no row in what was read", "it has a row for each example")
    first = found.bad.first[0]
    hint = "only finite numbers have a finite KL"
    if "not > 0" in first.why:
        hint = "numbers that can be negative are logarithms: are these log-variances? --logvar NAME"
    return KlcliError(
        f"none of {found.bad.count:,} rows can be used: {first.file}, row {first.row:,}, {first.column}: "
        f"{first.why}",
        hint,
    )
