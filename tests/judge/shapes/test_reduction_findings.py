"""What is found of sums and means: when they are plain, and how terms that are not summed alike are told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.judge.shapes.reduction_findings import Reductions, uneven


def monomial(b: int, d: int, factor: Fraction = Fraction(1)) -> LengthMonomial:
    return LengthMonomial(factor, (b, d))


B_D = monomial(1, 1)


@pytest.mark.parametrize(
    ("scale", "counted", "factor", "plain"),
    [
        (monomial(0, 0), B_D, monomial(0, 0), True),  # a sum over everything
        (monomial(-1, 0), B_D, monomial(0, 0), True),  # a mean over the batch is as good
        (monomial(-1, -1), B_D, monomial(0, -1), False),  # a mean over everything is 1/d of the KL
        (monomial(0, -1), B_D, monomial(0, -1), False),
        (monomial(-1, 0), monomial(0, 1), monomial(-1, 0), False),  # divided by a batch that is not summed
        (monomial(0, 0, Fraction(2)), B_D, monomial(0, 0, Fraction(2)), False),
    ],
)
def test_a_mean_over_the_batch_is_as_good_as_a_sum(
    scale: LengthMonomial, counted: LengthMonomial, factor: LengthMonomial, plain: bool
) -> None:
    found = Reductions("sum", scale=scale, counted=counted)
    assert found.factor == factor
    assert found.is_plain is plain


def test_with_a_flaw_nothing_is_plain() -> None:
    assert Reductions("sum").is_plain
    assert not Reductions("sum", flaw="its terms are not summed alike").is_plain


@pytest.mark.parametrize(
    ("text", "parts", "words"),
    [
        ("mu.sum() + lv.sum(1)", None, "its terms are not summed alike"),
        ("mu.sum()**2 + lv", None, "a sum or a mean stands inside of a function or of another sum"),
        (
            "(mu.sum() + lv).sum()",
            {"mu": B_D},
            "a sum or a mean stands inside of a function or of another sum",
        ),
        ("mu + lv", {"mu": B_D, "lv": B_D}, "its terms are not summed alike"),
        (
            "mu + lv",
            {"mu": monomial(0, 0), "lv": monomial(1, 0)},
            "its terms are not summed alike: those of mu are counted once, those of lv are counted B times",
        ),
    ],
)
def test_terms_that_are_not_summed_alike(
    text: str, parts: dict[str, LengthMonomial] | None, words: str
) -> None:
    assert uneven(read_program(text, "python").arrays, parts) == words


@pytest.mark.parametrize(
    ("text", "kind", "layout"),
    [
        # numpy: the mean over the batch of the KL of one latent, whatever d is.
        ("-0.5*np.mean(1 + lv[:, 0] - mu[:, 0]**2 - np.exp(lv[:, 0]))", "exact", "averaged over the batch"),
        (
            "-0.5*np.sum(1 + lv[..., 1] - mu[..., 1]**2 - np.exp(lv[..., 1]))",
            "exact",
            "summed over the batch",
        ),
        ("-0.5*np.mean(lv[:, 0] - mu[:, 0]**2 - np.exp(lv[:, 0]))", "scaled", "averaged over the batch"),
        ("-0.5*np.mean(1 + lv - mu**2 - np.exp(lv))", "scaled", ""),
        ("-0.5*np.mean(1 + x[..., 1] - x[..., 0]**2 - np.exp(x[..., 1]))", "scaled", ""),  # (B, d, 2)
    ],
)
def test_one_entry_of_every_row_is_one_latent(text: str, kind: str, layout: str) -> None:
    found = verify(read_program(text, "python"))
    assert found.kind == kind
    assert found.prepared.reductions.layout == (f"one latent of every example, {layout}" if layout else "")
