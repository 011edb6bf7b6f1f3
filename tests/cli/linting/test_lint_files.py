"""``klcli.lint_files``: what the command finds, without its output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import klcli as library
from tests.cli.conftest import Klcli

WRONG = (
    "import torch\ndef kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu**2 - torch.exp(logvar)**2).sum()\n"
)


def test_the_fields_are_those_of_the_command(klcli: Klcli, tmp_path: Path) -> None:
    (tmp_path / "vae.py").write_text(WRONG)
    (tmp_path / "other.py").write_text("def broken(:\n")
    found = library.lint_files(tmp_path)
    said = json.loads(klcli("lint", str(tmp_path), "--json").out)
    assert json.loads(library.to_json(found)) == said
    assert repr(found) == "LintData(findings='KL105', terms=1, files=2)"


def test_it_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe\x00")
    found = library.lint_files([tmp_path / "bad.py"])
    assert found.unreadable
    assert capsys.readouterr() == ("", "")


def test_codes_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vae.py").write_text(WRONG)
    assert not library.lint_files(str(tmp_path), ignore=["KL105"]).findings
    assert library.lint_files([str(tmp_path)], select=["KL1"]).findings
    assert library.lint_files(tmp_path, select="KL1", exclude="other.py").findings  # and no letters
    with pytest.raises(library.KlcliError, match="is excluded"):
        library.lint_files(".", exclude=["*.py"])
    with pytest.raises(library.KlcliError):
        library.lint_files([])
