"""``klcli lint``: files and folders, formats, statuses, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Klcli

GOOD = "def kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()\n"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "good.py").write_text(GOOD)
    return tmp_path


def test_nothing_found(klcli: Klcli, project: Path) -> None:
    result = klcli("lint", "src")
    assert (result.status, result.err) == (0, "")
    assert "0 findings in 1 file; 1 KL term" in result.out


def test_findings_are_status_1(klcli: Klcli, project: Path) -> None:
    (project / "src" / "bad.py").write_text(BAD)
    result = klcli("lint", "src", "--json")
    data = json.loads(result.out)
    assert (result.status, data["schema"], data["files"]) == (1, "klcli.lint/2", 2)
    (finding,) = data["findings"]
    assert (finding["path"], finding["line"], finding["column"]) == ("src/bad.py", 2, 12)
    assert (finding["code"], finding["severity"], finding["confidence"]) == ("KL101", "error", "high")
    assert "1 + 2 * s" in finding["fix"]
    assert {term["verdict"] for term in data["terms"]} == {"exact", "wrong"}
    assert "src/bad.py:2:12: KL101" in klcli("lint", "src", "-q").out


def test_terms_are_shown(klcli: Klcli, project: Path) -> None:
    assert "right, for a head that is a log-variance" in klcli("lint", "src", "--show-terms").out
    assert "right, for a head" not in klcli("lint", "src").out


def test_what_is_walked(klcli: Klcli, project: Path) -> None:
    """No hidden folders, environments or caches, and links that go round in circles do not stop it."""
    for folder in (".git", "venv", "env2", "__pycache__"):
        (project / folder).mkdir()
        (project / folder / "bad.py").write_text(BAD)
    (project / "env2" / "pyvenv.cfg").write_text("")
    (project / "src" / "loop").symlink_to(project)
    assert json.loads(klcli("lint", ".", "--json").out)["files"] == 1
    assert klcli("lint", "venv/bad.py").status == 1


def test_unreadable_files_do_not_stop_it(klcli: Klcli, project: Path) -> None:
    (project / "src" / "two.py").write_text("kl = = exp(2) ** 2\n")
    result = klcli("lint", "src", "--json")
    assert result.status == 2
    assert json.loads(result.out)["unreadable"] == [
        {"path": "src/two.py", "reason": json.loads(result.out)["unreadable"][0]["reason"]}
    ]
    assert "0 findings in 2 files, 1 not read in full; " in klcli("lint", "src").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no file or folder"),
        (("nowhere",), "there is no file or folder nowhere"),
        (("",), "there is no file or folder ''"),
        (("empty",), "no Python file"),
        (("--jobs", "0", "."), "--jobs must be a whole number"),
    ],
)
def test_what_is_refused(klcli: Klcli, project: Path, arguments: tuple[str, ...], message: str) -> None:
    (project / "empty").mkdir()
    result = klcli("lint", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_nothing_is_run(klcli: Klcli, project: Path) -> None:
    (project / "src" / "evil.py").write_text("open('touched', 'w')\nimport evil2\nx = exp(1) ** 2\n" + GOOD)
    assert klcli("lint", "src").status == 0
    assert not (project / "touched").exists()


def test_a_file_too_deep_to_follow_is_said(klcli: Klcli, project: Path) -> None:
    deep = "".join(f"{' ' * n}if exp(s) ** 2:\n" for n in range(90)) + " " * 90 + "x = 1\n"
    (project / "src" / "deep.py").write_text(deep)
    (project / "src" / "long.py").write_text("if a:\n    x = 1\n" + "elif exp(b) ** 2:\n    x = 2\n" * 3000)
    result = klcli("lint", "src")
    assert result.status in (0, 2)
    assert "internal error" not in result.err
