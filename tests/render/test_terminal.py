"""Layout in a terminal and in a pipe: nothing is lost, cut, misread or sent to the terminal unseen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from klcli.formula.tree import Tree
from klcli.render.character_spellings import visible
from klcli.render.terminal import render
from klcli.report.document import (
    Cell,
    CellTable,
    ColumnHead,
    Document,
    Excerpt,
    Heading,
    Note,
    Paragraph,
    Plot,
    SourceExcerpts,
)
from tests.render.documents import COMPARE, COMPUTE, documents, paragraphs, words

ANSI = re.compile(r"\x1b\[[\d;]*m")
widths = st.none() | st.integers(-1, 130)


def plain(document: Document, width: int | None = None) -> str:
    """The text without colours."""
    return render(document, width=width, color=False, unicode=True)


def squeezed(text: str) -> str:
    """The text without spaces."""
    return "".join(text.split())


def test_compute_in_a_pipe() -> None:
    assert (
        plain(COMPUTE)
        == """\
KL(q || p), q = N(0.3, 1.2²), p = N(0, 1)
reading: 1.2 is a standard deviation, so sigma = 1.2

  closed form   ≈ 0.0826784 nats           spread 0.0376784 + shift 0.045
  integral      ≈ 0.0826784 nats           agrees
  Monte Carlo   ≈ 0.08243 ± 0.00049 nats   z = -0.5; 1,000,000 samples, seed 0

warning: [nats] are no :100: — σ² ≤ ½ has no error bar
note: read as a variance it gives 0.0538392

steps
  1. definition
     KL(q || p) = E_q[log q − log p]
  2. log densities written out
     = E_q[−½ log(2 π · σ₁²) − (x − μ₁)²/(2 σ₁²) − (−½ log(2 π · σ₂²) − (x − μ₂)²/(2 σ₂²))]
  3. the head s is a standard deviation  ≈ 0.0826784
     = −½ (2 log s − s² − μ² + 1)
"""
    )


def test_compute_in_a_narrow_terminal() -> None:
    document = replace(COMPUTE, blocks=(*COMPUTE.blocks[1:3], COMPUTE.blocks[-1]))
    assert (
        plain(document, 48)
        == """\
KL(q || p), q = N(0.3, 1.2²), p = N(0, 1)

  closed form   ≈ 0.0826784 nats
                spread 0.0376784 + shift 0.045
  integral      ≈ 0.0826784 nats
                agrees
  Monte Carlo   ≈ 0.08243 ± 0.00049 nats
                z = -0.5; 1,000,000 samples,
                seed 0

warning: [nats] are no :100: — σ² ≤ ½ has no
         error bar

  1. definition
     KL(q || p) = E_q[log q − log p]
  2. log densities written out
     = E_q[−½ log(2 π · σ₁²) − (x − μ₁)²/(2 σ₁²)
       − (−½ log(2 π · σ₂²)
       − (x − μ₂)²/(2 σ₂²))]
  3. the head s is a standard deviation
     ≈ 0.0826784
     = −½ (2 log s − s² − μ² + 1)
"""
    )


def test_compute_in_ascii() -> None:
    text = render(COMPUTE, width=None, color=False, unicode=False)
    assert "p = N(0, 1)\n" in text
    assert "q = N(0.3, 1.2^2)" in text
    assert "  Monte Carlo   ~ 0.08243 +/- 0.00049 nats   z = -0.5; 1,000,000 samples, seed 0\n" in text
    assert "warning: [nats] are no :100: -- sigma^2 <= 1/2 has no error bar\n" in text
    assert "     = -1/2 (2 log s - s^2 - mu^2 + 1)\n" in text


def test_table_in_a_narrow_terminal() -> None:
    document = replace(COMPARE, blocks=COMPARE.blocks[:2])
    assert (
        plain(document, 56)
        == """\
KL(q || p) where σ is the head

  A  −½ (2 log s − s² − μ² + 1)
     exact: is KL(q || N(0, 1)) itself

     verdict       nats  what it is
  ──────────────────────────────────────────────────────
  A  exact    0.0826784  the KL divergence
  B  wrong         0.05  keeps the minimum, with a
                         quarter of the curvature that
                         the KL has there
