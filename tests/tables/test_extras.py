"""A library that is missing is named with what installs it."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.tables.extras import needed


def test_a_library_that_is_there() -> None:
    assert needed("json", "none", "a test").dumps([]) == "[]"


def test_one_that_is_not() -> None:
    with pytest.raises(KlcliError, match="which no_such_library reads") as raised:
        needed("no_such_library", "parquet", "t.parquet is a Parquet file")
    assert raised.value.hint == "pip install 'klcli[parquet]'"
