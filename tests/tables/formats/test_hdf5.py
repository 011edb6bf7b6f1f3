"""HDF5 files as h5py writes them, and h5ad as anndata does."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.files import open_file
from klcli.tables.formats.detection import open_arrays
from klcli.tables.posteriors import posteriors
from klcli.tables.source import Source

h5py = pytest.importorskip("h5py")
MEAN = numpy.random.default_rng(13).normal(size=(500, 3))


def test_data_sets_by_their_paths(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "t.h5", "w") as file:
        file["epoch/mu"] = MEAN.astype("f4")
        file.create_dataset("epoch/logvar", data=MEAN - 1, chunks=(100, 3), compression="gzip")
        file["step"] = 3
        file["names"] = ["a", "b"]
    with open_file(str(tmp_path / "t.h5")) as source:
        found = open_arrays(source)
        assert dict(found.shapes) == {"epoch/logvar": (500, 3), "epoch/mu": (500, 3)}
        (block,) = found.blocks(["epoch/mu", "epoch/logvar"])
        numpy.testing.assert_array_equal(block.values[1], MEAN - 1)


def test_what_scvi_keeps_in_anndata(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata")
    data: Any = anndata.AnnData(numpy.zeros((500, 2), dtype="f4"))
    data.obsm["X_scVI_latent_qzm"], data.obsm["X_scVI_latent_qzv"] = MEAN, numpy.exp(MEAN)
    data.write_h5ad(tmp_path / "t.h5ad")
    with open_file(str(tmp_path / "t.h5ad")) as source:
        arrays = open_arrays(source)
        found = posteriors(arrays, None, {})
        assert (found.mean, found.head, found.reading.name) == (
            "obsm/X_scVI_latent_qzm",
            "obsm/X_scVI_latent_qzv",
            "var",
        )


def test_a_damaged_file() -> None:
    data = b"\x89HDF\r\n\x1a\n" + bytes(100)
    with pytest.raises(KlcliError, match="cannot be read"):
        open_arrays(Source("t.h5", BytesIO(data), len(data), seekable=True))


def test_masks_are_of_booleans(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "t.h5", "w") as file:
        file["mask"] = MEAN > 0
    with open_file(str(tmp_path / "t.h5")) as source:
        (block,) = open_arrays(source).blocks(["mask"])
    numpy.testing.assert_array_equal(block.values[0], MEAN > 0)
