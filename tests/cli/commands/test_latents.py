"""`klcli latents` as it is used: what it finds, how it fails, what scripts read."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli

RNG = numpy.random.default_rng(11)
EXAMPLES = 400


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of eight latents, two are active, one costs and tells nothing, five have collapsed."""
    monkeypatch.chdir(tmp_path)
    mean, head = numpy.zeros((EXAMPLES, 8)), numpy.zeros((EXAMPLES, 8))
    mean[:, :2] = RNG.normal(size=(EXAMPLES, 2)) * [2.0, 0.5]
    head[:, :2] = [-2.5, -0.3]
    head[:, 7] = 0.6
    numpy.savez("latents.npz", z_mean=mean, z_log_var=head)
    numpy.save("mu.npy", mean)
    numpy.save("lv.npy", head)
    names = [f"mu_{j}" for j in range(8)] + [f"logvar_{j}" for j in range(8)]
    table = numpy.hstack([mean, head])
    numpy.savetxt("t.csv", table, delimiter=",", header=",".join(names), comments="", fmt="%.17g")
    return tmp_path


def textbook() -> tuple[numpy.ndarray, numpy.ndarray]:
    with numpy.load("latents.npz") as arrays:
        mean, head = arrays["z_mean"], arrays["z_log_var"]
    return 0.5 * (numpy.exp(head) - 1 - head + mean**2), mean


def test_a_verdict_in_words_first(klcli: Klcli, folder: Path) -> None:
    result = klcli("latents", "latents.npz")
    first = result.out.splitlines()[0]
    assert result.status == 0
    assert "2 of 8 latents are active, 5 have collapsed to the prior (KL below 0.01 nats)" in first
    assert "1 is the same for all examples" in first


@pytest.mark.parametrize(
    "arguments",
    [
        ("latents.npz",),
        ("t.csv",),
        ("--mean", "mu.npy", "--logvar", "lv.npy"),
        ("latents.npz", "--mean", "z_mean", "--logvar", "z_log_var"),
    ],
)
def test_the_json_equals_numpy(klcli: Klcli, folder: Path, arguments: tuple[str, ...]) -> None:
    data = json.loads(klcli("latents", *arguments, "--json").out)
    kl, mean = textbook()
    assert data["schema"] == "klcli.latents/1"
    assert data["examples"] == EXAMPLES
    assert data["kl"]["mean"] == pytest.approx(kl.sum(axis=1).mean(), rel=1e-12)
    assert data["kl"]["standard_error"] == pytest.approx(kl.sum(axis=1).std(ddof=1) / EXAMPLES**0.5, rel=1e-9)
    assert data["kl"]["quantiles"]["0.5"] == pytest.approx(numpy.median(kl.sum(axis=1)), rel=0.01)
    assert [row["kl"] for row in data["latents"]] == pytest.approx(
        kl.mean(axis=0).tolist(), rel=1e-12, abs=1e-15
    )
    assert data["latents"][0]["variance_of_means"] == pytest.approx(mean[:, 0].var(), rel=1e-12)
    assert (data["active_units"], data["collapsed_units"], data["dead_units"]) == (2, 5, 1)
    named = {row["name"]: row["value"] for row in data["conventions"]}
    assert named["mean over latents and examples"] == pytest.approx(kl.mean(), rel=1e-12)
    assert named["sum over latents and examples"] == pytest.approx(kl.sum(), rel=1e-12)
    assert data["bad_rows"] == {"count": 0, "first": []}


def test_many_files_are_one_table(klcli: Klcli, folder: Path) -> None:
    with numpy.load("latents.npz") as arrays:
        parts = dict(arrays.items())
    whole = klcli("latents", "latents.npz", "-q").out
    (folder / "parts").mkdir()
    for part, rows in enumerate((slice(0, 100), slice(100, None))):
        numpy.savez(f"parts/{part}.npz", **{name: array[rows] for name, array in parts.items()})
    assert klcli("latents", "parts", "-q").out == whole
    assert klcli("latents", "parts/1.npz", "parts/0.npz", "-q").out == whole


def test_standard_input(klcli: Klcli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = klcli("latents", "t.csv", "-q").out
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO((folder / "t.csv").read_bytes())))
    assert klcli("latents", "-", "-q").out == expected


@pytest.mark.parametrize(
    ("limit", "status"),
    [
        (("--max-collapsed", "0.7"), 0),
        (("--max-collapsed", "0.6"), 1),
        (("--min-active", "2"), 0),
        (("--min-active", "3"), 1),
        (("--max-kl", "30"), 0),
        (("--max-kl", "1"), 1),
        (("--min-kl", "1"), 0),
        (("--min-kl", "30"), 1),
    ],
)
def test_limits_for_scripts(klcli: Klcli, folder: Path, limit: tuple[str, str], status: int) -> None:
    result = klcli("latents", "latents.npz", *limit, "--json")
    (check,) = json.loads(result.out)["checks"]
    assert result.status == status
    assert (check["name"], check["limit"], check["holds"]) == (limit[0], float(limit[1]), not status)


def test_bad_rows_are_counted_and_located(klcli: Klcli, folder: Path) -> None:
    with numpy.load("latents.npz") as arrays:
        mean, head = arrays["z_mean"].copy(), arrays["z_log_var"]
    mean[41, 2], mean[7, 0] = numpy.nan, numpy.inf
    numpy.savez("bad.npz", mu=mean, logvar=head)
    result = klcli("latents", "bad.npz", "--json")
    data = json.loads(result.out)
    assert result.status == 0
    assert data["examples"] == EXAMPLES - 2
    assert data["bad_rows"] == {
        "count": 2,
        "first": [
            {"file": "bad.npz", "row": 8, "column": "mean 1", "why": "infinite"},
            {"file": "bad.npz", "row": 42, "column": "mean 3", "why": "NaN"},
        ],
    }
    assert "2 rows left out: bad.npz, row 8, mean 1: infinite" in klcli("latents", "bad.npz").out


