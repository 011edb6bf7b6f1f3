"""Where something is computed, and what the function there calls an array."""

from __future__ import annotations

from klcli.trace.recorders.callers import look_for_name, place_of
from klcli.trace.recorders.notes import Node


class Array:
    """Stands for an array of a framework."""


def test_a_place_is_that_of_the_caller() -> None:
    frame, place = place_of(())
    assert frame is not None
    assert place is not None
    assert place[0] == __file__
    assert place[2] == "test_a_place_is_that_of_the_caller"


def test_the_variable_that_holds_an_array_names_it() -> None:
    held_here = Array()
    frame, _ = place_of(())
    node = Node("leaf", (), (3,), "float32", True, made_by="an input")
    assert frame is not None
    look_for_name(node, frame, held_here)
    assert node.names == ["held_here"]
