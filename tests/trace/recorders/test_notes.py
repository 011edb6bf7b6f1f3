"""What a recorder notes: nodes that live as long as what they lead to, and the document that is made of them."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

from klcli.trace.recorders.notes import DEEPEST, MOST_LEAVES, Node, NodeTable
from klcli.trace.recording import read_recording


class Array:
    """Stands for an array of a framework."""


def leaf(name: str = "") -> Node:
    found = Node("leaf", (), (3,), "float32", True, made_by="an input")
    found.names += [name] if name else []
    return found


def test_a_node_is_forgotten_with_its_array() -> None:
    table, array, node = NodeTable(), Array(), leaf()
    table.put(array, node)
    assert table.get(array) is node
    assert [one for _, one in table.alive()] == [node]
    assert table.get(Array()) is None
    gone = weakref.ref(array)
    del array
    gc.collect()
    assert gone() is None, "the table keeps no array"
    assert table.alive() == []


def test_what_stands_where_another_stood_is_another() -> None:
    """Identities are given out anew; the node of what is gone is not that of what came."""
    table = NodeTable()
    for number in range(200):
        array = Array()
        assert table.get(array) is None
        table.put(array, number)
        assert table.get(array) == number


def test_leaves_are_counted_up_to_a_few() -> None:
    leaves = [leaf() for _ in range(MOST_LEAVES + 1)]
    few = Node("add", leaves[:MOST_LEAVES])
    assert few.leaves == {one.serial for one in leaves[:MOST_LEAVES]}
    assert Node("add", (few, leaves[-1])).leaves is None


def test_noise_is_passed_on_and_ends_at_leaves() -> None:
    noise = Node("noise")
    drawn = Node("add", (leaf(), Node("mul", (leaf(), noise))))
    assert drawn.is_noisy
    assert not Node("leaf", (drawn,)).is_noisy
    assert not Node("exp", (leaf(),)).is_noisy


def test_a_chain_that_is_too_long_is_cut() -> None:
    node = leaf()
    for _ in range(DEEPEST + 1):
        node = Node("mul", (node, 0.9))
    assert node.depth <= DEEPEST
    seen: Any = node
    while seen.op != "leaf":
        seen = seen.args[0]
    assert seen.more == {"made_by": "a long chain"}


def test_a_document_can_be_read_again() -> None:
    from klcli.trace.recorders.notes import document

    mu = leaf("mu")
    loss = Node(
        "sum", (Node("pow", (mu, 2.0), (3,), "float32", True),), (), "float32", True, axes=None, keepdim=False
    )
    made = document("by hand", [{"node": loss, "value": 1.5, "place": ("train.py", 3, "step")}], [], [])
    found = read_recording(json.loads(json.dumps(made)))
    assert [step.op for step in found.steps] == ["leaf", "pow", "sum"]
    assert found.losses[0].value == 1.5
    assert found.steps[1].args == (0, 2.0)