"""
    )


def test_plot() -> None:
    lines = plain(COMPARE, 40).split("\n")
    top = lines.index("  penalty")
    assert lines[top + 1] == "  nats"
    assert lines[top + 2].startswith("    2 ┤")
    assert lines[top + 15].startswith("    0 ┤")
    assert lines[top + 16] == "      └" + "─" * 33
    assert lines[top + 17].split() == ["0", "0.5", "1", "1.5", "2", "2.5", "3"]
    assert lines[top + 18].split() == ["sigma"]
    assert lines[top + 19] == "       K: KL   B"


def test_a_plot_without_braille_is_made_of_letters() -> None:
    text = render(COMPARE, width=80, color=False, unicode=False)
    assert text.isascii()
    assert "\n    2 |" in text
    assert "KKKK" in text
    assert text.endswith("\n       K: KL   B\n")


def test_colours_are_roles() -> None:
    text = render(COMPARE, width=80, color=True, unicode=True)
    assert "\x1b[32mexact" in text
    assert "\x1b[31mwrong" in text
    assert "\x1b[1mA\x1b[0m" in text
    assert "\x1b[36mB" in text


def test_neighbours_of_one_colour_share_its_escapes() -> None:
    colored = render(COMPARE, width=40, color=True, unicode=True)
    foot = next(line for line in colored.split("\n") if "└" in line)
    assert foot == "  \x1b[2m    └" + "─" * 33 + "\x1b[0m"
    assert "\x1b[0m\x1b[2m \x1b[0m\x1b[2m" not in colored


def test_source_in_colours() -> None:
    """A finding stands with its place; its marks have the colour of how bad it is."""
    excerpt = Excerpt("a.py", 1, 5, 1, 6, ("x = y",))
    blocks = (Heading("KL1"), Note("warning", "no"), SourceExcerpts("warning", (excerpt, excerpt), ("z",)))
    text = render(Document("", (*blocks, Paragraph("end"))), width=80, color=True, unicode=True)
    assert (
        ANSI.sub("", text)
        == """\
KL1
warning: no
 --> a.py:1:5
  |
1 | x = y
  |     ^
 ::: a.py:1:5
  |
1 | x = y
  |     -
  |
help: z

end
"""
    )
    assert "\x1b[1;33m^\x1b[0m" in text
    assert "\x1b[1;34m-\x1b[0m" in text
    assert "\x1b[32mhelp: \x1b[0mz" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20"), ("TTY_COMPATIBLE", "0")],
)
@pytest.mark.parametrize("color", [True, False])
def test_the_environment_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, color: bool
) -> None:
    for variable in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    expected = render(COMPARE, width=100, color=color, unicode=True)
    monkeypatch.setenv(name, value)
    assert render(COMPARE, width=100, color=color, unicode=True) == expected


@given(documents, widths, st.booleans())
@settings(deadline=None)
def test_ascii_is_ascii(document: Document, width: int | None, color: bool) -> None:
    text = render(document, width=width, color=color, unicode=False)
    assert text.isascii()
    assert all(character.isprintable() for character in ANSI.sub("", text) if character != "\n")


@given(documents, widths)
@settings(deadline=None)
def test_colours_change_nothing_else(document: Document, width: int | None) -> None:
    colored = render(document, width=width, color=True, unicode=True)
    assert ANSI.sub("", colored) == plain(document, width)


@given(documents, widths)
@example(Document("x = ", ()), None)
@settings(deadline=None)
def test_lines_end_where_their_text_ends(document: Document, width: int | None) -> None:
    text = plain(document, width)
    assert text.endswith("\n") or not (text or document.title)
    assert not re.search(r" $", text, re.MULTILINE)
    assert all(character.isprintable() for character in text if character != "\n")


def spoken(document: Document) -> list[str]:
    """The words of a document, by walking all of its fields."""

    def visit(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, Tree | Plot | SourceExcerpts):
            return []
        if isinstance(value, tuple):
            return [found for entry in value for found in visit(entry)]
        names = [name for name in getattr(value, "__dataclass_fields__", ()) if name != "tone"]
        return [found for name in names for found in visit(getattr(value, name))]

    return visit(document)


@given(documents)
@settings(deadline=None)
def test_nothing_is_lost_in_a_pipe(document: Document) -> None:
    text = squeezed(plain(document))
    assert all(squeezed(visible(found)) in text for found in spoken(document))


@given(st.lists(paragraphs, max_size=3), words, widths)
@settings(deadline=None)
def test_nothing_is_lost_where_lines_are_wrapped(
    lines: list[Paragraph], title: str, width: int | None
) -> None:
    document = Document(title, tuple(lines))
    assert squeezed(plain(document, width)) == squeezed(plain(document))


@given(st.lists(paragraphs | st.builds(Note, st.just("note"), words), max_size=3), st.integers(24, 130))
@settings(deadline=None)
def test_prose_keeps_to_the_width(lines: list[Paragraph | Note], width: int) -> None:
    text = plain(Document("title", tuple(lines)), width)
    assert all(cell_len(line) <= min(width, 100) for line in text.split("\n"))


def test_numbers_are_never_cut() -> None:
    numbers = [f"{index}.123456789012345678e+300 nats" for index in range(4)]
    columns = tuple(ColumnHead(f"long title {index}", numeric=True) for index in range(4))
    text = plain(Document("", (CellTable(columns, (tuple(map(Cell, numbers)),)),)), 60)
    assert " ".join(numbers) in text
