"""Posteriors out of files: blocks of named arrays become rows with their priors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.parameterization import Parameterization
from klcli.latents.prior_heads import prior_heads, prior_means
from klcli.latents.rows import Rows
from klcli.names.posterior_arrays import spread_called
from klcli.tables.files import open_file
from klcli.tables.formats.detection import open_arrays
from klcli.tables.inputs import Input
from klcli.tables.named_arrays import Arrays
from klcli.tables.paired import HEAD, MEAN, paired
from klcli.tables.posteriors import Posteriors, array_of, posteriors
from klcli.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class Choice:
    """Which arrays are what, as far as it was said.

    Attributes:
        mean: the name of the means; None to find it.
        heads: the name of the spreads by their reading; empty to find it.
        prior: one Gaussian for all examples.
        own_priors: the names of arrays with the means and the spreads of each example's own prior, under the
            reading of the posteriors; None where `prior` is that of all.
    """

    mean: str | None
    heads: Mapping[str, str]
    prior: Gaussian[Heads]
    own_priors: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An open table, and what its arrays are."""

    arrays: Arrays
    found: Posteriors
    choice: Choice
    order: int

    @property
    def latents(self) -> int:
        return self.arrays.shapes[self.found.mean][1]

    @property
    def reading(self) -> Parameterization:
        return self.found.reading


def opened(
    given: Input, choice: Choice, stack: ExitStack, advance: Callable[[int], None] | None = None
) -> Opened:
    """A table; its files are open as long as the stack.

    Args:
        given: its files.
        choice: which of its arrays are what.
        stack: closes the files.
        advance: is told of bytes that were read.

    Raises:
        KlcliError: a file that cannot be read, or arrays that are not found.
    """
    arrays = []
    for path in given.paths:
        source = stack.enter_context(open_file(path))
        source.advance = advance
        arrays.append(open_arrays(source))
    if len(arrays) == 1:
        return of_arrays(arrays[0], choice, given.order)
    named = replace(choice, mean=MEAN, heads=dict.fromkeys(choice.heads, HEAD))
    return of_arrays(paired(*arrays), named, given.order)


def of_arrays(arrays: Arrays, choice: Choice, order: int = 0) -> Opened:
    """The same of arrays that are already open.

    Args:
        arrays: of a table.
        choice: which of them are what.
        order: the place of the table among all.

    Raises:
        KlcliError: the arrays of the posteriors or of their priors are not among them.
    """
    found = posteriors(arrays, choice.mean, choice.heads)
    if choice.own_priors:
        mean, head = (array_of(arrays, name, "--prior-arrays") for name in choice.own_priors)
        _check_prior_shape(arrays, mean, found)
        _check_prior_shape(arrays, head, found)
        _check_prior_reading(head, found)
    return Opened(arrays, found, choice, order)


def _check_prior_shape(arrays: Arrays, name: str, found: Posteriors) -> None:
    (rows, width), (wanted_rows, wanted) = arrays.shapes[name], arrays.shapes[found.mean]
    if width not in (1, wanted):
        raise KlcliError(
            f"{name} has {width} numbers in a row, the posteriors have {wanted} latents",
            "each example's prior has one number for each latent, or one for all",
        )
    if rows != wanted_rows:
        raise KlcliError(
            f"{name} has {rows:,} row{'s' * (rows != 1)} of {width} numbers, {found.mean} has "
            f"{wanted_rows:,} of {wanted}",
            "a row for each example; a prior that serves all is given in numbers, such as --prior-mu 0.5",
        )


def _check_prior_reading(head: str, found: Posteriors) -> None:
    """Refuse a spread that is called another one than it would be read as.

    A name that the posteriors' own spreads share says nothing: whoever chose their reading knows better.
    """
    called = spread_called(head)
    if called not in (None, found.reading.name, spread_called(found.head)):
        raise KlcliError(
            f"{head} is called a {called}, and the posteriors' {found.head} is a {found.reading.name}",
            f"both are of one kind: write the prior's as {found.reading.name}; if they are, call them so",
        )


def rows_of(table: Opened) -> Iterator[Rows]:
    """All rows of a table, block by block.

    Raises:
        KlcliError: a row that cannot be read.
    """
    found, choice = table.found, table.choice
    own = [array_of(table.arrays, name, "--prior-arrays") for name in choice.own_priors or ()]
    mean, head = _prior(choice.prior, table) if not own else (0.0, None)
    for block in table.arrays.blocks([found.mean, found.head, *own]):
        means, heads, *priors = block.values
        own_mean, own_head = priors or (mean, head)
        yield Rows(means, heads, own_mean, own_head, table.arrays.name, table.order, block.first)


def _prior(prior: Gaussian[Heads], table: Opened) -> tuple[Any, Any]:
    """The prior of all examples in numbers that broadcast to a block.

    Raises:
        KlcliError: it has neither one dimension nor as many as there are latents.
    """
    if prior.dimension not in (1, table.latents):
        raise KlcliError(
            f"the prior has {prior.dimension} dimensions, {table.arrays.name} has {table.latents} latents",
            "give the prior one value, or one for every latent",
        )
    return prior_means(prior), prior_heads(prior, table.reading)
