"""Which format bytes are."""

from __future__ import annotations

from io import BytesIO

import numpy
import pytest

from klcli.errors import KlcliError
from klcli.tables.opening import open_arrays
from klcli.tables.source import Source


def test_an_empty_file() -> None:
    with pytest.raises(KlcliError, match="t is empty"):
        open_arrays(Source("t", BytesIO(b""), 0, seekable=True))


def test_an_archive_without_arrays() -> None:
    file = BytesIO()
    numpy.savez(file)
    with pytest.raises(KlcliError, match="t is an archive without arrays"):
        open_arrays(Source("t", BytesIO(file.getvalue()), len(file.getvalue()), seekable=True))


def test_everything_else_is_a_text() -> None:
    data = b"mu\tlogvar\n1\t2\n"
    assert set(open_arrays(Source("t", BytesIO(data), len(data), seekable=False)).shapes) == {"mu", "logvar"}
