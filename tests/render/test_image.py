"""Plots as images."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from klcli.errors import KlcliError
from klcli.render.image import drawn
from klcli.report.document import Curve, Plot
from tests.render.documents import COMPARE, plots

pytest.importorskip("matplotlib")

(PLOT,) = (block for block in COMPARE.blocks if isinstance(block, Plot))


@pytest.mark.parametrize("name", ["plot.png", "PLOT.PNG"])
def test_png(name: str) -> None:
    assert drawn(PLOT, name).startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_plot_gives_the_same_bytes(suffix: str) -> None:
    assert drawn(PLOT, f"1.{suffix}") == drawn(PLOT, f"2.{suffix}")


def test_svg_bears_no_date() -> None:
    text = drawn(PLOT, "plot.svg").decode()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "date" not in text


def test_names_are_no_mathematics_and_none_is_left_out() -> None:
    import matplotlib

    plain = Plot("a $x^2$ b", "$", "_{", (Curve("_hidden $\\frac$", (0.0, 1.0), (0.0, 1.0)),), 1.0)
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        comments = drawn(plain, "plot.svg").decode()
    assert "<!-- a $x^2$ b -->" in comments
    assert "<!--  _hidden $\\frac$ -->" in comments


def test_the_users_settings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "backend: TkAgg\nlines.linewidth: 30\nsavefig.dpi: 10\ntext.usetex: True\n"
    )
    program = (
        "from pathlib import Path; from tests.render.test_image import PLOT, drawn;"
        f"Path({str(tmp_path / 'theirs.png')!r}).write_bytes(drawn(PLOT, 'theirs.png'))"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "MPLBACKEND")}
    subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"MPLCONFIGDIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert (tmp_path / "theirs.png").read_bytes() == drawn(PLOT, "ours.png")


@pytest.mark.parametrize("name", ["plot.pdf", "plot", ".png"])
def test_other_suffixes(name: str) -> None:
    with pytest.raises(KlcliError, match="cannot write a plot to") as caught:
        drawn(PLOT, name)
    assert ".png or .svg" in caught.value.hint


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(KlcliError, match="needs matplotlib") as caught:
        drawn(PLOT, "plot.png")
    assert caught.value.hint == "pip install 'klcli[plot]'"


@given(plot=plots)
@settings(deadline=None, max_examples=15)
@pytest.mark.filterwarnings("ignore:Glyph", "ignore:constrained_layout")
def test_any_plot(plot: Plot) -> None:
    assert ElementTree.fromstring(drawn(plot, "plot.svg").decode()).tag.endswith("svg")
