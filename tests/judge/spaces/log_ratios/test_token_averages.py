"""How an estimate adds up its entries: over tokens, sequences and the batch, as numpy would, with masks and without."""

from __future__ import annotations

import numpy as np
import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.traversal import substitute
from klcli.formula.tree import Symbol
from klcli.judge.spaces.log_ratios.log_prob_assignments import OLD, P, Q
from klcli.judge.spaces.log_ratios.token_averages import Tokens, tokens_of

SYMBOLS = {"q": Symbol(Q), "p": Symbol(P), "old": Symbol(OLD)}
U = "(q - p)"


def told(text: str, *others: str) -> Tokens:
    return tokens_of(substitute(read_program(text, "python").arrays, SYMBOLS), others)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (U, "none", ""),
        (f"{U}.sum()", "sum", "a sum over the tokens and the batch"),
        (f"{U}.sum(-1)", "sum", "a sum over the tokens of each sequence"),
        (
            f"{U}.sum(1).mean()",
            "sum-mean",
            "a sum over the tokens of each sequence, then a mean over the batch",
        ),
        (f"{U}.sum() / {U}.shape[0]", "sum-mean", "a sum over the tokens of each sequence, then a mean"),
        (f"{U}.mean()", "mean", "a mean over all tokens"),
        (f"{U}.mean(-1)", "mean", "a mean over the tokens of each sequence"),
        (f"{U}.mean(0)", "mean", "a mean over the batch"),
        # With a mask a mean of means is another one than that of all tokens.
        (f"({U} * mask).sum() / mask.sum()", "mean", "a mean over all tokens: longer sequences weigh more"),
        (
            f"(({U} * mask).sum(-1) / mask.sum(-1)).mean()",
            "mean",
            "a mean over the tokens of each sequence, then over the batch",
        ),
        (f"({U} * mask).mean()", "mean", "a mean in which masked tokens are counted"),
        (f"({U} * mask).mean(-1)", "mean", "a mean over each sequence in which masked tokens are counted"),
        (f"({U} * mask).sum(-1) / mask.sum(-1)", "mean", "a mean over the tokens of each sequence"),
        (f"({U} * mask).sum(-1).mean()", "sum-mean", "a sum over the tokens of each sequence, then a mean"),
        (f"({U} * mask).sum()", "sum", "a sum over the tokens and the batch"),
        # A mask of sequences has another shape.
        (f"({U}.sum(-1) * mask).sum()", "sum", "a sum over the tokens and the batch"),
        # Log-probabilities of whole sequences.
        (
            f"({U}.sum(-1)**2 / 2).mean()",
            "sum-mean",
            "of whole sequences: their log-probabilities are summed first",
        ),
        (
            f"({U}.sum(-1)**2 / 2).sum()",
            "sum",
            "of whole sequences: their log-probabilities are summed first",
        ),
        # Weights that are none of these.
        (f"({U}.sum(-1) / mask.sum(-1)).sum()", "sum", "its entries have different weights"),
        # (mean u)^2/2 is no k2 of the sequence: that is 16 times as large for four tokens, 9 for three.
        (
            f"({U}.mean(-1)**2 / 2).sum()",
            "mean",
            "of whole sequences: their log-probabilities are averaged, or",
        ),
        (
            f"({U}.mean(-1)**2 / 2).mean()",
            "mean",
            "of whole sequences: their log-probabilities are averaged, or",
        ),
        (
            f"((({U} * mask).sum(-1) / mask.sum(-1))**2 / 2).mean()",
            "mean",
            "of whole sequences: their log-probabilities are averaged, or",
        ),
        (
            f"(({U} * mask).sum(-1)**2 / 2).mean()",
            "sum-mean",
            "of whole sequences: their log-probabilities are summed",
        ),
        # The mean of q - mean(p) is that of q - p.
        ("q - p.mean()", "none", "right in the mean over all of its entries"),
        ("q.mean() - p", "none", "right in the mean over all of its entries"),
    ],
)
def test_how_entries_are_added_up(text: str, name: str, words: str) -> None:
    found = told(text)
    assert (found.name, found.flaw) == (name, "")
    assert found.text.startswith(words)
    assert bool(found.text) == bool(words)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("(torch.exp(p - q) + q - p).sum() - 1", "a constant is counted otherwise than the terms beside it"),
        (f"({U}.sum(-1)**2 / 2 + 1).sum() + 3", "a constant is counted otherwise than the terms beside it"),
        ("q - p.sum()", "a constant is counted otherwise than the terms beside it"),
        ("q.mean() - p.sum()", "a constant is counted otherwise than the terms beside it"),
        (
            "torch.exp((p - q).mean(-1)) - 1 - (p - q).mean(-1)",
            "its terms are not added up alike: a sum stands inside of it",
        ),
    ],
)
def test_what_is_no_sum_of_its_entries(text: str, flaw: str) -> None:
    assert told(text).flaw == flaw


@pytest.mark.parametrize(
    ("text", "sums", "whole"),
    [
        (f"{U}.sum(-1)", True, True),
        (f"{U}.sum(-1).mean()", True, True),
        (f"{U}.sum()", True, True),
        (f"{U}.mean()", False, False),
        (f"{U}.mean(-1)", False, False),
        # Every outcome of a sequence weighs alike, by no known share.
        (f"({U}.sum(-1) / mask.sum(-1)).sum()", True, False),
        (U, False, False),
    ],
)
def test_what_sums_all_outcomes(text: str, sums: bool, whole: bool) -> None:
    found = told(text)
    assert (found.sums_outcomes, found.is_whole) == (sums, whole)


def test_other_terms_count_nothing() -> None:
    """Another term is 0; a weight is 1, and a count is how many tokens or sequences there are."""
    assert told(f"{U}.sum() + loss", "loss").text == "a sum over the tokens and the batch"
    assert told(f"{U}.sum() + loss").flaw
    assert told(f"beta * {U}.sum()").text == "a sum over the tokens and the batch"
    assert told(f"{U}.sum() / batch_size").name == "sum-mean"


def test_what_is_not_followed() -> None:
    found = told(f"torch.log({U}).sum()")
    assert found.text == "how its entries are added up was not followed"


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("(q[mask] - p[mask]).mean()", True),
        ("(q - p)[mask].mean()", True),
        ("q[mask].mean() - p.mean()", True),
        ("(q[mask] - p).mean()", False),
        ("(q - p[mask]).mean()", False),
    ],
)
def test_entries_that_a_mask_takes_of_one_alone_do_not_run_beside_the_other(text: str, *, runs: bool) -> None:
    q, p, mask = np.ones((3, 4)), np.ones((3, 4)), np.arange(12).reshape(3, 4) % 2 == 1
    try:
        eval(text, {"q": q, "p": p, "mask": mask})
    except (IndexError, ValueError):
        assert not runs
    else:
        assert runs
    assert ("it does not run where mask leaves out entries" in told(text).flaw) is not runs
