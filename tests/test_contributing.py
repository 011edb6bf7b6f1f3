"""CONTRIBUTING.md and CITATION.cff say what is so."""

from __future__ import annotations

import re

import klcli
from tests.executed import ROOT
from tests.test_layers import FILES, ROOMS

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_rooms_stand_in_their_order() -> None:
    (line,) = re.findall(r"^errors <- .*$", TEXT, re.MULTILINE)
    shown = line.split(" <- ")
    assert shown == [room for room in ROOMS if room in shown]
    told = re.findall(r"^\| (`[^|]*`) \|", TEXT, re.MULTILINE)
    assert {room for cell in told for room in re.findall(r"`(\w+)`", cell)} == {*ROOMS, *FILES}


def test_what_is_named_is_there() -> None:
    for path in re.findall(r"`((?:[\w-]+/)+[\w-]+(?:\.\w+)?)`", TEXT):
        assert (ROOT / path).exists() or (ROOT / "klcli" / path).exists(), path
    for term in re.findall(
        r"`(SIGMA|HEAD|RANGES|LOG_SIGMA|COSTS|RULES|FRAMEWORKS|WATCHED|FORMATS|ESTIMATORS)`", TEXT
    ):
        assert any(
            re.search(rf"^{term}\b", path.read_text(encoding="utf-8"), re.MULTILINE)
            for folder in ("klcli", "tests")
            for path in (ROOT / folder).rglob("*.py")
        )


def test_the_version_is_that_of_the_package() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", citation, re.MULTILINE) == [klcli.__version__]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d\S*)", changes, re.MULTILINE)
    assert released[0] == klcli.__version__
