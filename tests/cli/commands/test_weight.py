"""``klcli weight``: what it prints, in every format, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from tests.cli.conftest import Klcli

MEAN_OF_PIXELS = ("--recon-reduction", "mean", "--size", "3,64,64", "--kl-weight", "0.00025")


def test_the_first_screen(klcli: Klcli) -> None:
    result = klcli("weight", *MEAN_OF_PIXELS)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("beta = 1.536 at decoder sigma 1\n")
    assert "≈ 1.23935" in result.out
    assert "KL weight ≈ 0.00016276" in result.out


def test_json(klcli: Klcli) -> None:
    data = json.loads(klcli("weight", *MEAN_OF_PIXELS, "--latents", "128", "--beta", "2", "--json").out)
    assert data["schema"] == "klcli.weight/1"
    assert data["beta"] == 1.536
    assert data["decoder_sigma"] == pytest.approx(math.sqrt(1.536))
    assert data["kl_weight_for_beta"] == pytest.approx(2 / 6144)
    assert data["recon_weight_for_beta"] == pytest.approx(1.536 / 2)
    assert data["counts"]["size"] == 12288
    assert data["schedule"] == []


def test_bernoulli_has_no_decoder_sigma(klcli: Klcli) -> None:
    data = json.loads(klcli("weight", "--recon", "bce", "--json").out)
    assert (data["beta"], data["decoder_sigma"]) == (1, None)


def test_a_schedule_counts_by_its_end(klcli: Klcli) -> None:
    rows = list(csv.DictReader(io.StringIO(klcli("weight", "--kl-weight", "0,1/2,4", "--format", "csv").out)))
    assert [float(row["beta"]) for row in rows] == [0, 0.25, 2]
    assert rows[0]["decoder_sigma"] == ""
    assert klcli("weight", "--kl-weight", "0,1/2,4", "-q").out == "2\n"
    assert "schedule" in klcli("weight", "--kl-weight", "0,1/2,4").out


def test_capacity_and_free_bits_in_their_units(klcli: Klcli) -> None:
    given = ("--latents", "10", "--size", "784", "--capacity", "25", "--free-bits", "0.5", "--json")
    data = json.loads(klcli("weight", *given).out)
    assert data["capacity"] == {
        "nats_per_example": 25,
        "bits_per_example": pytest.approx(25 / math.log(2)),
        "nats_per_latent": 2.5,
        "bits_per_entry": pytest.approx(25 / math.log(2) / 784),
    }
    assert data["free_bits"]["nats_per_example"] == 5
    averaged = json.loads(klcli("weight", "--kl-reduction", "mean", *given).out)
    assert averaged["capacity"]["nats_per_example"] == 250
    summed = ("--kl-reduction", "sum", "--recon-reduction", "sum", "--batch", "5")
    assert json.loads(klcli("weight", *summed, *given).out)["capacity"]["nats_per_example"] == 5


def test_a_mean_over_latents_and_weights_that_count_too_often_are_said(klcli: Klcli) -> None:
    assert "weighs the KL by 1/32" in klcli("weight", "--kl-reduction", "mean", "--latents", "32").out
    network = (
        "--recon",
        "cross-entropy",
        "--kl-of",
        "weights",
        "--kl-weight",
        "1/128",
        "--examples",
        "60000",
    )
    assert "counts 468.75 times for the whole data set" in klcli("weight", *network).out


@pytest.mark.parametrize("format_", ["markdown", "latex"])
def test_the_other_formats_say_it_too(klcli: Klcli, format_: str) -> None:
    result = klcli("weight", *MEAN_OF_PIXELS, "--format", format_)
    assert (result.status, result.err) == (0, "")
    assert "1.536" in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--recon", "msee"),
        ("--kl-weight", "1/0"),
        ("--kl-weight", "nan"),
        ("--size", "3,0"),
        ("--size", "big"),
        ("--beta", "0"),
        ("--decoder-sigma", "-1"),
        ("--recon", "bce", "--decoder-sigma", "2"),
        ("--capacity", "-1"),
        ("--free-bits", "-1"),
        ("--kl-reduction", "sum", "--recon-reduction", "sum", "--capacity", "1"),
        ("--kl-reduction", "mean"),
        ("--kl-weight", "1e200", "--recon-weight", "1e-200"),
    ],
    ids=" ".join,
)
def test_what_is_refused_has_a_hint(klcli: Klcli, arguments: tuple[str, ...]) -> None:
    result = klcli("weight", *arguments)
    assert (result.status, result.out) == (2, "")
    assert "error: " in result.err
    assert "hint: " in result.err