def test_the_prior_is_numbers_or_arrays(klcli: Klcli, folder: Path) -> None:
    with numpy.load("latents.npz") as arrays:
        mean, head = arrays["z_mean"], arrays["z_log_var"]
    numpy.savez(
        "own.npz", mu=mean, logvar=head, p_mu=numpy.full_like(mean, 0.5), p_lv=numpy.full_like(head, -1.0)
    )
    truth = 0.5 * (numpy.exp(head + 1) - 1 - head - 1 + (mean - 0.5) ** 2 * numpy.exp(1.0))
    shared = json.loads(
        klcli("latents", "latents.npz", "--prior-mu", "0.5", "--prior-logvar", "-1", "--json").out
    )
    own = json.loads(klcli("latents", "own.npz", "--prior-arrays", "p_mu,p_lv", "--json").out)
    assert shared["kl"]["mean"] == pytest.approx(truth.sum(axis=1).mean(), rel=1e-12)
    assert own["kl"]["mean"] == shared["kl"]["mean"]
    assert shared["marginal_kl"]["value"] > 0
    assert own["marginal_kl"]["value"] is None


def test_the_second_pass(klcli: Klcli, folder: Path) -> None:
    bound = json.loads(klcli("latents", "latents.npz", "--json").out)
    data = json.loads(klcli("latents", "latents.npz", "--marginal", "--json").out)
    assert data["marginal_kl"]["kind"] == data["mutual_information"]["kind"] == "estimate"
    error = data["mutual_information"]["standard_error"]
    assert 0 < error < 0.1
    assert data["mutual_information"]["value"] <= bound["mutual_information"]["value"] + 4 * error
    assert data["marginal_kl"]["value"] >= bound["marginal_kl"]["value"] - 4 * error


def test_a_line_for_each_example(klcli: Klcli, folder: Path) -> None:
    kl, _ = textbook()
    assert klcli("latents", "latents.npz", "-qq", "--per-row", "kl.npy").status == 0
    numpy.testing.assert_allclose(numpy.load("kl.npy"), kl.sum(axis=1), rtol=1e-13)
    klcli("latents", "t.csv", "-qq", "--per-row", "kl.csv")
    lines = (folder / "kl.csv").read_text().splitlines()
    assert lines[0] == "file,row,kl"
    assert lines[1].startswith("t.csv,2,")
    assert float(lines[-1].split(",")[2]) == pytest.approx(kl[-1].sum(), rel=1e-12)
    assert len(lines) == EXAMPLES + 1


def empty() -> None:
    Path("e.csv").write_text("")


def headed() -> None:
    Path("e.csv").write_text("mu_0,logvar_0\n")


def negative() -> None:
    numpy.savez("e.npz", mu=numpy.zeros((3, 2)), var=numpy.full((3, 2), -1.0))


def nothing_but_nan() -> None:
    numpy.savez("e.npz", mu=numpy.full((3, 2), numpy.nan), logvar=numpy.zeros((3, 2)))


def ragged() -> None:
    Path("e.csv").write_text("mu_0,logvar_0\n1,2\n1,2,3\n")


def other_widths() -> None:
    numpy.savez("e.npz", mu=numpy.zeros((3, 2)), logvar=numpy.zeros((3, 4)))


def cut_off() -> None:
    data = Path("mu.npy").read_bytes()
    Path("e.npy").write_bytes(data[:-9])


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (empty, ("e.csv",), "e.csv is empty"),
        (headed, ("e.csv",), "there is no row"),
        (negative, ("e.npz",), "are these log-variances?"),
        (nothing_but_nan, ("e.npz",), "none of 3 rows can be used: e.npz, row 1, mean 1: NaN"),
        (ragged, ("e.csv",), "line 3 has 3 fields"),
        (other_widths, ("e.npz",), "2 numbers in a row and logvar has 4"),
        (cut_off, ("--mean", "e.npy", "--logvar", "lv.npy"), "ends before row"),
        (None, (), "no table is given"),
        (None, ("none.npz",), "No such file"),
        (None, ("latents.npz", "--mean", "z"), "has no array 'z'"),
        (None, ("latents.npz", "--prior-mu", "1,2"), "8 latents"),
        (None, ("latents.npz", "--prior-arrays", "a"), "--prior-arrays takes two names"),
        (None, ("latents.npz", "--per-row", "kl.txt"), "no format has the ending"),
        (None, ("-", "latents.npz"), "standard input can be read once"),
        (None, ("latents.npz", "--min-active", "-1"), "must be a whole number from 0"),
    ],
)
def test_one_clear_error(
    klcli: Klcli, folder: Path, make: Callable[[], None] | None, arguments: tuple[str, ...], message: str
) -> None:
    if make:
        make()
    result = klcli("latents", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_an_empty_folder(klcli: Klcli, folder: Path) -> None:
    (folder / "none").mkdir()
    assert "there is no table in none" in klcli("latents", "none").err


def test_clips_are_said(klcli: Klcli, folder: Path) -> None:
    mean = RNG.normal(size=(EXAMPLES, 1))
    numpy.savez("c.npz", mu=mean, logvar=numpy.maximum(RNG.normal(size=(EXAMPLES, 1)), 0.0))
    assert "of its heads are 0, its extreme" in klcli("latents", "c.npz").out


def test_a_table_of_log_probabilities_is_one_for_estimate(klcli: Klcli, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("logprobs,ref_logprobs\n-1,-1.5\n-2,-2.5\n")
    result = klcli("latents", str(path))
    assert (result.status, f"klcli estimate {path}" in result.err) == (2, True)
