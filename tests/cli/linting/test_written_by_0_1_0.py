"""What version 0.1.0 accepted is accepted still: a baseline that it wrote, and comments with its codes.

``written_by_0_1_0/baseline.json`` was written by that version with
``klcli lint ../../../lint/fixtures --write-baseline baseline.json`` and is never written anew.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from klcli.cli.linting.finding_selection import codes
from klcli.judge.mistakes.table import MISTAKES
from tests.cli.conftest import Klcli

FOLDER = Path(__file__).parent / "written_by_0_1_0"
BASELINE = FOLDER / "baseline.json"
KNOWN = [*MISTAKES]


def _accepted() -> dict[str, set[str]]:
    """The codes that the baseline has for each file."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in json.loads(BASELINE.read_text(encoding="utf-8"))["findings"]:
        found[entry["path"]].add(entry["code"])
    return found


def _enough() -> list[str]:
    """Small files, each a case by itself, which have all codes of the baseline among them."""
    found = {path: own for path, own in _accepted().items() if Path(path).parent.name == "fixtures"}
    left = set().union(*_accepted().values())
    chosen = []
    for path in sorted(found, key=lambda one: (FOLDER / one).stat().st_size):
        if path.endswith(".py") and left & found[path]:
            left -= found[path]
            chosen.append(path)
    assert not left
    return chosen


def test_its_baseline_accepts_the_same_findings(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is new, and none is found no more, which would be said on stderr."""
    monkeypatch.chdir(FOLDER)
    paths = _enough()
    result = klcli("lint", *paths, "--baseline", "baseline.json")
    assert (result.status, result.out.split()[:2]) == (0, ["0", "findings"])
    assert "found no more" not in result.err


def test_its_comments_accept_the_same_findings(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line has one mistake and names its code; without the comments these are found."""
    text = (FOLDER / "ignored.py").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("ignored.py").write_text(text, encoding="utf-8")
    result = klcli("lint", "ignored.py", "-q")
    assert (result.status, result.out) == (0, "")
    said = re.findall(r"ignore\[(KL\d+)\]", text)
    Path("ignored.py").write_text(text.replace("# klcli: ignore", "# "), encoding="utf-8")
    found = json.loads(klcli("lint", "ignored.py", "--json").out)["findings"]
    assert [finding["code"] for finding in found] == said


def test_a_mistake_that_has_got_a_code_of_its_own_is_accepted_under_its_former_one(
    klcli: Klcli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In comments and on the command line; baselines are held above."""
    monkeypatch.chdir(tmp_path)
    line = "    return (torch.log(s2/s1) + s1**2 + (mu1 - mu2)**2/(2*s2**2) - 0.5).sum()"
    text = f"import torch\n\n\ndef kl(mu1, s1, mu2, s2):\n{line}"
    Path("one.py").write_text(f"{text}\n", encoding="utf-8")
    assert [one["code"] for one in json.loads(klcli("lint", "one.py", "--json").out)["findings"]] == ["KL142"]
    assert klcli("lint", "one.py", "-q", "--ignore", "KL100").status == 0
    assert klcli("lint", "one.py", "-q", "--ignore", "KL101").status == 1
    Path("one.py").write_text(f"{text}  # klcli: ignore[KL100]\n", encoding="utf-8")
    assert klcli("lint", "one.py", "-q").status == 0


@pytest.mark.parametrize("code", KNOWN)
def test_every_code_that_is_explained_can_be_ignored(code: str) -> None:
    assert codes([code], "--ignore") == (code,)


def test_every_code_of_its_baseline_is_explained() -> None:
    assert set().union(*_accepted().values()) <= set(KNOWN)
