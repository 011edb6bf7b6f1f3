r"""Documents as a LaTeX fragment, to be put into an article that loads amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from klcli.formula.tree import Tree
from klcli.formula.write.printing import to_text
from klcli.render.character_spellings import to_ascii, to_latex, to_latex_math
from klcli.render.excerpts import listing
from klcli.render.wording import as_table, lines_of, spell, without_picture
from klcli.report.document import (
    CellTable,
    Document,
    DocumentBlock,
    FactList,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Plot,
    SourceExcerpts,
    Steps,
    Text,
    Tone,
)

_PREAMBLE = r"% needs \usepackage{amsmath, amssymb}"
_BEGIN = r"""\documentclass{article}
\usepackage{amsmath, amssymb}
\usepackage[margin=2cm]{geometry}
\begin{document}"""
_END = r"\end{document}"
_LINE, _SMALL_LINE, _GAP = 70, 80, 3
"""Characters on a line, on one in small type, roughly, and those that the gap between columns is worth."""
_LONG, _LEAST = 30, 0.2
"""Characters beyond which entries are set as paragraphs, and the least share of the line for these."""


def render(document: Document, *, standalone: bool = False) -> str:
    """The LaTeX of a document, ending in a line end; plots are named and left out.

    Args:
        document: what to say.
        standalone: whether to write a document that compiles by itself and not a fragment.
    """
    title = [rf"\section*{{{_words(document.title)}}}"] if document.title else []
    body = "\n\n".join([*title, *map(_block, document.blocks)]) + "\n"
    return f"{_BEGIN}\n{body}{_END}\n" if standalone else f"{_PREAMBLE}\n{body}"


def _block(block: DocumentBlock) -> str:
    match block:
        case Heading(text):
            return rf"\subsection*{{{_words(text)}}}"
        case Paragraph(text, tone):
            return _toned(text, tone)
        case Listing(text):
            return _verbatim(to_ascii(lines_of(text)))
        case Note(kind, text):
            return rf"\textit{{{kind}:}} {_words(text)}"
        case Item(label, lines):
            told = " \\\\\n".join(_guarded(_toned(line.text, line.tone)) for line in lines)
            return f"\\begin{{description}}\n\\item[{{{_words(label)}}}] {told}\n\\end{{description}}"
        case FactList():
            return _table(as_table(block))
        case CellTable():
            return _table(block)
        case Steps():
            return _steps(block)
        case Plot():
            return _words(without_picture(block))
        case SourceExcerpts():
            return _verbatim(listing(block, _SMALL_LINE, unicode=False))
    assert_never(block)


def _verbatim(text: str) -> str:
    r"""A text as it is; an ``\end{verbatim}`` in it would end it early and gets a space."""
    kept = text.replace(r"\end{verbatim", r"\end {verbatim")
    return f"{{\\footnotesize\n\\begin{{verbatim}}\n{kept}\n\\end{{verbatim}}}}"


def _words(text: Text) -> str:
    return spell(text, to_latex, lambda tree: f"${to_text(tree, 'latex')}$")


def _toned(text: Text, tone: Tone) -> str:
    words = _words(text)
    return rf"\textbf{{{words}}}" if tone == "strong" and words.strip() else words


def _display(tree: Tree, left: str = "") -> str:
    return rf"\[ {left}{to_text(tree, 'latex')} \]"


def _guarded(text: str) -> str:
    r"""The text of a line: not empty, and its ``[`` or ``*`` no argument of a ``\\`` or ``\item`` before."""
    if not text.strip():
        return r"\mbox{}"
    return "{}" + text if text.lstrip().startswith(("[", "*")) else text


def _row(cells: Sequence[str]) -> str:
    return rf"{_guarded(' & '.join(cells))} \\"


def _table(table: CellTable) -> str:
    titles = [_words(column.title) for column in table.columns]
    head = [_row(titles), r"\hline"] if any(titles) else []
    rows = [_row([_toned(cell.text, cell.tone) for cell in row]) for row in table.rows]
    size, alignment = _layout(table)
    begin = rf"\begin{{center}}{size}\begin{{tabular}}{{{alignment}}}"
    return "\n".join([begin, *head, *rows, r"\end{tabular}\end{center}"])


def _layout(table: CellTable) -> tuple[str, str]:
    """The size of the type and the alignment of each column.

    Where the line is too short, columns with long entries share what the others leave of it, and the type
    becomes small if that is too little.
    """
    texts = [
        [column.title, *(row[index].text for row in table.rows)] for index, column in enumerate(table.columns)
    ]
    lengths = [max(map(_length, column)) for column in texts]
    gaps = _GAP * (len(lengths) - 1)
    long = _LONG if sum(lengths) + gaps > _LINE else max(lengths, default=0)
    short = [length for length in lengths if length <= long]
    sharing = len(lengths) - len(short)
    left = 1 - (sum(short) + gaps) / _LINE
    share = max(_LEAST, left / max(1, sharing))
    alignment = [
        "r" if column.numeric else rf"p{{{share:.2f}\linewidth}}" if length > long else "l"
        for column, length in zip(table.columns, lengths, strict=True)
    ]
    return r"\footnotesize" if left < _LEAST * sharing else "", "".join(alignment)


def _length(text: Text) -> int:
    return len(spell(text, str, lambda tree: to_text(tree, "unicode")))


def _steps(steps: Steps) -> str:
    left = f"{to_latex_math(steps.subject)} = "
    lines = []
    for step in steps.steps:
        value = f" ({_words(step.value)})" if step.value else ""
        lines += [rf"\item {_guarded(_words(step.rule))}{value}", f"  {_display(step.tree, left)}"]
        left = "= "
    return "\n".join([r"\begin{enumerate}", *lines, r"\end{enumerate}"]) if lines else ""
