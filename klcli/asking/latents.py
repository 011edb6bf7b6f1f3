"""``klcli.summarize_latents``: what the KL did to a data set, from arrays or from files of posteriors."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from klcli.asking.arguments import NumbersLike, independent_gaussian, nonnegative, whole
from klcli.errors import KlcliError
from klcli.gaussian.parameterization import find
from klcli.latents.many_tables import collected, collected_from, summed, summed_from
from klcli.latents.posterior_blocks import Choice, of_arrays
from klcli.latents.table_passes import LatentAnswer, LatentQuestion, answered
from klcli.latents.thresholds import ACTIVE_VARIANCE, COLLAPSED_KL, Thresholds
from klcli.tables.in_memory import in_memory
from klcli.tables.inputs import Input, files_of

if TYPE_CHECKING:
    from klcli.report.latents_data import LatentsData

_Path: TypeAlias = "str | os.PathLike[str]"


def summarize_latents(
    mean: Any,
    head: Any,
    *,
    param: str,
    prior_mu: NumbersLike = 0,
    prior_sigma: NumbersLike = 1,
    prior_param: str = "std",
    active_variance: float = ACTIVE_VARIANCE,
    collapsed_kl: float = COLLAPSED_KL,
    free_bits: float = 0.5,
    beta: float | None = None,
    marginal: bool = False,
    seed: int = 0,
) -> LatentsData:
    """What a table of posteriors says: KL per example and per latent, active units, collapse.

    ``klcli.summarize_latents(mu, logvar, param="logvar").active_units`` counts the active latents.

    Args:
        mean: of q for each example and latent, an array of shape (examples, latents); it may be mapped from a
            file, as it is read block by block.
        head: its spread, likewise, read as `param` says.
        param: what the head means, a name of `klcli.PARAMETERIZATIONS`.
        prior_mu: mean of the prior, one number or of shape (latents,).
        prior_sigma: its head, read as `prior_param` says.
        prior_param: what it means.
        active_variance: a latent is active if the variance of its means is above it, in prior variances.
        collapsed_kl: it has collapsed if its mean KL is below it, in nats.
        free_bits: nats of each latent that are free, for the numbers of other code.
        beta: the weight of the KL, for the same.
        marginal: whether to estimate the marginal KL in a second pass, and not only its bound.
        seed: of that estimate.

    Returns:
        The fields of the JSON of ``klcli latents``; KLs are in nats.

    Raises:
        KlcliError: arrays of different shapes, no such reading, or no row of which statistics can be made.
    """
    choice = Choice(
        "mean", {find(param).name: "head"}, independent_gaussian(prior_mu, prior_sigma, prior_param)
    )
    question = _question(choice, active_variance, collapsed_kl, free_bits, beta, marginal, seed)
    return _of_arrays(mean, head, question)


def summarize_latent_files(
    paths: _Path | Sequence[_Path],
    *,
    mean: str | None = None,
    head: str | None = None,
    param: str | None = None,
    prior_mu: NumbersLike = 0,
    prior_sigma: NumbersLike = 1,
    prior_param: str = "std",
    active_variance: float = ACTIVE_VARIANCE,
    collapsed_kl: float = COLLAPSED_KL,
    free_bits: float = 0.5,
    beta: float | None = None,
    marginal: bool = False,
    seed: int = 0,
    executor: Executor | None = None,
) -> LatentsData:
    """The same of files and folders, as ``klcli latents`` reads them, whatever their number of rows.

    Args:
        paths: one or several, which are one table together.
        mean: the name of the array with the means; without it, it is found.
        head: that of the spreads, of which `param` then says the reading.
        param: what the spreads mean.
        prior_mu: as above, and so are the others.
        prior_sigma: as above.
        prior_param: as above.
        active_variance: as above.
        collapsed_kl: as above.
        free_bits: as above.
        beta: as above.
        marginal: as above.
        seed: as above.
        executor: of ``concurrent.futures``, or one like it such as Dask's, whose workers see the files.

    Raises:
        KlcliError: a file that cannot be read, or arrays that are not found.
    """
    prior = independent_gaussian(prior_mu, prior_sigma, prior_param)
    choice = Choice(mean, _heads(head, param), prior)
    question = _question(choice, active_variance, collapsed_kl, free_bits, beta, marginal, seed)
    return _of_files(_files(paths), question, executor)


def _question(
    choice: Choice,
    active_variance: float,
    collapsed_kl: float,
    free_bits: float,
    beta: float | None,
    marginal: bool,
    seed: int,
) -> LatentQuestion:
    """What is asked, of numbers that mean something."""
    if whole(seed, "seed") < 0:
        raise KlcliError(f"the seed must not be negative, got {seed}", "for example 0")
    thresholds = Thresholds(
        nonnegative(active_variance, "active_variance"), nonnegative(collapsed_kl, "collapsed_kl")
    )
    weight = None if beta is None else nonnegative(beta, "beta")
    free = nonnegative(free_bits, "free_bits")
    return LatentQuestion(choice, thresholds, free, weight, marginal, int(seed))


def _heads(head: str | None, param: str | None) -> Mapping[str, str]:
    """The name of the spreads by their reading."""
    if (head is None) != (param is None):
        raise KlcliError("head is the name of the spreads, and param what they mean", "give both, or neither")
    return {} if head is None or param is None else {find(param).name: head}


def _files(paths: _Path | Sequence[_Path]) -> list[str]:
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    files = [file for path in given for file in files_of(os.fspath(path))]
    if not files:
        raise KlcliError("no table is given", 'for example klcli.summarize_latent_files("latents.npz")')
    return files


def _of_arrays(mean: Any, head: Any, question: LatentQuestion) -> LatentsData:
    table = of_arrays(in_memory(mean=mean, head=head), question.choice)
    found = answered(question, partial(collected_from, table), lambda _, empty: summed_from(table, empty))
    return _data((), question, found)


def _of_files(files: Sequence[str], question: LatentQuestion, executor: Executor | None) -> LatentsData:
    tables = [Input((file,), order) for order, file in enumerate(files)]
    found = answered(
        question, partial(collected, tables, executor=executor), partial(summed, tables, executor=executor)
    )
    return _data(files, question, found)


def _data(files: Sequence[str], question: LatentQuestion, found: LatentAnswer) -> LatentsData:
    from klcli.report.latents_data import latents_data

    if found.interrupted:  # a program that was interrupted wants to end, and not to go on with a part
        raise KeyboardInterrupt
    return latents_data(files, question.choice, question.thresholds, found)
