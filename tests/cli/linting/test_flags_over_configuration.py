"""``klcli lint`` in a project: selection, configuration, baselines, standard input."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Klcli, Result

GOOD = "def kl(mu, logvar):\n    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()\n"
BAD = "def kl(mu, s):\n    return -0.5 * (1 + s - mu ** 2 - torch.exp(s) ** 2).sum()\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "good.py").write_text(GOOD)
    (tmp_path / "src" / "bad.py").write_text(BAD)
    return tmp_path


def codes(result: Result) -> list[str]:
    return [found["code"] for found in json.loads(result.out)["findings"]]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["KL101"]),
        (("--select", "KL1"), ["KL101"]),
        (("--select", "KL2"), []),
        (("--select", "kl2,kl101"), ["KL101"]),
        (("--select", "KL2", "--select", "KL101"), ["KL101"]),
        (("--ignore", "KL10"), []),
        (("--ignore", "KL2,"), ["KL101"]),
        (("--select", "KL101", "--ignore", "KL101"), []),
        (("--exclude", "src/bad.py"), []),
        (("--exclude", "*.py", "--exclude", "!good.py"), []),
    ],
)
def test_selection(klcli: Klcli, options: tuple[str, ...], found: list[str]) -> None:
    result = klcli("lint", "src", "--json", *options)
    assert (codes(result), result.status) == (found, bool(found))


def test_the_configuration_and_what_comes_before_it(klcli: Klcli, project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text('[tool.klcli]\nignore = ["KL101"]\n')
    assert codes(klcli("lint", "src", "--json")) == []
    assert codes(klcli("lint", "src", "--json", "--ignore", "KL2")) == ["KL101"]
    file.write_text('[tool.klcli.per-file-ignores]\n"bad.py" = ["KL1"]\n')
    assert codes(klcli("lint", "src", "--json")) == []
    file.write_text('[tool.klcli]\nexclude = ["src/bad.py"]\nshow-terms = true')
    assert "KL term: right" in klcli("lint", "src").out
    assert "KL term: right" not in klcli("lint", "src", "--no-show-terms").out
    assert codes(klcli("lint", "src", "--json", "--exclude", "other")) == ["KL101"]
    file.write_text("[tool.klcli]\nselct = []\n")
    result = klcli("lint", "src")
    assert (result.status, result.out) == (2, "")
    assert result.err.endswith("has no key 'selct'\nhint: did you mean 'select'?\n")


def test_all_that_is_named_is_excluded(klcli: Klcli, project: Path) -> None:
    """As a commit that changes nothing else: that is no error."""
    result = klcli("lint", "src/bad.py", "--exclude", "src/")
    assert (result.status, result.err) == (0, "note: src/bad.py is excluded, and not checked\n")


def test_many_files_are_named(klcli: Klcli, project: Path) -> None:
    names = [f"src/m{number}.py" for number in range(40)]
    for name in names:
        (project / name).write_text(BAD if name.endswith("9.py") else GOOD)
    (project / ".gitignore").write_text("src/\n")
    one, two = (klcli("lint", *names, "--json", "--jobs", jobs) for jobs in ("1", "2"))
    assert one == two
    assert codes(one) == ["KL101"] * 4
    assert json.loads(one.out)["files"] == 40


def test_gitignore(klcli: Klcli, project: Path) -> None:
    (project / ".gitignore").write_text("bad.py\n")
    assert klcli("lint", ".").status == 0
    assert klcli("lint", ".", "--no-gitignore").status == 1
    assert klcli("lint", "src/bad.py").status == 1


def from_stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_standard_input(klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_stdin(monkeypatch, BAD)
    result = klcli("lint", "-", "-q")
    assert (result.status, result.out.split(": ")[:2]) == (
        1,
        [
            "<stdin>:2:12",
            "KL101 [error] the log term has lost its factor 2, if s is a log standard deviation\n",
        ],
    )
    (project / "src" / "pyproject.toml").write_text('[tool.klcli.per-file-ignores]\n"/new.py" = ["KL101"]\n')
    for name, status in (("src/other.py", 1), ("src/new.py", 0), ("new.py", 1)):
        from_stdin(monkeypatch, BAD)
        assert klcli("lint", "-", "--stdin-filename", name).status == status
    from_stdin(monkeypatch, BAD)
    assert klcli("lint", "-", "--stdin-filename", "src/x.py", "--exclude", "x.py").status == 0


def test_what_an_editor_has_not_saved_counts(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    from_stdin(monkeypatch, GOOD)
    result = klcli("lint", "src", "-", "--stdin-filename", "src/bad.py", "--json")
    assert (codes(result), json.loads(result.out)["files"]) == ([], 2)


def test_a_notebook_from_standard_input(klcli: Klcli, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [{"cell_type": "code", "source": BAD.splitlines(keepends=True)}]
    from_stdin(monkeypatch, json.dumps({"cells": cells}))
    assert codes(klcli("lint", "-", "--stdin-filename", "n.ipynb", "--json")) == ["KL101"]


def test_a_pipe_that_is_named_like_a_file(klcli: Klcli) -> None:
    """As a shell passes <(command): it can be read only once."""
    reading, writing = os.pipe()
    os.write(writing, BAD.encode())
    os.close(writing)
    assert codes(klcli("lint", f"/dev/fd/{reading}", "--json")) == ["KL101"]
    os.close(reading)


def baseline(klcli: Klcli, *options: str) -> Result:
    return klcli("lint", "src", "--baseline", "kl.json", *options)


def test_a_baseline_accepts_what_is_there(klcli: Klcli, project: Path) -> None:
    result = klcli("lint", "src", "--write-baseline", "kl.json")
    assert (result.status, result.err) == (0, "wrote 1 finding to kl.json\n")
    data = json.loads((project / "kl.json").read_text())
    assert data["schema"] == "klcli.baseline/1"
    ((entry,),) = (data["findings"],)
    assert entry == {"path": "src/bad.py", "code": "KL101", "fingerprint": entry["fingerprint"], "count": 1}
    assert (baseline(klcli).status, baseline(klcli).err) == (0, "")
    moved = "import torch\n\n\n" + BAD.replace("1 + s - mu ** 2", "1\n        + s - (mu ** 2)")
    (project / "src" / "bad.py").write_text(moved)
    assert (baseline(klcli).status, baseline(klcli).err) == (0, "")


def test_a_second_copy_is_found(klcli: Klcli, project: Path) -> None:
    klcli("lint", "src", "--write-baseline", "kl.json")
    (project / "src" / "bad.py").write_text(BAD + BAD.replace("kl(", "again("))
    result = baseline(klcli, "--json")
    assert [found["line"] for found in json.loads(result.out)["findings"]] == [4]
    (project / "src" / "copy.py").write_text(BAD)
    assert [found["path"] for found in json.loads(baseline(klcli, "--json").out)["findings"]] == [
        "src/bad.py",
        "src/copy.py",
    ]
    klcli("lint", "src", "--write-baseline", "kl.json")
    assert json.loads((project / "kl.json").read_text())["findings"][0]["count"] == 2
    assert baseline(klcli).status == 0


def test_what_is_mended_is_said(klcli: Klcli, project: Path) -> None:
    (project / "src" / "worse.py").write_text(BAD)
    klcli("lint", "src", "--write-baseline", "kl.json")
    (project / "src" / "bad.py").write_text(GOOD)
    (project / "src" / "worse.py").unlink()
    result = baseline(klcli)
    assert result.status == 0
    assert result.err == (
        "2 findings of kl.json found no more; --write-baseline kl.json writes what is left\n"
    )
    (project / "src" / "worse.py").write_text(BAD)
    assert klcli("lint", "src/good.py", "--baseline", "kl.json").err == "", "other files were not looked at"
    assert baseline(klcli, "--select", "KL2").err.startswith("1 finding of"), (
        "what is not shown is still there"
    )


def test_a_baseline_of_the_configuration(
    klcli: Klcli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.klcli]\nbaseline = "kl.json"\n')
    assert klcli("lint", "src").status == 2
    assert klcli("lint", "src", "--write-baseline", "kl.json").status == 0
    monkeypatch.chdir(project / "src")
    assert klcli("lint", ".").status == 0
    assert klcli("lint", str(project)).status == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot read the baseline kl.json: No such file or directory"),
        ("{", "it has no schema"),
        ("[" * 100_000, "it has no schema"),
        ("[]", "it has no schema"),
        ('{"schema": "klcli.lint/1"}', "it has no schema"),
        ('{"schema": "klcli.baseline/1"}', "it has no list of findings"),
        ('{"schema": "klcli.baseline/1", "findings": [{"path": "a"}]}', "entry 1 has no path, code"),
        (
            '{"schema": "klcli.baseline/1", "findings": [{"path": "a", "code": "b", "fingerprint": "c", "count": 0}]}',
            "the count of entry 1 is 0",
        ),
    ],
)
def test_a_broken_baseline(klcli: Klcli, project: Path, text: str | None, message: str) -> None:
    if text is not None:
        (project / "kl.json").write_text(text)
    result = baseline(klcli)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "--write-baseline kl.json" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("src", "--select", "KL9"), "--select: there is no code KL9"),
        (("src", "--ignore", ","), "--ignore names no code"),
        (("src", "--exclude", "!"), "'!' is no pattern"),
        (("src", "--jobs", "0"), "--jobs"),
        (("src", "--stdin-filename", "a.py"), "standard input, which is not read"),
        (("-", "--fix"), "standard input is none"),
        (("src", "--baseline", "a", "--write-baseline", "b"), "one of them"),
        (("src", "--fix", "--write-baseline", "b"), "--fix"),
        (("src", "--diff", "--json"), "--diff is text, not json"),
        (("src", "--write-baseline", "none/b.json"), "cannot write none/b.json"),
    ],
)
def test_what_is_refused(klcli: Klcli, arguments: tuple[str, ...], message: str) -> None:
    result = klcli("lint", *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert "hint: " in result.err
