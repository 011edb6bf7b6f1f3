"""A whole word says that a name is the prior's; a letter may mean something else."""

from __future__ import annotations

import pytest

from klcli.names.posterior_or_prior import is_called_prior


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prior", True),
        ("mu_prior", True),
        ("prior_std", True),
        ("p", False),
        ("mu_p", False),
        ("post", False),
    ],
)
def test_what_is_called_prior(name: str, *, expected: bool) -> None:
    assert is_called_prior(name) is expected
