"""Many tables: one after the other, by workers, and in a second pass."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.latents.many_tables import TableQuestion, collected, summed
from klcli.latents.mutual_information import mixture
from klcli.latents.posterior_blocks import Choice
from klcli.tables.inputs import Input

STANDARD = Gaussian.from_head(0, 1)
WORK = TableQuestion(Choice(None, {}, STANDARD), sampled=32)


def save(folder: Path, name: str, rows: int, latents: int = 2, **renamed: str) -> str:
    rng = numpy.random.default_rng(rows)
    names = {"mu": "mu", "logvar": "logvar", **renamed}
    arrays = {
        names["mu"]: rng.normal(size=(rows, latents)),
        names["logvar"]: rng.normal(size=(rows, latents)),
    }
    numpy.savez(folder / name, **arrays)
    return str(folder / name)


def test_workers_find_the_same(tmp_path: Path) -> None:
    tables = [Input((save(tmp_path, f"{rows}.npz", rows),), order) for order, rows in enumerate((30, 5, 70))]
    alone = collected(tables, WORK).statistics
    with ThreadPoolExecutor(2) as executor:
        together = collected(tables, WORK, executor).statistics
        second = summed(tables, WORK, mixture(together.sample, together.reading), executor)
    assert (together.kl.values, together.examples) == (alone.kl.values, 105)
    first = summed(tables, WORK, mixture(alone.sample, alone.reading))
    assert second.count == first.count == 105
    assert second.information() == pytest.approx(first.information(), rel=1e-12)


@pytest.mark.parametrize(
    ("second", "message"),
    [({"latents": 3}, "has 3 latents"), ({"logvar": "std"}, "holds std|row")],
)
def test_tables_of_other_models(tmp_path: Path, second: dict[str, object], message: str) -> None:
    tables = [Input((save(tmp_path, "a.npz", 4),)), Input((save(tmp_path, "b.npz", 5, **second),), 1)]
    with pytest.raises(KlcliError, match=message):
        collected(tables, TableQuestion(Choice(None, {}, STANDARD)))


def test_one_file_for_each_array(tmp_path: Path) -> None:
    mean, head = numpy.arange(6.0).reshape(3, 2), numpy.zeros((3, 2))
    numpy.save(tmp_path / "a.npy", mean)
    numpy.save(tmp_path / "b.npy", head)
    table = Input((str(tmp_path / "a.npy"), str(tmp_path / "b.npy")))
    found = collected([table], TableQuestion(Choice(None, {"logvar": ""}, STANDARD)))
    assert found.arrays.mean == "mean"
    assert found.statistics.kl.values == [(0 + 4 + 16) / 2, (1 + 9 + 25) / 2]
