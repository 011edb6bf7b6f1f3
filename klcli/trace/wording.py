"""How terms of a loss are said: what a KL is of, over what it is summed, what an unknown one is made by."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.formula.numeral import significant
from klcli.judge.naming import gaussian_text, kl_text
from klcli.judge.verification import Verification
from klcli.trace.entry_counts import Amount
from klcli.trace.kl_recognition import Kernel
from klcli.trace.loss_part import Part
from klcli.trace.programs import Builder
from klcli.trace.recording import Recording


def kl_words(kernel: Kernel, builder: Builder, amount: Amount, *, has_batch: bool) -> str:
    """``KL(N(mu, exp(logvar)) || N(0, 1)), sum over 20 latents, mean over the batch``.

    Args:
        kernel: the KL.
        builder: what its symbols are.
        amount: how it is reduced.
        has_batch: whether there is one, and no KL of weights.
    """
    found = kernel.verification
    text = _with_short_prior(kl_text(found, found.best.verdict), found)
    if kernel.is_sampled:
        text += " from a sample"
    if found.program.of_matrices:
        batch = f", {_batch_words(amount)}" if amount.batch > 1 else ""
        return f"{text}, of {amount.entries} dimensions{batch}"
    return f"{text}, {reduction_words(amount, 'latents' if has_batch else 'weights', has_batch=has_batch)}"


def reduction_words(amount: Amount, noun: str, *, has_batch: bool = True) -> str:
    """``mean over 12288 entries, sum over the batch``.

    Args:
        amount: how something is reduced.
        noun: what the entries are.
        has_batch: whether there is a batch.
    """
    if amount.words:
        return amount.words
    entries = f"{'mean' if amount.is_mean_of_entries else 'sum'} over {amount.entries} {noun}"
    if not has_batch or amount.batch == 1:
        return entries
    batch = _batch_words(amount)
    return batch if amount.entries == 1 else f"{entries}, {batch}"


def _batch_words(amount: Amount) -> str:
    return f"{'mean' if amount.is_mean_of_batch else 'sum'} over {amount.examples}"


def _with_short_prior(text: str, found: Verification) -> str:
    """The text with the numbers of a prior rounded: those of a run have the errors of its arithmetic."""
    kl, role = found.best.verdict.kl, found.best.verdict.roles
    if kl is None or role.has_prior or kl.prior_mean is None or kl.prior_variance is None:
        return text
    mean, variance = (significant(float(number)) for number in (kl.prior_mean, kl.prior_variance))
    written = gaussian_text(found, found.best.verdict, "p").text
    # ``N(``, the comma with its blank, and ``)`` are four or five characters.
    longest = max(len(mean), len(variance)) + 4
    return text.replace(written, f"N({mean}, {variance})") if len(written) > 2 * longest else text


_MADE: Mapping[str, str] = {"loss": "a loss", "stack": "numbers side by side"}


def place_words(recording: Recording, part: Part) -> str:
    """What an unknown term is computed by."""
    step = recording.steps[part.chain.core]
    called = step.more.get("call") or step.more.get("made_by") or _MADE.get(step.op, step.op)
    text = f"another term, by {called}"
    return f"{text}; {part.problem}" if part.problem else text
