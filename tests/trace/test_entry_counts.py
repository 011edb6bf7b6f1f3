"""How often the entries of a part count in a loss, from the shapes that occurred: plain arithmetic."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.shapes.length_polynomials import LengthMonomial
from klcli.trace.entry_counts import amount_of, amount_of_call, coefficient, reduced


@pytest.mark.parametrize(
    ("powers", "shape", "expected"),
    [
        ((0, 0), (8, 20), 2.0),
        ((-1, 0), (8, 20), 2 / 8),
        ((-1, -1), (8, 20), 2 / 160),
        ((-1, -1), (8, 4, 5), 2 / 160),  # the first of more axes is the batch
        ((-1,), (8, 20), 2 / 160),
    ],
)
def test_a_monomial_at_a_shape(powers: tuple[int, ...], shape: tuple[int, ...], expected: float) -> None:
    assert coefficient(LengthMonomial(Fraction(2), powers), shape) == pytest.approx(expected, rel=1e-15)


KL = "0.5 * (mu**2 + torch.exp(lv) - lv - 1)"


@pytest.mark.parametrize(
    ("text", "total", "of_entries", "of_batch", "weight"),
    [
        (f"torch.sum({KL})", 1.0, False, False, 1.0),
        (f"torch.mean(torch.sum({KL}, dim=1))", 1 / 8, False, True, 1.0),
        (f"torch.mean({KL})", 1 / 160, True, True, 1.0),
        (f"torch.sum(torch.mean({KL}, dim=1))", 1 / 20, True, False, 1.0),
    ],
)
def test_the_amount_of_a_program(
    text: str, total: float, of_entries: bool, of_batch: bool, weight: float
) -> None:
    found = amount_of(reduced(read_program(text, "python").arrays), (8, 20), 1.0, ())
    assert found.total == pytest.approx(total, rel=1e-15)
    assert (found.batch, found.entries) == (8, 20)
    assert (found.is_mean_of_entries, found.is_mean_of_batch) == (of_entries, of_batch)
    assert found.weight == pytest.approx(weight, rel=1e-15)


@pytest.mark.parametrize(
    ("number", "words", "of_entries", "of_batch"),
    [
        (1 / 8, "8 is taken for the batch size", False, True),
        (1 / 160, "160 is taken for the number of all entries", True, True),
        (1 / 20, "20 is taken for the number of entries of an example", True, False),
        (0.25, "", False, False),
    ],
)
def test_a_number_that_is_one_over_a_length_is_a_mean(
    number: float, words: str, of_entries: bool, of_batch: bool
) -> None:
    found = amount_of(reduced(read_program(f"torch.sum({KL})", "python").arrays), (8, 20), number, (number,))
    assert " ".join(found.said) == words
    assert (found.is_mean_of_entries, found.is_mean_of_batch) == (of_entries, of_batch)
    assert found.weight == pytest.approx(1.0 if words else number, rel=1e-12)


def test_where_two_lengths_are_the_same_that_is_said() -> None:
    found = amount_of(reduced(read_program(f"torch.sum({KL})", "python").arrays), (8, 8), 1 / 8, (1 / 8,))
    assert "though an example has as many entries" in found.said[0]


def test_without_a_batch_all_are_entries() -> None:
    found = amount_of(
        reduced(read_program(f"torch.sum({KL})", "python").arrays), (8, 20), 1.0, (), has_batch=False
    )
    assert (found.batch, found.entries) == (1, 160)


@pytest.mark.parametrize(("reduction", "total", "weight"), [("sum", 0.5, 0.5), ("mean", 0.5 / 80, 0.5)])
def test_a_likelihood_is_called_with_its_reduction(reduction: str, total: float, weight: float) -> None:
    found = amount_of_call(reduction, 8, 10, 0.5, ())
    assert found.total == pytest.approx(total, rel=1e-15)
    assert found.weight == pytest.approx(weight, rel=1e-15)
    assert found.is_mean_of_batch is (reduction == "mean")


@pytest.mark.parametrize(("channels", "of_entries", "weight"), [(1, False, 1.0), (3, True, 20.0)])
def test_a_mean_over_a_single_entry_is_none(channels: int, of_entries: bool, weight: float) -> None:
    """As that over the one channel of grey images, of which the other entries are summed."""
    text = f"torch.mean(torch.sum(torch.mean({KL}, dim=-1), dim=1))"
    found = amount_of(reduced(read_program(text, "python").arrays), (8, 20, channels), 1.0, ())
    assert (found.is_mean_of_entries, found.is_mean_of_batch) == (of_entries, True)
    assert found.weight == pytest.approx(weight, rel=1e-15)
