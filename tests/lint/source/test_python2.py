"""Lines of Python 2 as they are in Python 3."""

from __future__ import annotations

import pytest

from klcli.lint.source.lexing import logical_lines
from klcli.lint.source.python2 import as_python_3, is_python_2
from klcli.lint.source.splicing import spliced


@pytest.mark.parametrize(
    ("old", "new", "is_old"),
    [
        ("print 'a', x", "print('a', x)", True),
        ("raise E, 'b'", "raise(E, 'b')", True),
        ("x = 0777 <> 10L", "x = 0o777 != 10 ", True),
        ("x = `y`", "x = (y)", True),
        ("print(a)", "print(a)", False),
        ("%matplotlib inline", None, False),
    ],
)
def test_lines(old: str, new: str | None, is_old: bool) -> None:
    (line,) = logical_lines(old)
    changed = spliced(old, as_python_3(line))
    assert is_python_2(line) == is_old
    if new is not None:
        assert changed.replace(" ", "") == new.replace(" ", "")
    else:
        compile(changed, "", "exec")
