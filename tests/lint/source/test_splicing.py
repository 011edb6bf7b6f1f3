"""Changes of a source, and places before they were made."""

from __future__ import annotations

import ast

from klcli.lint.source.splicing import Splice, relocate, spliced


def test_places_are_those_before() -> None:
    text = "print 'é', aa\nb = `cc` + dd\n"
    changes = [Splice(5, 6, "("), Splice(13, 13, ")"), Splice(18, 19, "("), Splice(21, 22, ")")]
    made = spliced(text, changes)
    assert made == "print('é', aa)\nb = (cc) + dd\n"
    tree = ast.parse(made)
    relocate(tree, text, changes)
    lines = [line.encode() for line in text.split("\n")]
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Name)):
        assert lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode() == node.id
