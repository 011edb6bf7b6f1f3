"""Plots as PNG."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from klcli.errors import KlcliError
from klcli.render.png import render
from klcli.report.document import Axis, Curve, Plot
from tests.render.test_svg import PLOT


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(KlcliError, match="a PNG needs matplotlib") as caught:
        render([PLOT])
    assert caught.value.hint.startswith("pip install 'klcli[plot]'; ")


def test_the_same_plot_gives_the_same_bytes() -> None:
    pytest.importorskip("matplotlib")
    assert render([PLOT]).startswith(b"\x89PNG")
    assert render([PLOT]) == render([PLOT])


def test_names_are_no_mathematics() -> None:
    pytest.importorskip("matplotlib")
    curve = Curve("_hidden $\\frac$", (0.0, 1.0), (0.0, 1.0))
    assert render([Plot("a $x^2$ b", Axis("$"), Axis("_{"), (curve, curve))])


def test_the_users_settings_do_not_count(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "matplotlibrc").write_text(
        "backend: TkAgg\nlines.linewidth: 30\nsavefig.dpi: 10\ntext.usetex: True\n"
    )
    program = (
        "from pathlib import Path; from tests.render.test_png import PLOT, render;"
        f"Path({str(tmp_path / 'theirs.png')!r}).write_bytes(render([PLOT]))"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "MPLBACKEND")}
    subprocess.run(
        [sys.executable, "-c", program],
        env=environment | {"MPLCONFIGDIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert (tmp_path / "theirs.png").read_bytes() == render([PLOT])
