"""Pictures in files."""

from __future__ import annotations

import pytest

from klcli.errors import KlcliError
from klcli.render import svg
from klcli.render.image_formats import check, drawn
from tests.render.test_svg import PLOT


@pytest.mark.parametrize("name", ["plot.svg", "a.b/PLOT.SVG"])
def test_the_ending_says_how(name: str) -> None:
    assert drawn([PLOT], name) == svg.render([PLOT]).encode()


def test_png() -> None:
    pytest.importorskip("matplotlib")
    assert drawn([PLOT], "x.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["plot.pdf", "plot", ".png", "x.svg.gz", ""])
def test_other_endings(name: str) -> None:
    with pytest.raises(KlcliError, match="cannot draw a picture into") as caught:
        check(name)
    assert ".svg or .png" in caught.value.hint
