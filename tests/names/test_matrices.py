"""Names of matrices: what each states is that of one row, or of the first that has it."""

from __future__ import annotations

import pytest

from klcli.names.matrices import CHOLESKY_FACTOR, COVARIANCE_MATRIX, PRECISION_MATRIX


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("L_q", (True, False, False)),
        ("Sigma_p", (False, False, True)),
        ("S_inv", (False, True, False)),
        ("Lambda", (False, True, False)),
        ("x", (False, False, False)),
    ],
)
def test_rows(name: str, kinds: tuple[bool, ...]) -> None:
    rows = (CHOLESKY_FACTOR, PRECISION_MATRIX, COVARIANCE_MATRIX)
    assert tuple(row.says(name) for row in rows) == kinds
