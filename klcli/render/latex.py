r"""Documents as a LaTeX fragment, to be put into an article that loads amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from klcli.formula.printing import to_text
from klcli.formula.tree import Tree
from klcli.render.signs import to_latex, to_latex_math
from klcli.render.wording import spell, without_picture
from klcli.report.document import (
    Block,
    Cell,
    Document,
    Fact,
    Facts,
    Heading,
    Item,
    Note,
    Paragraph,
    Plot,
    Steps,
    Table,
    Text,
    Tone,
)

__all__ = ["render"]

_PREAMBLE = r"% needs \usepackage{amsmath, amssymb}"
_BEGIN = r"""\documentclass{article}
\usepackage{amsmath, amssymb}
\usepackage[margin=2cm]{geometry}
\begin{document}"""
_END = r"\end{document}"
_LONG = 40
"""Characters beyond which the entries of a column are set as paragraphs."""


def render(document: Document, *, standalone: bool = False) -> str:
    """The LaTeX of a document, ending in a line end; plots are named and left out.

    Args:
        document: what to say.
        standalone: whether to write a document that compiles by itself and not a fragment.
    """
    title = rf"\section*{{{_words(document.title)}}}"
    body = "\n\n".join([title, *map(_block, document.blocks)]) + "\n"
    return f"{_BEGIN}\n{body}{_END}\n" if standalone else f"{_PREAMBLE}\n{body}"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return rf"\subsection*{{{_words(text)}}}"
        case Paragraph(text, tone):
            return _toned(text, tone)
        case Note(kind, text):
            return rf"\textit{{{kind}:}} {_words(text)}"
        case Item(label, lines):
            told = " \\\\\n".join(_guarded(_toned(line.text, line.tone)) for line in lines)
            return rf"\begin{{description}}\item[{{{_words(label)}}}] {told}\end{{description}}"
        case Facts(facts):
            return _facts(facts)
        case Table():
            return _table(block)
        case Steps():
            return _steps(block)
        case Plot():
            return _words(without_picture(block))
    assert_never(block)


def _words(text: Text) -> str:
    return spell(text, to_latex, lambda tree: f"${to_text(tree, 'latex')}$")


def _toned(text: Text, tone: Tone) -> str:
    return rf"\textbf{{{_words(text)}}}" if tone == "strong" else _words(text)


def _display(tree: Tree, left: str = "") -> str:
    return rf"\[ {left}{to_text(tree, 'latex')} \]"


def _guarded(text: str) -> str:
    r"""The text so that a ``[`` or ``*`` at its start is no argument of the ``\\`` or ``\item`` before it."""
    return "{}" + text if text[:1] in ("[", "*") else text


def _row(cells: Sequence[str]) -> str:
    return rf"{_guarded(' & '.join(cells))} \\"


def _tabular(columns: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([rf"\begin{{tabular}}{{{''.join(columns)}}}", *rows, r"\end{tabular}"])


def _column(texts: Sequence[Text]) -> str:
    longest = max((len(spell(text, str, to_text)) for text in texts), default=0)
    return r"p{0.45\linewidth}" if longest > _LONG else "l"


def _table(table: Table) -> str:
    entries: list[list[Cell]] = [[row[index] for row in table.rows] for index in range(len(table.columns))]
    columns = [
        "r" if column.numeric else _column([cell.text for cell in cells])
        for column, cells in zip(table.columns, entries, strict=True)
    ]
    head = _row([_words(column.title) for column in table.columns])
    rows = [_row([_toned(cell.text, cell.tone) for cell in row]) for row in table.rows]
    return _tabular(columns, [head, r"\hline", *rows])


def _facts(facts: Sequence[Fact]) -> str:
    columns = ["l", _column([fact.value for fact in facts]), _column([fact.remark for fact in facts])]
    rows = [_row([_words(fact.label), _toned(fact.value, fact.tone), _words(fact.remark)]) for fact in facts]
    return _tabular(columns, rows)


def _steps(steps: Steps) -> str:
    left = f"{to_latex_math(steps.subject)} = "
    lines = []
    for step in steps.steps:
        value = f" ({_words(step.value)})" if step.value else ""
        lines += [rf"\item {_guarded(_words(step.rule))}{value}", f"  {_display(step.tree, left)}"]
        left = "= "
    return "\n".join([r"\begin{enumerate}", *lines, r"\end{enumerate}"]) if lines else ""
