"""Plots as PNG or SVG images, drawn with matplotlib."""

from __future__ import annotations

from contextlib import AbstractContextManager
from io import BytesIO
from itertools import chain, cycle
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klcli.errors import KlcliError
from klcli.render.axes import runs, x_range, y_range
from klcli.render.signs import visible
from klcli.report.document import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["drawn"]

_METADATA: dict[str, dict[str, Any]] = {"png": {}, "svg": {"Date": None}}
"""The formats, with what is left out of each so that the same plot gives the same file."""

_SETTINGS = {"svg.hashsalt": "klcli", "text.parse_math": False}

_REFERENCE: dict[str, Any] = {"color": "0.82", "linewidth": 7, "solid_capstyle": "round"}
"""The look of the first curve, which the others are held against: broad, so that one on top of it shows."""

_LOOKS: list[dict[str, Any]] = [
    {"color": "#0072b2", "linestyle": "-"},
    {"color": "#d55e00", "linestyle": (0, (6, 2))},
    {"color": "#009e73", "linestyle": (0, (4, 1.5, 1, 1.5))},
    {"color": "#aa4499", "linestyle": (0, (2, 1.5))},
    {"color": "#b8860b", "linestyle": (0, (8, 2, 1, 2, 1, 2))},
    {"color": "#56b4e9", "linestyle": (0, (1, 1))},
]
"""The looks of the others, told apart by colour (also by the colour-blind) and by dashes."""


def drawn(plot: Plot, name: str) -> bytes:
    """The image of a plot for a file; the ending of its name decides the format.

    Neither a display nor the user's matplotlib settings are used, and the same plot gives the same bytes.

    Raises:
        KlcliError: neither .png nor .svg, or matplotlib is not installed.
    """
    path = Path(name)
    image_format = path.suffix.lower().removeprefix(".")
    if image_format not in _METADATA:
        raise KlcliError(f"cannot write a plot to {path.name!r}", "a plot is written as .png or .svg")
    image = BytesIO()
    with _plain_matplotlib():
        _figure(plot).savefig(image, format=image_format, metadata=_METADATA[image_format])
    return image.getvalue()


def _plain_matplotlib() -> AbstractContextManager[None]:
    """Matplotlib as it comes; it is the figure's canvas that decides for Agg or SVG, and no backend."""
    try:
        import matplotlib
    except ModuleNotFoundError as missing:
        if missing.name != "matplotlib":
            raise
        raise KlcliError("an image of a plot needs matplotlib", "pip install 'klcli[plot]'") from missing
    settings: dict[Any, Any] = {**matplotlib.rcParamsDefault, **_SETTINGS}
    del settings["backend"]
    return matplotlib.rc_context(settings)


def _figure(plot: Plot) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.5), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    for curve, look in zip(plot.curves, chain([_REFERENCE], cycle(_LOOKS)), strict=False):
        x, y = zip((nan, nan), *(point for run in runs(curve) for point in (*run, (nan, nan))), strict=True)
        # The space keeps a name that begins with "_" in the legend.
        axes.plot(x, y, label=f" {visible(curve.name)}", **look)
    axes.set_xlim(*x_range(plot))
    axes.set_ylim(*y_range(plot))
    _describe(axes, plot)
    return figure


def _describe(axes: Axes, plot: Plot) -> None:
    axes.set_title(visible(plot.title), loc="left", fontweight="bold", fontsize=11)
    axes.set_xlabel(visible(plot.x_label))
    axes.set_ylabel(visible(plot.y_label))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93")
    axes.set_axisbelow(True)
    if plot.curves:
        axes.legend(frameon=False, handlelength=3)
