"""Figures as SVG, for a file of their own and within a page: plain text that is the same at each run.

What is drawn has the colours of a light ground; where a reader has a dark one, the style changes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from klcli.render.figure import WIDTH, Figure, FigureShape, FigureText, Ink, Polyline, Region, figure_of
from klcli.render.series_styles import PLAIN, Look, looks
from klcli.report.document import Plot

_SCALE = 1.5
"""Pixels of a picture to a unit of a figure."""


def _rules() -> Iterator[str]:
    dark = {name: ground.dark for name, ground in PLAIN.items()} | {look.name: look.dark for look in looks()}
    for name, colour in dark.items():
        yield f".plot .f-{name}{{fill:{colour}}}.plot .s-{name}{{stroke:{colour}}}"


STYLE = f"@media screen and (prefers-color-scheme:dark){{{''.join(_rules())}}}"
"""What a page with figures in it has in its style."""


def render(plots: Sequence[Plot]) -> str:
    """The text of an SVG file."""
    figure = figure_of(plots)
    size = f'width="{_SCALE * WIDTH:g}" height="{_number(_SCALE * figure.height)}"'
    ground = f'<rect width="100%" height="100%"{_ink("fill", "ground")}/>'
    return f"{_begin(figure, size)}<style>{STYLE}</style>\n{ground}\n{_body(figure)}</svg>\n"


def inline(plot: Plot) -> str:
    """The element of a figure within a page, which has the `STYLE`; its width is that of its place."""
    figure = figure_of([plot])
    return f"{_begin(figure, '')}{_body(figure)}</svg>"


def _begin(figure: Figure, size: str) -> str:
    title = escape(figure.title)
    box = f'viewBox="0 0 {WIDTH:g} {_number(figure.height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" {box} {size} role="img" '
        f"font-family=\"system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif\">\n<title>{title}</title>\n"
    )


def _body(figure: Figure) -> str:
    return "".join(f"{_element(shape)}\n" for shape in figure.shapes)


def _element(shape: FigureShape) -> str:
    match shape:
        case Polyline(points, ink, width, dashes):
            dashed = f' stroke-dasharray="{" ".join(map(str, dashes))}"' if dashes else ""
            path = f'<path d="{_path(points)}" fill="none" stroke-linejoin="round" stroke-width="{width:g}"'
            return f"{path}{_ink('stroke', ink)}{dashed}/>"
        case Region(corners, ink, density):
            return f'<path d="{_path(corners)}Z"{_ink("fill", ink)} fill-opacity="{density:g}"/>'
        case FigureText(text, (x, y), ink, size, anchor, bold):
            place = f'x="{_number(x)}" y="{_number(y)}" font-size="{size:g}"'
            weight = ' font-weight="bold"' if bold else ""
            anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
            return f"<text {place}{weight}{anchored}{_ink('fill', ink)}>{escape(text)}</text>"


def _ink(what: str, ink: Ink) -> str:
    """A colour on a light ground, and the name by which the style knows it."""
    name, colour = (ink.name, ink.light) if isinstance(ink, Look) else (ink, PLAIN[ink].light)
    return f' class="{what[0]}-{name}" {what}="{colour}"'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
