"""Plots as files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from klcli.errors import KlcliError
from klcli.render.image import write
from klcli.report.document import Curve, Plot
from tests.render.documents import COMPARE, plots

pytest.importorskip("matplotlib")

(PLOT,) = (block for block in COMPARE.blocks if isinstance(block, Plot))


@pytest.mark.parametrize("name", ["plot.png", "PLOT.PNG"])
def test_png(tmp_path: Path, name: str) -> None:
    write(PLOT, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_plot_gives_the_same_file(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"1.{suffix}", tmp_path / f"2.{suffix}"
    write(PLOT, first)
    write(PLOT, second)
    assert first.read_bytes() == second.read_bytes()


def test_svg_bears_no_date(tmp_path: Path) -> None:
    write(PLOT, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "date" not in text


def test_names_are_no_mathematics_and_none_is_left_out(tmp_path: Path) -> None:
    import matplotlib

    plain = Plot("a $x^2$ b", "$", "_{", (Curve("_hidden $\\frac$", (0.0, 1.0), (0.0, 1.0)),), 1.0)
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        write(plain, tmp_path / "plot.svg")
    comments = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert "<!-- a $x^2$ b -->" in comments
    assert "<!--  _hidden $\\frac$ -->" in comments


def test_the_users_settings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "backend: TkAgg\nlines.linewidth: 30\nsavefig.dpi: 10\ntext.usetex: True\n"
    )
    program = (
        "from pathlib import Path; from tests.render.test_image import PLOT, write;"
        f"write(PLOT, Path({str(tmp_path / 'theirs.png')!r}))"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "MPLBACKEND")}
    subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"MPLCONFIGDIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    write(PLOT, tmp_path / "ours.png")
    assert (tmp_path / "theirs.png").read_bytes() == (tmp_path / "ours.png").read_bytes()


@pytest.mark.parametrize("name", ["plot.pdf", "plot", ".png"])
def test_other_suffixes(tmp_path: Path, name: str) -> None:
    with pytest.raises(KlcliError, match="cannot write a plot to") as caught:
        write(PLOT, tmp_path / name)
    assert ".png or .svg" in caught.value.hint


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KlcliError, match="No such file"):
        write(PLOT, tmp_path / "missing" / "plot.png")


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(KlcliError, match="needs matplotlib") as caught:
        write(PLOT, tmp_path / "plot.png")
    assert caught.value.hint == "pip install 'klcli[plot]'"


@given(plot=plots)
@settings(deadline=None, max_examples=15)
@pytest.mark.filterwarnings("ignore:Glyph", "ignore:constrained_layout")
def test_any_plot(plot: Plot, tmp_path_factory: pytest.TempPathFactory) -> None:
    write(plot, tmp_path_factory.mktemp("plot") / "plot.svg")
