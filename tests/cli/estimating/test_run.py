"""Several files at once, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli
from tests.samples.rollouts import Language

RNG = numpy.random.default_rng(12)


def test_processes_print_the_same(klcli: Klcli, tmp_path: Path) -> None:
    for number in range(3):
        log_q = RNG.normal(-2, 1, (100, 7))
        log_p = log_q + 0.2 * RNG.normal(size=(100, 7))
        numpy.savez(tmp_path / f"{number}.npz", logprobs=log_q, ref_logprobs=log_p)
    alone = klcli("estimate", str(tmp_path), "--json")
    assert klcli("estimate", str(tmp_path), "--json", "--jobs", "2").out == alone.out
    assert json.loads(alone.out)["table"]["files"] == 3
    assert f"300 samples of q in 3 files of {tmp_path}" in klcli("estimate", str(tmp_path)).out


def test_samples_of_gaussians_are_checked_over_all_files(klcli: Klcli, tmp_path: Path) -> None:
    z = RNG.normal(0.3, 1.2, 4000)
    for number, part in enumerate(numpy.split(z, 4)):
        numpy.savetxt(tmp_path / f"{number}.csv", part, header="z", comments="")
    found = json.loads(klcli("estimate", str(tmp_path), "--mu", "0.3", "--sigma", "1.2", "--json").out)
    scores = (z - 0.3) / 1.2
    assert found["samples"]["of_q"]["mean"] == pytest.approx(scores.mean(), rel=1e-9)
    assert found["samples"]["of_q"]["square"] == pytest.approx((scores**2).mean(), rel=1e-9)


def test_columns_in_files_of_their_own(klcli: Klcli, tmp_path: Path) -> None:
    """The spellings with and without a dash; a column that is not there is no file."""
    log_q = RNG.normal(-2, 1, (150, 5))
    log_p = log_q + 0.2 * RNG.normal(size=(150, 5))
    mask = RNG.integers(0, 2, (150, 5))
    mask[:, 0] = 1
    paths = {name: str(tmp_path / f"{name}.npy") for name in ("q", "p", "mask")}
    for name, array in (("q", log_q), ("p", log_p), ("mask", mask)):
        numpy.save(paths[name], array)
    arguments = ("--logq", paths["q"], "--logp", paths["p"], "--mask", paths["mask"])
    found = float(klcli("estimate", *arguments, "-q").out)
    assert found == pytest.approx(((log_q - log_p) * mask).sum(axis=1).mean(), rel=1e-12)
    result = klcli("estimate", "--log-q", "log_q", "--log-p", "log_p")
    assert (result.status, "--log-q log_q is no file" in result.err) == (2, True)


def test_causes_are_told(klcli: Klcli, tmp_path: Path) -> None:
    """Samples that were drawn at a temperature of 0.7, with log q at 1; and the same with it mended."""
    language = Language.drawn(0)
    for name, recorded, status in (("wrong", language.q, 1), ("right", language.at(0.7), 0)):
        log_q, log_p = language.rollouts(language.at(0.7), recorded)
        path = tmp_path / f"{name}.npz"
        numpy.savez(path, logprobs=log_q, ref_logprobs=log_p)
        result = klcli("estimate", str(path), "--json")
        found = json.loads(result.out)
        if status == 0:
            assert found["causes"] == []
            continue
        assert found["causes"][0]["name"] == "temperature"
        assert found["causes"][0]["value"] == pytest.approx(0.7, abs=4 * found["causes"][0]["standard_error"])
        assert "a temperature: the samples look like samples of q^(1/T)" in found["problems"][0]


def test_what_would_show_a_cause_that_nobody_can_tell(klcli: Klcli, tmp_path: Path) -> None:
    language = Language.drawn(0)
    log_q, log_p = language.rollouts(language.q, language.q)
    numpy.savez(tmp_path / "t.npz", logprobs=log_q, ref_logprobs=log_p + 0.3)
    out = klcli("estimate", str(tmp_path / "t.npz")).out
    assert "the table does not tell which cause it is. What would show it" in " ".join(out.split())


def test_padding_in_both_columns_is_warned_of(klcli: Klcli, tmp_path: Path) -> None:
    """p/q is 1 there, so that only means per token are too small; with a mask nothing is to be said."""
    language = Language.drawn(0)
    log_q, log_p = language.rollouts(language.q, language.q)
    mask = numpy.arange(log_q.shape[1]) < language.rng.integers(5, 20, (len(log_q), 1))
    arrays = {"logprobs": log_q * mask, "ref_logprobs": log_p * mask}
    numpy.savez(tmp_path / "t.npz", **arrays)
    numpy.savez(tmp_path / "masked.npz", **arrays, completion_mask=mask.astype(int))
    found, masked = (
        json.loads(klcli("estimate", str(tmp_path / name), "--json").out) for name in ("t.npz", "masked.npz")
    )
    assert "are 0 in both columns at the ends of sequences" in found["warnings"][0]
    assert masked["warnings"] == []
    assert masked["per_row"][0]["value"] > 1.5 * found["per_row"][0]["value"]
