"""Sources with errors: what is read of them, and that places stay true."""

from __future__ import annotations

import ast
import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.lint.source.module import Module, UnreadableError, encoding_of, parsed, text_of

PYTHON_2 = [
    ("print 'a', x", "print('a', x)"),
    ("print >>f, x; print y", "print(f, x); print(y)"),
    ("print", "print"),
    ("if x: print y; print z", "if x: print(y); print(z)"),
    ("raise E, 'text', tb", "raise (E, 'text', tb)"),
    ("exec code in names", "exec(code in names)"),
    ("try:\n  f()\nexcept E, e:\n  g()", "try:\n  f()\nexcept E as e:\n  g()"),
    ("try:\n  f()\nexcept E, (a, b):\n  g()", "try:\n  f()\nexcept E:\n  g()"),
    ("x = `y`", "x = (y)"),
    ("x = 0777 + 10L + 0xFFL <> 1", "x = 511 + 10 + 255 != 1"),
    ("x = ur'a'", "x = r'a'"),
    ("def f(a, (b, c)=(1, 2)): return b", "def f(a, b=(1, 2)): return b"),
    ("f = lambda (a), (b, c): a", "f = lambda a, b: a"),
    ("x = 'C:\\Users'\nprint 1\nprint 2", "x = 'C:/Users'\nprint(1)\nprint(2)"),
    ("if x:\n\tprint 1\n        print 2", "if x:\n  print(1)\n  print(2)"),
    ("x.cuda(async=True)", "x.cuda(async_=True)"),
    ("class A[T]:\n  def f[T](x): return x", "class A:\n  def f(x): return x"),
    ("x =\u00a01", "x = 1"),
]


@pytest.mark.parametrize(("old", "new"), PYTHON_2)
def test_another_python_is_read_as_it_is_meant(old: str, new: str) -> None:
    module = parsed(old, "a.py")
    for node in ast.walk(module.tree):
        if hasattr(node, "type_params"):
            node.type_params = []  # from Python 3.12 on they are no repair but a part of the tree
    assert ast.dump(module.tree) == ast.dump(ast.parse(new))
    assert (module.text, module.skipped) == (old, "")


@pytest.mark.parametrize(
    "text",
    [
        "print 'é', (a + b), c",
        "print >>f, a, b\nx = `a` + b; print b",
        "try:\n\tf(a)\nexcept E, e:\n\tprint e, a\n        g(0777, b)",
        "def f(a, (b,\n  c), d=e):\n  if a <> 10L: raise E, (a,\n   'b' + d), t",
    ],
)
def test_places_are_those_of_the_source(text: str) -> None:
    lines = [line.encode() for line in text.split("\n")]
    names = [node for node in ast.walk(parsed(text, "a.py").tree) if isinstance(node, ast.Name)]
    assert names
    for node in names:
        assert lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode() == node.id


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        ("x = 1\ny = = 2\nz = 3", "line 2 is"),
        ("x = (1,\n  2 3)\ny = 1\nz = 3", "lines 1 to 2 are"),
        ("def f(:\n  return a\nx = (\ny = 2\nimport z\nx = 1", "line 1 and lines 3 to 4 are"),
        ("class A:\n  def f(self):\n    x = = 1\n    return kl\n  y = 2\n", "line 3 is"),
        ("if a:\n  b = 1\nelif = 2:\n  c = 1\nelse:\n  d = 1", "line 3 is"),
        ("b = 1\nexcept E:\n  c = 1\nd = 1", "line 2 is"),
        ("x = " + "+".join("a" * 20000) + "\ny = 1\nz = 2", "line 1 is"),
    ],
)
def test_the_rest_is_read_and_what_is_left_out_is_said(text: str, skipped: str) -> None:
    module = parsed(text, "a.py")
    assert module.skipped.startswith(skipped)
    names = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    assert names


