"""Documents where no terminal is, against rich, which lays out the same columns."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from klcli.render import plain, terminal
from klcli.render.character_widths import columns_of
from klcli.report.document import Document
from tests.render.documents import COMPARE, COMPUTE, documents


@pytest.mark.parametrize("document", [COMPUTE, COMPARE])
@pytest.mark.parametrize("unicode", [True, False])
def test_the_text_is_the_one_that_rich_writes(document: Document, unicode: bool) -> None:
    expected = terminal.render(document, width=None, color=False, unicode=unicode)
    assert plain.render(document, unicode=unicode) == expected


@settings(deadline=None, max_examples=40)
@given(documents)
def test_every_document_is_what_rich_makes_of_it(document: Document) -> None:
    """With rich's own count of columns, which knows more of scripts and pictures than ours."""
    for unicode in (True, False):
        expected = terminal.render(document, width=None, color=False, unicode=unicode)
        with patch.object(plain, "columns_of", cell_len):
            assert plain.render(document, unicode=unicode) == expected


@pytest.mark.parametrize(
    "text", ["σ² ± 10⁻³ ≤ ½ ∑ⱼ log(2 π)", "e\u0301", "漢字かな", "−1/2 · x₁ → ∞ …", "é ü"]
)
def test_columns_are_counted_as_rich_does(text: str) -> None:
    assert columns_of(text) == cell_len(text)
