"""The table of rules: the folder and no more, and what one more rule is: a file, and its name here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from klcli.cli.main import run
from klcli.errors import KlcliError
from klcli.judge.mistakes.mistake import Mistake
from klcli.judge.mistakes.table import MISTAKES
from klcli.lint import linter, rules
from klcli.lint.linter import linted
from klcli.lint.rules import table
from klcli.lint.source.module import parsed
from klcli.report.explain import explain_report
from klcli.report.explainable_terms import pages

FOLDER = Path(str(rules.__file__)).parent
NAMES = sorted({path.stem for path in FOLDER.glob("*.py")} - {"__init__", "rule", "table"})
SOURCE = "import torch\ndef kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())\n"
RULE = '''
"""A KL in a function of two letters."""

from klcli.judge.mistakes.table import find_mistake
from klcli.lint.rules.rule import finding_at


def check(found):
    for kl in found.kls:
        if len(kl.best.excerpt.owner.name) < 3:
            yield finding_at(kl.best.excerpt, find_mistake("KL299"), "warning", reading=kl.reading)
'''
SHORT = Mistake(
    *("KL299", "short name", "the function has a short name", "Name it by what it computes."),
    *("Readers lose 3 minutes.", ("def f(): pass\n", "def kl(): pass\n")),
)


def test_the_table_is_the_folder() -> None:
    found = [import_module(f"klcli.lint.rules.{name}").check for name in NAMES]
    assert {id(rule) for rule in found} == {id(rule) for rule in table.RULES}
    assert len(table.RULES) == len(NAMES)


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A rule in a file of its own, named in the table, and its mistake."""
    monkeypatch.setitem(MISTAKES, SHORT.code, SHORT)  # type: ignore[arg-type]
    (tmp_path / "short_name.py").write_text(RULE)
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    added = import_module("klcli.lint.rules.short_name").check
    for module in (table, linter):
        monkeypatch.setattr(
            module, "RULES", (*table.RULES, added) if module is table else (*linter.RULES, added)
        )
    pages.cache_clear()
    yield
    pages.cache_clear()
    del sys.modules["klcli.lint.rules.short_name"]


def status_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ending:
        run(arguments)
    return int(str(ending.value.code or 0))


def test_one_more_rule_is_a_file(one_more: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (finding,) = linted(parsed(SOURCE, "model.py")).findings
    assert (finding.mistake.code, finding.place.line) == ("KL299", 3)
    path = tmp_path / "model.py"
    path.write_text(SOURCE)
    assert status_of("lint", str(path), "--select", "KL299", "--json") == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["message"] == "the function has a short name"
    assert status_of("lint", str(path), "--format", "sarif") == 1
    (driven,) = json.loads(capsys.readouterr().out)["runs"]
    (rule,) = driven["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("KL299", "ShortName")
    assert [one["ruleId"] for one in driven["results"]] == ["KL299"]
    assert status_of("lint", str(path), "--ignore", "KL299") == 0
    capsys.readouterr()
    assert status_of("explain", "KL299") == 0
    assert capsys.readouterr().out.startswith("KL299: short name\n")


def test_without_it_nothing_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert linted(parsed(SOURCE, "model.py")).findings == ()
    assert status_of("lint", ".", "--select", "KL299") == 2
    assert "there is no code KL299" in capsys.readouterr().err
    with pytest.raises(KlcliError, match="there is no page"):
        explain_report("KL299")