def test_whether_it_is_python_2() -> None:
    assert parsed("print 1/2", "a.py").is_python_2
    assert not parsed("print(1/2)", "a.py").is_python_2
    assert not parsed("x.cuda(async=True)\ny = 1\n", "a.py").is_python_2


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffx = 'é'".encode(), "x = 'é'"),
        ("x = 'é'".encode("utf-16"), "x = 'é'"),
        ("x = 'é'".encode("latin-1"), "x = 'é'"),
        ("#!/bin/python\n# vim: fileencoding=cp1252\nx = '€'".encode("cp1252"), "€"),
        ("# coding: nowhere\nx = 'é'".encode(), "é"),
        ("# coding: utf-16\nx = 'é'".encode(), "é"),
        (b"x = 1\ry = 2\r\n", "x = 1\ny = 2\n"),
        (b"x = 1" + b"#" * 200 + b"\0", "# "),
        (b"", ""),
    ],
)
def test_encodings(data: bytes, text: str) -> None:
    assert text in text_of(data, "a.py")
    assert data.decode(encoding_of(data)) is not None


def _notebook(*sources: str, **metadata: object) -> bytes:
    cells = [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources]
    return json.dumps(
        {"cells": [{"cell_type": "markdown", "source": []}, *cells], "metadata": metadata}
    ).encode()


def _read(*sources: str) -> Module:
    return parsed(text_of(_notebook(*sources), "a.ipynb"), "a.ipynb")


def test_every_cell_is_read_by_itself() -> None:
    module = _read(
        "%matplotlib inline\nx = (1\n % 2)\nfiles = !ls 'a\nx.a?",
        "%%bash\nfor (",
        "%%time\na = 1",
        "%%writefile model.py\nkl = 1",
        "b = (",
        "c = await d;",
        "%%html\n<b>",
        "e = = 2\nf = 1",
    )
    names = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
    assert names == {"x", "files", "a", "kl", "c", "d", "f"}
    assert module.skipped.startswith("line 1 of cell 6 and line 1 of cell 9 are no Python")
    place = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id == "f")
    cell = module.cell(place.lineno)
    assert cell is not None
    assert (cell.number, cell.line) == (9, place.lineno - 1)
    assert module.cells[0].number == 2
    assert parsed("x = 1", "a.py").cell(1) is None


def test_older_notebooks_and_other_languages() -> None:
    cell = {"cell_type": "code", "language": "python", "input": "x = 1"}
    assert "x = 1" in text_of(json.dumps({"worksheets": [{"cells": [cell]}]}).encode(), "a.ipynb")
    with pytest.raises(UnreadableError, match="its language is R"):
        text_of(_notebook("x <- 1", kernelspec={"language": "R"}), "a.ipynb")


@pytest.mark.parametrize(
    "text",
    [
        "x = = 3\n" * 5000,
        "(" * 50_000,
        "x = (\n" * 5000,
        '"""\n\\' * 5000,
        "'\\\n" * 5000,
        "print " + "lambda (a, b):" * 1000,
        "x = [" + "a%b," * 20_000 + "] ]\n",
        "\n".join(" " * (number % 90) + "if 1 = 2:" for number in range(2000)),
        "It doesn't matter (at all.\n  Nothing \"is Python.\n" * 1500,
    ],
)
def test_nothing_takes_long(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(UnreadableError):
        parsed(text, "a.py")
    assert time.process_time() - start < 20


_WORDS = r"""def f ( ) [ ] { } : if else try except class print 'a' " ''' ` <> 10L 0777 , ; % ! ? lambda
* = + # \ @ é ur'x' >> . async await match case x 1.5"""
_PARTS = [*_WORDS.split(), "\ud800", "\n", "\n  ", "\n\t", " ", "\f"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=25).map("".join))
def test_no_text_stops_it(text: str) -> None:
    try:
        module = parsed(text, "a.py")
    except UnreadableError:
        return
    assert isinstance(module.tree, ast.Module)
