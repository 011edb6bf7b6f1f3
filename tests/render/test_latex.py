"""Documents as LaTeX, compiled where there is a compiler."""

from __future__ import annotations

import shutil
import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.render.latex import render
from klcli.report.document import (
    Cell,
    CellTable,
    ColumnHead,
    Document,
    Excerpt,
    Fact,
    FactList,
    Heading,
    Item,
    Note,
    Paragraph,
    ShownStep,
    SourceExcerpts,
    Steps,
)
from tests.render.documents import COMPARE, COMPUTE, A, documents, words

MINIMAL = (
    "\\documentclass{{article}}\n\\usepackage{{amsmath, amssymb}}\n\\begin{{document}}\n{}\\end{{document}}\n"
)

NASTY = (
    *(f"{first}{second}" for first in string.punctuation for second in string.punctuation),
    *(
        "[1] x",
        "*x",
        "[",
        "*",
        "",
        " ",
        "--plot",
        "a^2 b^-1 c^x",
        "{",
        "}}",
        "\\end{document}",
        "\\end{verbatim}",
        "% gone",
        "KL(q || p)",
    ),
    *("σ² ≈ ½ ± 10⁻³ → ∞", "Γ Δ Θ Λ Σ Φ Ψ Ω", "αβγδεζηθκλμνξπρστφχψω", "µϵϕςϱϑ", "∓−·⋅×÷⁄≤≥≠≡≪≫∝√∑∏∫∂∇∈‖"),
    *("←↔⇒⇔•✓✗°ᵀⁿ─│", "–—‘’“”…", "⅓⅔¼¾⅛", "éü漢字שלום👩", "x₁₂ₐⱼ", "\x00\x1b[31m\n\t\u202e"),
)


def compile_latex(fragment: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Put a fragment into a minimal document and compile it."""
    (folder / "document.tex").write_text(MINIMAL.format(fragment), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def everywhere(texts: tuple[str, ...]) -> Document:
    """A document with each text in every place where a text can be."""
    rows = tuple((Cell(text), Cell(text, "strong"), Cell(text * 30)) for text in texts)
    blocks = (
        *(block for text in texts for block in (Heading(text), Paragraph(text), Note("note", (text, A)))),
        *(Item(text, (Paragraph(text), Paragraph(text, "strong"))) for text in texts),
        FactList(tuple(Fact(text, text, text) for text in texts)),
        *(
            CellTable(
                (ColumnHead(text), ColumnHead(text), ColumnHead("n", numeric=True)), rows[index : index + 20]
            )
            for index, text in enumerate(texts)
            if index % 20 == 0
        ),
        *(
            SourceExcerpts("error", (Excerpt(text, 1, 1, 2, 2, (text, text), text),), (text,))
            for text in texts
        ),
        *(Steps(text, (ShownStep(text, A, text), ShownStep((text, A), A))) for text in texts),
    )
    return Document(texts[0], blocks)


def test_compute() -> None:
    assert (
        render(COMPUTE)
        == r"""% needs \usepackage{amsmath, amssymb}
\section*{$\mathrm{KL}(q \parallel p)$, q = N(0.3, 1.2$^{2}$), p = N(0, 1)}

reading: 1.2 is a standard deviation, so sigma = 1.2

\begin{center}\begin{tabular}{llp{0.41\linewidth}}
closed form & \textbf{$\approx$~0.0826784 nats} & spread 0.0376784 + shift 0.045 \\
integral & $\approx$~0.0826784 nats & agrees \\
Monte Carlo & $\approx$~0.08243 $\pm$~0.00049 nats & z = $-$0.5; 1,000,000 samples, seed 0 \\
\end{tabular}\end{center}

\textit{warning:} [nats] are no :100: \textemdash{} $\sigma$$^{2}$ $\le$ $\frac{1}{2}$ has no error bar

\textit{note:} read as a variance it gives 0.0538392

\subsection*{steps}

\begin{enumerate}
\item definition
  \[ \mathrm{KL}(q \parallel p) = \mathbb{E}_{q}\left[ \log q - \log p \right] \]
\item log densities written out
  \[ = \mathbb{E}_{q}\left[ -\frac{1}{2} \log \left( 2 \pi \cdot \sigma_{1}^{2} \right) - \frac{\left( x - \mu_{1} \right)^{2}}{2 \sigma_{1}^{2}} - \left( -\frac{1}{2} \log \left( 2 \pi \cdot \sigma_{2}^{2} \right) - \frac{\left( x - \mu_{2} \right)^{2}}{2 \sigma_{2}^{2}} \right) \right] \]
\item the head s is a standard deviation ($\approx$~0.0826784)
  \[ = -\frac{1}{2} \left( 2 \log s - s^{2} - \mu^{2} + 1 \right) \]
\end{enumerate}
"""
    )


def test_compare() -> None:
    assert (
        render(COMPARE)
        == r"""% needs \usepackage{amsmath, amssymb}
\section*{$\mathrm{KL}(q \parallel p)$ where $\sigma$ is the head}

\begin{description}
\item[{A}] $-\frac{1}{2} \left( 2 \log s - s^{2} - \mu^{2} + 1 \right)$ \\
exact: is KL(q $\parallel$ N(0, 1)) itself
\end{description}

\begin{center}\begin{tabular}{llrp{0.63\linewidth}}
 & verdict & nats & what it is \\
\hline
\textbf{A} & exact & 0.0826784 & the KL divergence \\
\textbf{B} & wrong & 0.05 & keeps the minimum, with a quarter of the curvature that the KL has there \\
\end{tabular}\end{center}

plot: penalty (left out here; -{}-plot FILE.svg draws it)
"""
    )


def test_source() -> None:
    source = SourceExcerpts(
        "error", (Excerpt("a.py", 1, 5, 1, 7, (r"x = \end{verbatim} σ",)),), ("y = {x}_2",)
    )
    assert (
        render(Document("", (source,)))
        == r"""% needs \usepackage{amsmath, amssymb}
{\footnotesize
\begin{verbatim}
 --> a.py:1:5
  |
1 | x = \end {verbatim} sigma
  |     ^^
  |
help: y = {x}_2
\end{verbatim}}
"""
    )


@given(documents)
@settings(deadline=None)
def test_any_document_is_printable_ascii(document: Document) -> None:
    text = render(document)
    assert text.isascii()
    assert all(character.isprintable() for character in text if character != "\n")


@given(words)
def test_words_do_not_act(text: str) -> None:
    (paragraph,) = render(Document("title", (Paragraph(text),))).split("\n\n")[1:]
    bare = (
        paragraph.replace("\\\\", "")
        .replace("\\$", "")
        .replace("\\%", "")
        .replace("\\#", "")
        .replace("\\&", "")
    )
    assert bare.count("$") % 2 == 0
    assert not set("%#&") & set(bare)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex on this machine")
@pytest.mark.parametrize(
    "document", [COMPUTE, COMPARE, everywhere(NASTY)], ids=["compute", "compare", "nasty"]
)
def test_it_compiles(document: Document, tmp_path: Path) -> None:
    done = compile_latex(render(document), tmp_path)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert b"Missing character" not in (tmp_path / "document.log").read_bytes()


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex on this machine")
@given(texts=st.lists(words, min_size=30, max_size=60).map(tuple))
@settings(deadline=None, max_examples=3)
def test_any_words_compile(texts: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> None:
    done = compile_latex(render(everywhere(texts)), tmp_path_factory.mktemp("latex"))
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
