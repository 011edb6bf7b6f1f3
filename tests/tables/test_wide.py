"""Columns with numbers behind their names as arrays."""

from __future__ import annotations

from io import BytesIO

import pytest

from klcli.tables.opening import open_arrays
from klcli.tables.source import Source
from klcli.tables.wide import array_columns


@pytest.mark.parametrize(
    ("names", "arrays"),
    [
        (["mu_0", "mu_1", "logvar_0", "logvar_1"], {"mu": (0, 1), "logvar": (2, 3)}),
        (["mu1", "s1", "mu2", "s2"], {"mu": (0, 2), "s": (1, 3)}),
        (["mu[0]", "mu[1]"], {"mu": (0, 1)}),
        (["z.mean.10", "z.mean.9", "z.mean.8"], {"z.mean": (2, 1, 0)}),
        (["mu", "logvar"], {"mu": (0,), "logvar": (1,)}),
        (["mu_0", "mu_2"], {"mu_0": (0,), "mu_2": (1,)}),
        (["id", "sigma2"], {"sigma": (1,), "id": (0,)}),
        (["1", "2"], {"1": (0,), "2": (1,)}),
    ],
)
def test_columns_that_belong_together(names: list[str], arrays: dict[str, tuple[int, ...]]) -> None:
    assert array_columns(names) == arrays


def test_a_table_is_arrays() -> None:
    data = b"id,mu_0,mu_1,lv_1,lv_0\n7,1,2,3,4\n8,5,6,7,8\n"
    found = open_arrays(Source("t.csv", BytesIO(data), len(data), seekable=False))
    assert dict(found.shapes) == {"mu": (None, 2), "lv": (None, 2), "id": (None, 1)}
    (block,) = found.blocks(["lv", "mu"])
    assert [value.tolist() for value in block.values] == [[[4, 3], [8, 7]], [[1, 2], [5, 6]]]
    assert (block.first, block.noun) == (2, "line")
