"""Places as people write them."""

from __future__ import annotations

from klcli.lint.findings.places import SourceSpan, address
from klcli.lint.source.notebooks import NotebookCell


def test_addresses() -> None:
    assert address("vae.py", None, 4, 12) == "vae.py:4:12"
    assert address("vae.ipynb", 3, 4) == "vae.ipynb:cell 3:4"


def test_lines_are_those_of_the_cell() -> None:
    cell = NotebookCell(3, 10, 0, 50)
    span = SourceSpan("vae.ipynb", 12, 1, 13, 4, cell)
    assert (span.lines, span.cell_number) == ((3, 4), 3)
    assert (SourceSpan("vae.py", 12, 1, 13, 4).lines, SourceSpan("vae.py", 1, 1, 1, 1).cell_number) == (
        (12, 13),
        None,
    )


def test_a_span_surrounds_its_parts_and_not_itself() -> None:
    whole = SourceSpan("model.py", 2, 5, 3, 10)
    part = SourceSpan("model.py", 2, 9, 3, 10)
    assert whole.surrounds(part)
    assert not part.surrounds(whole)
    assert not whole.surrounds(whole)
    assert not whole.surrounds(SourceSpan("other.py", 2, 9, 3, 10))
    assert not whole.surrounds(SourceSpan("model.py", 3, 1, 3, 11))
