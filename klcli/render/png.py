"""Figures as PNG: the shapes of the SVG, on a canvas of matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any

from klcli.errors import KlcliError
from klcli.render.figure import WIDTH, FigureShape, FigureText, Ink, Polyline, Region, figure_of
from klcli.render.series_styles import PLAIN, Look
from klcli.report.document import Plot

_DOTS = 200
"""Dots an inch, which is 72 units: the image is 1222 dots wide."""
_SHRUNK = 0.95
"""Of the type: the font of matplotlib is wider than those of browsers."""
_POINTS = 72
"""To an inch, as matplotlib counts."""


def render(plots: Sequence[Plot]) -> bytes:
    """The bytes of a PNG file, the same for the same plots; the user's matplotlib settings do not count.

    Raises:
        KlcliError: matplotlib is not installed.
    """
    with _plain_matplotlib():
        from matplotlib.figure import Figure

        drawn = figure_of(plots)
        canvas = Figure(figsize=(WIDTH / _POINTS, drawn.height / _POINTS), dpi=_DOTS)
        for order, shape in enumerate(drawn.shapes):
            _add(canvas, shape, drawn.height, order)
        image = BytesIO()
        canvas.savefig(image, format="png", metadata={"Software": None})
        return image.getvalue()


def _plain_matplotlib() -> AbstractContextManager[None]:
    """Matplotlib as it comes; it is the figure's canvas that decides for Agg, and no backend."""
    try:
        import matplotlib
    except ModuleNotFoundError as missing:
        if missing.name != "matplotlib":
            raise
        raise KlcliError(
            "a PNG needs matplotlib", "pip install 'klcli[plot]'; an SVG, --plot FILE.svg, needs nothing"
        ) from missing
    settings: dict[Any, Any] = {**matplotlib.rcParamsDefault, "text.parse_math": False}
    del settings["backend"]
    return matplotlib.rc_context(settings)


def _add(canvas: Any, shape: FigureShape, height: float, order: int) -> None:
    """Put a shape on the canvas, on top of what is there; its coordinates are shares, from below."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] / WIDTH, 1 - point[1] / height

    match shape:
        case Polyline(points, ink, width, dashes):
            x, y = zip(*map(at, points), strict=True)
            style: Any = (0, tuple(dash / width for dash in dashes)) if dashes else "-"
            line = Line2D(x, y, color=_colour(ink), linewidth=width, linestyle=style, zorder=order)
            line.set_solid_capstyle("butt")
            canvas.add_artist(line, clip=False)
        case Region(corners, ink, density):
            places = list(map(at, corners))
            patch = Polygon(places, facecolor=_colour(ink), alpha=density, linewidth=0, zorder=order)
            canvas.add_artist(patch, clip=False)
        case FigureText(text, place, ink, size, anchor, bold):
            side = {"start": "left", "middle": "center", "end": "right"}[anchor]
            weight = "bold" if bold else "normal"
            style = {"color": _colour(ink), "fontsize": _SHRUNK * size, "fontweight": weight, "zorder": order}
            canvas.text(*at(place), text, ha=side, va="baseline", **style)


def _colour(ink: Ink) -> str:
    return ink.light if isinstance(ink, Look) else PLAIN[ink].light
