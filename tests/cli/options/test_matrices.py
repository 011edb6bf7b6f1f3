"""``klcli compute`` with matrices: values, formats, both sides of every check."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.cli.conftest import Klcli
from tests.gaussian.multivariate.matrices import identity, rational, reference

FAST = ("--samples", "2000", "--steps", "none")
S = "[[1.2, 0.3], [0.3, 0.9]]"


def data(klcli: Klcli, *arguments: str) -> Any:
    result = klcli("compute", *FAST, "--json", *arguments)
    assert result.status == 0, result.err
    return json.loads(result.out)


def test_the_json(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "0.3,0.1", "--cov", S)
    true = reference([["1.2", "0.3"], ["0.3", "0.9"]], identity(2), ["0.3", "0.1"])
    assert (found["schema"], found["status"], found["unit"]) == ("klcli.compute/2", "agrees", "nats")
    closed_form = found["closed_form"]
    for part in ("value", "spread", "shift", "trace", "log_determinant", "mahalanobis"):
        assert closed_form[part] == float(getattr(true, part)), part
    assert closed_form["method"] == "exact arithmetic"
    assert found["inputs"]["posterior"]["matrix"] == [[1.2, 0.3], [0.3, 0.9]]
    assert found["integral"]["value"] == pytest.approx(float(true.value), rel=1e-13)
    independent = reference([["1.2", "0"], ["0", "0.9"]], identity(2), ["0.3", "0.1"])
    assert found["diagonal"] == float(independent.value)


def test_every_way_to_give_a_covariance(klcli: Klcli) -> None:
    """S = L L^T = D R D = P^-1, in numbers for which all are exact."""
    ways = [
        ("--cov", "4,2;2,5"),
        ("--cholesky", "2,0;1,2"),
        ("--precision-matrix", "0.3125,-0.125;-0.125,0.25"),
    ]
    found = {data(klcli, "--mu", "1", *way)["closed_form"]["value"] for way in ways}
    assert len(found) == 1
    first = data(klcli, "--mu", "1", "--correlation", "1,0.5;0.5,1", "--var", "4,9")
    assert (
        first["closed_form"]["value"] == data(klcli, "--mu", "1", "--cov", "4,3;3,9")["closed_form"]["value"]
    )


def test_every_way_to_give_a_prior(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "1", "--cov", S, "--prior-mu", "0.5", "--prior-var", "4,2")
    same = data(klcli, "--mu", "1", "--cov", S, "--prior-mu", "0.5", "--prior-cov", "4,0;0,2")
    assert found["closed_form"] == same["closed_form"]
    other = data(klcli, "--mu", "1,1", "--sigma", "1,1", "--prior-cholesky", "1,0;0.5,2")
    true = reference(identity(2), [["1", "0.5"], ["0.5", "4.25"]], ["1", "1"])
    assert other["closed_form"]["value"] == float(true.value)


def test_reverse_bits_and_digits(klcli: Klcli) -> None:
    found = data(klcli, "--mu", "1", "--cov", S, "--reverse", "--unit", "bits", "--digits", "30")
    true = reference(identity(2), [["1.2", "0.3"], ["0.3", "0.9"]], ["-1", "-1"])
    assert found["reverse"]["closed_form"]["value"] == pytest.approx(
        float(true.value) / numpy.log(2), rel=1e-15
    )
    assert str(found["digits"]).startswith(str(found["closed_form"]["value"])[:14])


@pytest.mark.parametrize("name", ["text", "csv", "markdown", "latex"])
def test_every_format(klcli: Klcli, name: str) -> None:
    result = klcli("compute", "--mu", "0.3,0.1", "--cov", S, *FAST, "--format", name)
    assert result.status == 0
    assert "0.105025" in result.out
    if name == "csv":
        (row,) = csv.DictReader(io.StringIO(result.out))
        assert (row["dimensions"], row["status"]) == ("2", "agrees")


def test_quiet(klcli: Klcli) -> None:
    assert klcli("compute", "--mu", "0.3,0.1", "--cov", S, *FAST, "-q").out == "0.10502516792675072\n"


def test_a_singular_posterior_is_infinite_and_no_error(klcli: Klcli) -> None:
    result = klcli("compute", "--mu", "0", "--cov", "1,1;1,1", "--json")
    found = json.loads(result.out)
    assert result.status == 0
    assert found["closed_form"]["value"] == {"value": None, "status": "infinite"}
    assert "singular" in found["closed_form"]["reason"]
    assert (found["status"], found["monte_carlo"]) == ("infinite", None)
    assert "infinite" in klcli("compute", "--mu", "0", "--cov", "1,1;1,1").out


def test_more_dimensions_than_an_integral_or_exact_arithmetic_takes(klcli: Klcli) -> None:
    size = 20
    generator = numpy.random.default_rng(0)
    root = generator.integers(-3, 4, (size, size))
    matrix = root @ root.T + numpy.eye(size, dtype=int)
    text = ";".join(",".join(map(str, row)) for row in matrix)
    found = data(klcli, "--mu", "0.5", "--cov", text)
    true = reference(rational(matrix), identity(size), ["0.5"] * size)
    assert found["closed_form"]["value"] == pytest.approx(float(true.value), rel=1e-14)
    assert found["integral"] is None
    assert found["monte_carlo"]["agrees"] is True
    assert "--digits" in klcli("compute", "--mu", "0", "--cov", text, "--digits", "30").err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cov", "1,2;2,1"), "leading minor of order 2"),
        (("--cov", "[[1, 2]"), "cov takes rows of numbers"),
        (("--cov", "1,0;0,x"), "entry (2, 2) of cov must be a number, got 'x'"),
        (("--cov", ""), "must be a number, got ''"),
        (("--cov", S, "--sigma", "1"), "says all of the spread"),
        (("--cov", S, "--cholesky", "1,0;0,1"), "--cov and --cholesky say the same thing twice"),
        (("--correlation", "1,0;0,1"), "--correlation needs the scales"),
        (("--cov", S, "--prior-cov", "1,1;1,1"), "the prior's covariance matrix is singular"),
        (("--cov", S, "--prior-cov", "1"), "matrix 1 dimension"),
        (("--cov", S, "--prior-sigma", "1,2,3"), "3 values"),
        (("--cov", "[" * 5000), "cov takes rows of numbers"),
        (("--cov", "1e400,0;0,1"), "outside of the range of doubles"),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli("compute", "--mu", "0", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint:" in result.err


@pytest.mark.parametrize("cov", ["1e-300,0;0,1e300", "1e-170,0;0,1", "4,0;0,1e-12"])
def test_extreme_scales(klcli: Klcli, cov: str) -> None:
    result = klcli("compute", "--mu", "0", "--cov", cov, *FAST, "--json")
    assert result.status == 0, result.err
    assert json.loads(result.out)["status"] == "agrees"


def saved(name: str, size: int) -> Any:
    """A covariance of so many dimensions in a file."""
    root = numpy.random.default_rng(size).standard_normal((size, size))
    matrix = root @ root.T / size + numpy.eye(size)
    numpy.save(name, matrix)
    return matrix


def test_large_matrices_are_named_and_not_listed(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    matrix, mean = saved("s.npy", 40), numpy.linspace(-1, 1, 40)
    numpy.save("mu.npy", mean)
    found = data(klcli, "--mu", "@mu.npy", "--cov", "@s.npy", "--prior-var", "0.1")["inputs"]
    file = hashlib.sha256(Path("s.npy").read_bytes()).hexdigest()
    assert found["posterior"]["matrix"] == {"file": "s.npy", "shape": [40, 40], "sha256": file}
    numbers = hashlib.sha256(mean.astype("<f8").tobytes()).hexdigest()
    assert found["posterior"]["mu"] == {"file": None, "shape": [40], "sha256": numbers}
    assert (found["prior"]["mu"], found["prior"]["matrix"]["shape"]) == ([0], [40, 40])
    Path("s.csv").write_text("\n".join(",".join(map(repr, row)) for row in matrix.tolist()))
    text = hashlib.sha256(Path("s.csv").read_bytes()).hexdigest()
    found = data(klcli, "--mu", "0", "--cov", "@s.csv")["inputs"]["posterior"]
    assert found["matrix"] == {"file": "s.csv", "shape": [40, 40], "sha256": text}


def test_large_matrices_in_words(klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved("s.npy", 40)
    mean = ",".join(f"0.{number}" for number in range(10, 50))
    result = klcli("compute", "--mu", mean, "--cov", "@s.npy", *FAST)
    assert result.status == 0
    assert "q = N((0.1, 0.11, 0.12, ..., 0.49), S_q) and p = N(0, I) in 40 dimensions" in result.out
    assert "reading: the 40 x 40 matrix in s.npy is a covariance matrix" in result.out
    assert "by whitening with exact products, with a relative error of at most " in result.out


@pytest.mark.parametrize("shape", [(4097, 4097), (2, 4097)])
def test_too_large_a_file_is_refused_by_its_header(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int]
) -> None:
    """The numbers that the header announces are not even there."""
    monkeypatch.chdir(tmp_path)
    with Path("s.npy").open("wb") as file:
        numpy.lib.format.write_array_header_1_0(
            file, {"descr": "<f8", "fortran_order": False, "shape": shape}
        )
    result = klcli("compute", "--mu", "0", "--cov", "@s.npy")
    assert result.status == 2
    assert f"s.npy is {shape[0]:,} x 4,097" in result.err
    assert "at most 4,096 dimensions" in result.err


def test_too_large_a_text_is_refused_by_its_first_row(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.csv").write_text(",".join(["x"] * 513) + "\n")
    result = klcli("compute", "--mu", "0", "--cov", "@s.csv")
    assert result.status == 2
    assert "a text may have at most 512 dimensions" in result.err
    assert "numpy.save" in result.err


def test_without_correlations_of_many_dimensions(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a prior with independent dimensions as one sum, correctly rounded; against another by whitening."""
    monkeypatch.chdir(tmp_path)
    matrix = saved("s.npy", 20)
    arguments = ("--mu", "0.5", "--cov", "@s.npy")
    found = data(klcli, *arguments, "--prior-var", "2")
    diagonal = numpy.diag(numpy.diag(matrix))
    true = reference(rational(diagonal), rational(2 * numpy.eye(20)), ["0.5"] * 20)
    assert found["diagonal"] == float(true.value)
    numpy.save("p.npy", numpy.eye(20) + 0.5)
    found = data(klcli, *arguments, "--prior-cov", "@p.npy")
    true = reference(rational(diagonal), rational(numpy.eye(20) + 0.5), ["0.5"] * 20)
    assert found["diagonal"] == pytest.approx(float(true.value), rel=1e-14)
