"""What branches and loops do to names."""

from __future__ import annotations

import pytest

from klcli.lint.flow.branches import assigned, blocks, is_complete, only_set_in, set_alike, up_to
from tests.lint.sources import function, module, project, statement


def test_what_a_loop_gives_values() -> None:
    node = statement("for i in n:\n    a += 1\n    x = x.cuda()\n    b = c")
    assert assigned(node) == {"i", "a", "b"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("if t:\n    a = b\nelse:\n    a = b", {"a"}),
        ("if t:\n    a = b\nelse:\n    a = c", set()),
        ("if t:\n    a = b", set()),
        ("if t:\n    e = torch.randn(3)\nelse:\n    e = torch.randn(3, 4)", {"e"}),
        ("if t:\n    e = torch.randn(3)\nelse:\n    e = torch.rand(3)", set()),
        ("if t:\n    z = q.rsample()\nelse:\n    z = q.rsample((5,))", {"z"}),
        ("if t:\n    q = Normal(m, s)\nelse:\n    q = Normal(m, 2 * s)", set()),
    ],
)
def test_names_that_all_branches_set_alike(source: str, names: set[str]) -> None:
    assert set(set_alike(statement(source))) == names


def test_names_that_one_branch_alone_sets() -> None:
    files = project(module("def f(a):\n    if t:\n        a = 1\n        b = 2\n    c = 3\n"))
    whole = function(files, "f")
    node = whole.body[0]
    assert [len(body) for body in blocks(node)] == [2]
    assert only_set_in(node, next(blocks(node)), whole) == {"b"}
    assert not is_complete(node)


def test_statements_up_to_one() -> None:
    body = module("a = 1\nif t:\n    b = 2\nc = 3\n").tree.body
    assert up_to(body, body[1]) == body[:2]
    assert up_to(body, next(blocks(body[1]))[0]) == body[:2]
