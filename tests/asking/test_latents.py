"""``klcli.summarize_latents`` and ``klcli.summarize_latent_files``: the fields of the JSON of the command."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
import pytest

import klcli
from tests.cli.conftest import Klcli

RNG = numpy.random.default_rng(24)
MEAN = RNG.normal(size=(300, 4)) * [2, 1, 0.01, 0]
HEAD = RNG.normal(size=(300, 4)) * [1, 1, 0.01, 0] - [1, 0, 0, 0]
KL = 0.5 * (numpy.exp(HEAD) - 1 - HEAD + MEAN**2)


def as_json(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(klcli.to_json(data))
    return found | {"input": None}


@pytest.mark.parametrize("options", [{}, {"marginal": True, "seed": 3, "free_bits": 0.1, "beta": 4.0}])
def test_arrays_and_files_say_the_same(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    import klcli as library

    monkeypatch.chdir(tmp_path)
    numpy.savez("t.npz", mu=MEAN, logvar=HEAD)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if name != "marginal"]
    marginal = ["--marginal"] if options else []
    command = json.loads(klcli("latents", "t.npz", "--json", *flags, *marginal).out) | {"input": None}
    found = library.summarize_latents(MEAN, HEAD, param="logvar", **options)
    assert as_json(found) == command
    assert as_json(library.summarize_latent_files("t.npz", **options)) == command
    named = {"mean": "mu", "head": "logvar", "param": "logvar"}
    assert as_json(library.summarize_latent_files([Path("t.npz")], **named, **options)) == command
    assert found.kl.mean == pytest.approx(KL.sum(axis=1).mean(), rel=1e-12)
    assert repr(found).startswith("LatentsData(verdict='")


class _Counted(ThreadPoolExecutor):
    """Counts what it is given."""

    submitted = 0

    def submit(self, *arguments: Any, **options: Any) -> Any:
        self.submitted += 1
        return super().submit(*arguments, **options)


def test_an_executor_and_a_folder(tmp_path: Path) -> None:
    for name, rows in (("a", slice(0, 100)), ("b", slice(100, None))):
        numpy.savez(tmp_path / f"{name}.npz", mu=MEAN[rows], logvar=HEAD[rows])
    with _Counted(2) as executor:
        found = klcli.summarize_latent_files(tmp_path, marginal=True, executor=executor)
    assert (found.examples, executor.submitted) == (300, 4)
    assert found.kl.mean == klcli.summarize_latents(MEAN, HEAD, param="logvar").kl.mean


def test_another_prior_and_reading() -> None:
    found = klcli.summarize_latents(MEAN, numpy.exp(HEAD), param="var", prior_mu=[1, 0, 0, 0], prior_sigma=2)
    expected = 0.5 * (numpy.exp(HEAD) / 4 - 1 - HEAD + numpy.log(4) + (MEAN - [1, 0, 0, 0]) ** 2 / 4)
    assert [row.kl for row in found.latents] == pytest.approx(expected.mean(axis=0).tolist(), rel=1e-12)
    assert found.active_units == 2


def test_a_file_that_is_mapped(tmp_path: Path) -> None:
    numpy.save(tmp_path / "mu.npy", MEAN.astype("f4"))
    mapped = numpy.load(tmp_path / "mu.npy", mmap_mode="r")
    found = klcli.summarize_latents(mapped, numpy.zeros((300, 4)), param="logvar")
    assert found.kl.mean == pytest.approx(0.5 * (MEAN.astype("f4").astype(float) ** 2).sum() / 300, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: klcli.summarize_latents(MEAN, HEAD[:, :2], param="logvar"), "mean has 4 numbers in a row"),
        (lambda: klcli.summarize_latents(MEAN, HEAD[:2], param="logvar"), "mean has 300 rows and head has 2"),
        (lambda: klcli.summarize_latents(MEAN, HEAD, param="lgvar"), "lgvar"),
        (lambda: klcli.summarize_latents(MEAN, -numpy.exp(HEAD), param="var"), "are these log-variances"),
        (lambda: klcli.summarize_latents(MEAN, HEAD, param="logvar", prior_mu=[1, 2]), "4 latents"),
        (lambda: klcli.summarize_latents(MEAN * numpy.nan, HEAD, param="logvar"), "none of 300 rows"),
        (lambda: klcli.summarize_latents(MEAN[:0], HEAD[:0], param="logvar"), "no numbers in a row|no row"),
        *(
            (lambda name=name: klcli.summarize_latents(MEAN, HEAD, param="logvar", **{name: -1}), message)
            for name, message in {
                "active_variance": "active_variance must be a finite number >= 0, got -1",
                "collapsed_kl": "collapsed_kl must be",
                "free_bits": "free_bits must be",
                "beta": "beta must be",
                "seed": "the seed must not be negative",
            }.items()
        ),
        (lambda: klcli.summarize_latents(MEAN, HEAD, param="logvar", beta=numpy.nan), "beta must be"),
        (lambda: klcli.summarize_latent_files([]), "no table is given"),
        (lambda: klcli.summarize_latent_files("none.npz"), "No such file"),
        (lambda: klcli.summarize_latent_files("none.npz", head="s"), "give both, or neither"),
    ],
)
def test_one_clear_error(call: Any, message: str) -> None:
    with pytest.raises(klcli.KlcliError) as raised:
        call()
    said = f"{raised.value.message} {raised.value.hint}"
    assert any(one in said for one in message.split("|"))


def test_ctrl_c_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a command it says what was found so far; a program wants to end."""
    from klcli.latents import many_tables
    from klcli.latents.statistics import Statistics

    add, made = Statistics._put, []

    def put(self: Statistics, *values: Any) -> None:
        made.append(1)
        if len(made) == 10:  # of the second block, behind eight parts of the first
            raise KeyboardInterrupt
        add(self, *values)

    monkeypatch.setattr(many_tables, "_AT_ONCE", 1)
    monkeypatch.setattr(Statistics, "_put", put)
    mean = numpy.zeros((400_000, 4))
    with pytest.raises(KeyboardInterrupt):
        klcli.summarize_latents(mean, mean, param="logvar")
