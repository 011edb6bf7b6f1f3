"""Documents of recorders: what is read of one, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from klcli.errors import KlcliError
from klcli.trace.recording import Place, read_recording
from tests.trace.recordings import document, leaf, node

SUM = (leaf("logvar", (4, 3)), node("exp", 0, shape=(4, 3)), node("sum", 1, axes=None, keepdim=False))


def test_steps_are_as_they_were_noted() -> None:
    found = read_recording(json.loads(json.dumps(document(*SUM))))
    first, middle, last = found.steps
    assert (first.op, first.is_leaf, first.below, first.size, first.name) == ("leaf", True, (), 12, "logvar")
    assert (middle.below, middle.shape, middle.place) == ((0,), (4, 3), Place("train.py", 7, "step"))
    assert dict(last.more) == {"axes": None, "keepdim": False}
    assert (found.framework, found.losses[0].node, found.losses[0].value) == ("by hand 1.0", 2, 1.0)


def test_numbers_stand_among_the_arguments() -> None:
    found = read_recording(document(leaf("x", (3,)), node("mul", 0, 0.5, shape=(3,))))
    assert found.steps[1].args == (0, 0.5)
    assert found.steps[1].below == (0,)


def test_entries_are_known_where_they_were_noted() -> None:
    found = read_recording(document(leaf("x", (2,), values=[1, 2.5]), leaf("y", (2,))))
    assert [one.values for one in found.steps] == [(1.0, 2.5), None]


def test_what_leads_to_a_node_is_told_once() -> None:
    nodes = (leaf("x", ()), node("exp", 0), node("mul", 0, 1), node("add", 2, 1), leaf("aside", ()))
    assert sorted(read_recording(document(*nodes)).leading_to(3)) == [0, 1, 2, 3]


def changed(**parts: Any) -> dict[str, Any]:
    return document(*SUM) | parts


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "no recording with the schema klcli.recording/1"),
        (changed(schema="klcli.recording/2"), "no recording with the schema"),
        ({key: value for key, value in changed().items() if key != "nodes"}, "not readable: KeyError"),
        (changed(nodes=[node("exp", 0)]), "there is no node 0 before it"),
        (changed(nodes=[leaf("x", ()), node("exp", 1)]), "there is no node 1 before it"),
        (changed(losses=[{"node": 3}]), "there is no node 3 before it"),
        (changed(others=[{"node": "a"}]), "there is no node a before it"),
        (changed(nodes=[{"op": "exp"}]), "not readable"),
    ],
)
def test_what_is_no_recording(given: Any, message: str) -> None:
    with pytest.raises(KlcliError) as caught:
        read_recording(given)
    assert message in caught.value.message
    assert caught.value.hint == "see klcli.trace.recording"
