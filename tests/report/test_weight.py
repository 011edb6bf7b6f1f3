"""What weight says: beta and the other weights, in the units and digits that they have."""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Any

import pytest

from klcli.judge.weight import LIKELIHOODS, Counts, TwoTermLoss, WeightedTerm, weigh
from klcli.report.document import CellTable, FactList, Note
from klcli.report.report import Report
from klcli.report.weight import WeightAnalysis, information, weight_report
from klcli.values import replace

LATENTS = Counts(size=100, latents=4)
ONE = Fraction(1)


def loss(
    likelihood: str = "mse",
    kl: str = "sum-mean",
    weight: Fraction = ONE,
    counts: Counts = LATENTS,
    **given: Any,
) -> TwoTermLoss:
    recon = WeightedTerm(ONE, "sum-mean")
    return TwoTermLoss(LIKELIHOODS[likelihood], recon, WeightedTerm(weight, kl), counts, **given)


def report(
    one: TwoTermLoss, *, before: tuple[Fraction, ...] = (), scale: Fraction = ONE, **given: Any
) -> Report:
    stages = [
        (weight, weigh(loss(one.likelihood.name, one.kl.reduction, weight), scale)) for weight in before
    ]
    stages.append((one.kl.weight, weigh(one, scale)))
    asked = {"wanted": ONE, "kl_weight": Fraction(2), "recon_weight": Fraction(1, 2)} | given
    return weight_report(WeightAnalysis(one, scale, stages, **asked))


def facts(found: Report) -> dict[str, tuple[str, str]]:
    (listing,) = (one for one in found.document.blocks if isinstance(one, FactList))
    return {str(one.label): (str(one.value), str(one.remark)) for one in listing.facts}


def test_a_sum_of_squares_has_beta_a_half() -> None:
    """e^2 is -log p of a Gaussian with the variance 1/2, up to a constant: beta is 1/2 at sigma 1, 1 at 0.7071."""
    found = report(loss())
    assert (found.data["beta"], found.data["scale"]) == (0.5, 1.0)
    assert found.data["decoder_sigma"] == pytest.approx(0.5**0.5)
    assert (found.bare, found.document.title) == ("0.5", "beta = 0.5 at decoder sigma 1")
    told = facts(found)
    assert told["reconstruction"] == (
        "squared error, sum over the 100 entries, mean over the batch",
        "weight 1",
    )
    assert told["KL"] == ("sum over the 4 latents, mean over the batch", "weight 1")
    assert told["beta"] == ("= 0.5", "at decoder sigma 1")
    assert told["decoder sigma"] == ("≈ 0.707107", "at which beta is 1")
    assert told["for beta 1"] == ("KL weight = 2", "or a reconstruction weight = 0.5")


def test_without_counts_and_scale_words_are_fewer() -> None:
    found = report(loss("bce", counts=Counts()), recon_weight=None)
    told = facts(found)
    assert told["reconstruction"][0] == "binary cross-entropy, sum over the entries, mean over the batch"
    assert told["KL"][0] == "sum over the latents, mean over the batch"
    assert told["beta"] == ("= 1", "")
    assert told["for beta 1"] == ("KL weight = 2", "")
    assert found.data["decoder_sigma"] is None


@pytest.mark.parametrize(
    ("weight", "bare", "shown"),
    [
        (Fraction(1, 4), "0.125", "= 0.125"),
        (Fraction(2, 3), "0.3333333333333333", "≈ 0.333333"),
        (Fraction(2, 10**10), "1e-10", "= 1e-10"),
        (2 + Fraction(2, 10**10), "1.0000000001", "≈ 1"),  # eleven digits are no short decimal
    ],
)
def test_short_decimals_are_exact(weight: Fraction, bare: str, shown: str) -> None:
    found = report(loss(weight=weight))
    assert (found.bare, facts(found)["beta"][0]) == (bare, shown)


@pytest.mark.parametrize(
    ("one", "texts"),
    [
        (loss(), []),
        (loss(kl="mean"), ["a mean over 4 latents weighs the KL by 1/4"]),
        (
            loss(kl="mean-sum", counts=replace(LATENTS, batch=10)),
            ["a mean over 4 latents weighs the KL by 1/4"],
        ),
        (
            loss("bce", "sum", owner="weights", counts=Counts(examples=50)),
            ["the KL of the weights counts 50 times for the whole data set"],
        ),
        (
            loss("bce", "sum", Fraction(1, 50), owner="weights", counts=Counts(examples=50)),
            [],
        ),
    ],
)
def test_what_has_to_be_known_beside_it(one: TwoTermLoss, texts: list[str]) -> None:
    found = report(one)
    assert list(found.data["warnings"]) == texts
    assert [note.text for note in found.document.blocks if isinstance(note, Note)] == texts


def test_a_schedule_is_a_table_of_its_stages() -> None:
    found = report(loss(), before=(Fraction(0), Fraction(1, 2)))
    assert [row["beta"] for row in found.rows] == [0.0, 0.25, 0.5]
    assert found.data["beta"] == 0.5
    (table,) = (one for one in found.document.blocks if isinstance(one, CellTable))
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["0", "0", ""],
        ["0.5", "0.25", "0.5"],
        ["1", "0.5", "0.707107"],
    ]
    assert report(loss()).data["schedule"] == ()
    (table,) = (
        one for one in report(loss("bce"), before=(ONE,)).document.blocks if isinstance(one, CellTable)
    )
    assert len(table.columns) == 2


@pytest.mark.parametrize(
    ("per_latent", "per_example", "counts", "expected"),
    [
        (Fraction(1, 2), None, LATENTS, (2.0, 2 / log(2), 0.5, 0.02 / log(2))),
        (None, Fraction(3), LATENTS, (3.0, 3 / log(2), 0.75, 0.03 / log(2))),
        (None, Fraction(3), Counts(), (3.0, 3 / log(2), None, None)),
        (Fraction(1, 2), None, Counts(size=100), (None, None, 0.5, None)),
        (Fraction(1), Fraction(3), LATENTS, (3.0, 3 / log(2), 1.0, 0.03 / log(2))),
    ],
)
def test_information_in_all_units(
    per_latent: Fraction | None,
    per_example: Fraction | None,
    counts: Counts,
    expected: tuple[float | None, ...],
) -> None:
    found = information(per_latent, per_example, counts)
    shown = (found.nats_per_example, found.bits_per_example, found.nats_per_latent, found.bits_per_entry)
    assert shown == tuple(None if one is None else pytest.approx(one) for one in expected)


def test_a_capacity_is_said_in_the_units_that_are_known() -> None:
    told = facts(report(loss(), capacity=information(None, Fraction(3), LATENTS)))
    assert told["capacity"] == (
        "3 nats per example",
        "0.75 nats per latent, 4.32809 bits per example, 0.0432809 bits per entry",
    )
    assert "free bits" not in told
    told = facts(report(loss(), free_bits=information(Fraction(1, 2), None, Counts())))
    assert told["free bits"] == ("0.5 nats per latent", "")
