"""One more recorder is a module of its folder and an entry of its table: `klcli trace` follows its framework."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klcli.cli.main import run
from klcli.trace import interpreter_launch

FRAMEWORK = '''"""Arrays of floats in a list, with the functions that a KL needs."""

import math


class Array:
    heard = None  # is told of every function

    def __init__(self, values):
        self.values = list(values)

    def __add__(self, other):
        return applied("add", lambda one, two: one + two, self, other)

    def __sub__(self, other):
        return applied("sub", lambda one, two: one - two, self, other)

    def __mul__(self, other):
        return applied("mul", lambda one, two: one * two, self, other)


def exp(array):
    return applied("exp", math.exp, array)


def total(array):
    return noted("sum", Array([math.fsum(array.values)]), array)


def applied(name, function, array, *others):
    columns = [one.values if isinstance(one, Array) else [one] * len(array.values) for one in others]
    return noted(name, Array(map(function, array.values, *columns)), array, *others)


def noted(name, out, *given):
    if Array.heard:
        Array.heard(name, out, given)
    return out
'''
RECORDER = '''"""Lists of floats: what they are told of is noted."""

import lists

from .calls import arithmetic
from .notes import Node, document

SHORT = ()


def call(function, given, dtype, others):
    def hear(name, out, arguments):
        node = arithmetic(name, [getattr(one, "node", one) for one in arguments], {})
        shape = () if name == "sum" else arguments[0].node.shape
        node.shape, node.dtype, node.grad = shape, dtype, True
        out.node = node

    arrays = []
    for name, (shape, values) in given.items():
        array = lists.Array(values)
        array.node = Node("leaf", (), tuple(shape), dtype, True, None, made_by="an input")
        array.node.names.append(name)
        arrays.append(array)
    lists.Array.heard = hear
    out = function(*arrays, **others)
    loss = {"node": out.node, "value": out.values[0], "place": None}
    return {"document": document("lists 1.0", [loss]), "shape": out.node.shape, "values": out.values,
            "gradients": None}
'''
LOSSES = """from lists import exp, total

def right(mu, logvar):
    return total(logvar + 1 - mu * mu - exp(logvar)) * -0.5

def wrong(mu, logvar):
    return total(logvar + 1 - mu * mu - exp(logvar * 2)) * -0.5
"""
Trace = Callable[[str], tuple[int, Any, str]]


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Trace:
    """Status, JSON and errors of tracing a function, in a folder with a framework that has a recorder or none."""
    (tmp_path / "lists.py").write_text(FRAMEWORK)
    (tmp_path / "losses.py").write_text(LOSSES)
    monkeypatch.chdir(tmp_path)

    def traced(name: str) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ending:
            run(["trace", "--python", sys.executable, "--json", f"losses:{name}"])
        out, err = capsys.readouterr()
        return int(ending.value.code or 0), json.loads(out) if out else None, err

    return traced


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the recorders with one more, as the runner finds it beside itself."""
    own = tmp_path / "trace"
    shutil.copytree(interpreter_launch._RUNNER.parent, own)
    (own / "recorders" / "lists.py").write_text(RECORDER)
    table = own / "recorders" / "frameworks.py"
    text = table.read_text(encoding="utf-8")
    assert text.count('FRAMEWORKS = {"torch"') == 1
    table.write_text(text.replace('FRAMEWORKS = {"torch"', 'FRAMEWORKS = {"lists": "lists", "torch"'))
    monkeypatch.setattr(interpreter_launch, "_RUNNER", own / "runner.py")


@pytest.mark.parametrize(("name", "status", "codes"), [("right", 0, []), ("wrong", 1, ["KL105"])])
def test_it_is_followed(one_more: None, trace: Trace, name: str, status: int, codes: list[str]) -> None:
    found, data, err = trace(name)
    assert (found, err) == (status, "")
    assert data["framework"] == "lists 1.0"
    (term,) = data["terms"]
    assert (term["verdict"], term["parameterization"]) == ("wrong" if codes else "exact", "logvar")
    assert [finding["code"] for finding in data["findings"]] == codes
