"""Documents for a terminal, written with rich, which only this module knows.

Rich gets every text as a `Text` object, so that nothing in it is taken for markup, and a console without
bounds, so that nothing is cut or wrapped behind our back: what may be how wide is decided in the layout.
"""

from __future__ import annotations

from io import StringIO
from itertools import groupby
from operator import itemgetter

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from klcli.render.layout import UNBOUNDED, lay_out
from klcli.render.styled_rows import StyledLine, TextGrid, trimmed
from klcli.report.document import Document

_ASCII_BOX = Box(str(SIMPLE_HEAD).replace("─", "-"), ascii=True)


def render(document: Document, *, width: int | None, color: bool, unicode: bool) -> str:
    """The text of a document, ending in a line end unless there is nothing to say.

    Args:
        document: what to say.
        width: of the terminal, in characters; None where there is none, and then no line is wrapped.
        color: whether to style the text with ANSI escape sequences.
        unicode: whether any character may be used; otherwise the text is ASCII.
    """
    file = StringIO()
    console = Console(
        file=file,
        width=UNBOUNDED,
        # Any: without a height, rich takes 80 columns where TERM=dumb.
        height=25,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=False,
        legacy_windows=False,
        force_jupyter=False,
    )
    for grid in lay_out(document, width=width, unicode=unicode, columns_of=cell_len):
        if grid is None:
            console.print()
        else:
            table = _table(grid, SIMPLE_HEAD if unicode else _ASCII_BOX)
            console.print(Padding(table, (0, 0, 0, grid.indent), expand=False) if grid.indent else table)
    return trimmed(file.getvalue())


def _table(grid: TextGrid, box: Box) -> Table:
    # The line between two columns is blank in our boxes and one character of the gap. What is left of it we
    # put beside each text: rich before 14.3 widens the last column by the padding of its own tables.
    count = len(grid.widths)
    padding = [*[grid.gap - 1 if grid.head else grid.gap] * (count - 1), 0][:count]
    table = Table(
        box=box if grid.head else None,
        show_header=bool(grid.head),
        show_edge=False,
        pad_edge=False,
        padding=0,
        border_style="dim",
    )
    for index, (width, pad) in enumerate(zip(grid.widths, padding, strict=True)):
        justify: JustifyMethod = "right" if index in grid.right else "left"
        title = grid.head[index] if grid.head else ()
        table.add_column(_padded(title, pad), width=width + pad, justify=justify, overflow="fold")
    for row in grid.rows:
        table.add_row(*map(_padded, row, padding))
    return table


def _padded(line: StyledLine, pad: int) -> Padding:
    # Neighbours of one style share its escape sequences: a picture has a part for each character.
    runs = [("".join(text for text, _ in run), style) for style, run in groupby(line, key=itemgetter(1))]
    return Padding(Text.assemble(*runs), (0, pad, 0, 0))
